# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What ``--help`` of ``device_node`` and ``coordinator_node`` prints."""

from __future__ import annotations

from edge_sched_ros.fleet.settings import COORDINATOR_PARAMETERS
from edge_sched_ros.fleet.settings import DEVICE_PARAMETERS
from edge_sched_ros.pipeline.settings.node_help import NodeHelp
from edge_sched_ros.pipeline.settings.node_help import ParameterGroup
from edge_sched_ros.pipeline.settings.node_help import RESULT_TOPICS
from edge_sched_ros.pipeline.settings.node_help import TASK_GROUP
from edge_sched_ros.pipeline.settings.parameters import SCHEDULER_PARAMETERS

#: a coordinator has no life cycle
_OF_SCHEDULER = tuple(
    spec
    for spec in SCHEDULER_PARAMETERS
    if spec.name not in ('autostart', 'bond_heartbeat_period')
)

DEVICE_HELP = NodeHelp(
    'device_node',
    'Offers the units of this computer to a coordinator_node and runs networks, or parts of '
    'them, for it. It needs the files of the networks; tasks, topics and deadlines are the '
    "coordinator's.",
    (
        'ros2 run edge_sched_ros device_node --ros-args -p device:=orin \\',
        '  -p \'networks:=["/robot/detector.yaml", "/robot/depth.yaml"]\'',
        'ros2 launch edge_sched_ros devices.launch.py coordinator:=false devices:=orin',
    ),
    (
        ('devices/offers', 'DeviceOffer', 'Published: units, networks and costs; latched.'),
        ('devices/status', 'DeviceStatus', 'Published every 100 ms: load, counts, problems.'),
        ('devices/COORDINATOR/reports', 'DeviceReports', 'Published: what was run.'),
        ('devices/beats', 'CoordinatorBeat', 'Subscribed: which devices a coordinator claims.'),
        ('devices/DEVICE/orders', 'DeviceOrders', 'Subscribed: what to run and to send.'),
        ('devices/DEVICE/tensors', 'TensorMessage', 'Subscribed, and published to other devices.'),
    ),
    (ParameterGroup('parameters', DEVICE_PARAMETERS),),
    'docs/devices.md',
)

COORDINATOR_HELP = NodeHelp(
    'coordinator_node',
    'Has the cameras and the deadlines, and runs networks on this computer and on every '
    'device_node in its ROS_DOMAIN_ID and namespace. Its parameter file is that of '
    'scheduler_node.',
    (
        'ros2 run edge_sched_ros coordinator_node --ros-args --params-file my_robot.yaml \\',
        '  -p \'devices:=["orin"]\'',
        'ros2 launch edge_sched_ros devices.launch.py params_file:=my_robot.yaml devices:="a b"',
        'ros2 param set /coordinator detector.deadline_ms 50.0',
    ),
    (
        ('TASK.topic', 'images', 'Subscribed: what tasks run on.'),
        *RESULT_TOPICS,
        ('~/timing', 'JobTiming', 'One message for each frame and task; units are DEVICE/UNIT.'),
        ('~/status', 'SchedulerStatus', 'Rates, misses, drops by reason, units of all devices.'),
        ('/diagnostics', 'diagnostic_msgs/DiagnosticArray', 'Tasks, devices, what is wrong.'),
        ('devices/...', 'of this package', 'Between a coordinator and its devices.'),
    ),
    (
        ParameterGroup('parameters', COORDINATOR_PARAMETERS),
        TASK_GROUP,
        ParameterGroup(
            'parameters as of scheduler_node (without those of its life cycle)', _OF_SCHEDULER
        ),
    ),
    'docs/devices.md, docs/high_level_policies.md',
)
