# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Start the scheduler."""

from launch.actions import DeclareLaunchArgument
from launch.actions import OpaqueFunction
from launch.substitutions import LaunchConfiguration
from launch.substitutions import PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare

from edge_sched_ros.pipeline.settings import launch_arguments as check
from edge_sched_ros.pipeline.settings import restart_arguments as restart
from launch import LaunchDescription


def _in_share(*path):
    return PathJoinSubstitution([FindPackageShare('edge_sched_ros'), *path])


#: name, default, description; those that are parameters are handed on only when they are given,
#: so that the parameter file's own values hold otherwise
_ARGUMENTS = (
    ('policy', '', 'Scheduling policy, e.g. edf+drop; empty: as in params_file'),
    ('use_sim_time', '', 'true: use the time of /clock; empty: as in params_file'),
    ('autostart', '', 'false: wait for a lifecycle manager; empty: as in params_file'),
    ('summary_file', '', 'File for the summary of the run; empty: as in params_file'),
    ('system_file', '', 'System file of what was run and learned; empty: as in params_file'),
    ('state_file', '', 'File that tells the next start what was lost; empty: as in params_file'),
    ('bond_heartbeat_period', '', "Seconds between nav2's heartbeats; see managed.launch.py"),
    *restart.RESTART_ARGUMENTS,
    (
        'namespace',
        '',
        'Namespace of the node and its topics. Leave it empty inside a group with '
        'PushRosNamespace (push-ros-namespace): the group adds its namespace in front of this one',
    ),
    ('log_level', 'info', 'debug, info, warn, error or fatal; or LOGGER:=LEVEL'),
    (
        'dds_profile',
        '',
        'Fast DDS profile for this node only. Empty: config/dds/large_images.xml of this '
        'package, unless FASTDDS_DEFAULT_PROFILES_FILE, FASTRTPS_DEFAULT_PROFILES_FILE or '
        'FASTDDS_BUILTIN_TRANSPORTS is set. A file given here overrides these variables. '
        'none: do not configure Fast DDS',
    ),
)
_NAMES = tuple(name for name, _, _ in _ARGUMENTS)


def _node(context):
    """Return the node with what was given on the command line."""

    def given(name):
        return LaunchConfiguration(name).perform(context)

    values = check.scheduler({name: given(name) for name in ('params_file', *_NAMES)})
    params_file = check.existing('params_file', given('params_file'))
    restarts = restart.restarts(given('respawn'), given('respawn_delay'))
    if restarts['respawn']:
        values |= restart.state_file(values, params_file, given('namespace'), context.environment)
    # a text that reads like a number stays a text
    values = {
        name: ParameterValue(value, value_type=type(value)) for name, value in values.items()
    }
    profile = _in_share('config', 'dds', 'large_images.xml').perform(context)
    return [
        Node(
            package='edge_sched_ros',
            executable='scheduler_node',
            name='scheduler',
            namespace=check.namespace(given('namespace')),
            output='screen',
            parameters=[params_file, *([values] if values else [])],
            arguments=['--ros-args', '--log-level', check.log_level(given('log_level'))],
            additional_env=check.dds_environment(
                given('dds_profile'), profile, context.environment
            ),
            **restarts,
        )
    ]


def generate_launch_description():
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                'params_file',
                default_value=_in_share('config', 'scheduler.yaml'),
                description='ROS parameter file with tasks, networks and deadlines',
            ),
            *(
                DeclareLaunchArgument(name, default_value=default, description=description)
                for name, default, description in _ARGUMENTS
            ),
            OpaqueFunction(function=_node),
        ]
    )
