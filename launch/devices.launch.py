# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Start a coordinator and devices on this machine; or devices alone, for one elsewhere."""

from launch.actions import DeclareLaunchArgument
from launch.actions import OpaqueFunction
from launch.substitutions import LaunchConfiguration
from launch.substitutions import PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackageShare

from edge_sched_ros.pipeline.settings import launch_arguments as check
from edge_sched_ros.pipeline.settings import restart_arguments as restart
from launch import LaunchDescription

_SHARE = FindPackageShare('edge_sched_ros')
#: name, default, description
_ARGUMENTS = (
    (
        'devices',
        'left right',
        'Names of the devices to start on this machine, separated by blanks; empty for none',
    ),
    (
        'networks',
        'package://edge_sched_ros/models/detector.yaml package://edge_sched_ros/models/depth.yaml',
        'YAML files of the networks that the devices serve, separated by blanks',
    ),
    ('coordinator', 'true', 'false: start devices only; the coordinator is on another machine'),
    ('use_sim_time', '', 'true: use the time of /clock; empty: as in params_file'),
    ('namespace', '', 'Namespace of coordinator and devices; the same on all machines'),
    ('log_level', 'info', 'debug, info, warn, error or fatal; or LOGGER:=LEVEL'),
    ('dds_profile', '', 'Fast DDS profile for these nodes only; as in scheduler.launch.py'),
    *restart.RESTART_ARGUMENTS,
)


def _nodes(context):
    """Return the nodes with what was given on the command line."""

    def given(name):
        return LaunchConfiguration(name).perform(context)

    params_file = check.existing('params_file', given('params_file'))
    values = check.scheduler({'use_sim_time': given('use_sim_time')})
    profile = PathJoinSubstitution([_SHARE, 'config', 'dds', 'large_images.xml']).perform(context)
    common = {
        'package': 'edge_sched_ros',
        'namespace': check.namespace(given('namespace')),
        'output': 'screen',
        'arguments': ['--ros-args', '--log-level', check.log_level(given('log_level'))],
        'additional_env': check.dds_environment(
            given('dds_profile'), profile, context.environment
        ),
        **restart.restarts(given('respawn'), given('respawn_delay')),
    }
    nodes = [
        Node(
            executable='device_node',
            name=f'device_{name}',
            parameters=[{'device': name, 'networks': given('networks').split()}],
            **common,
        )
        for name in given('devices').split()
    ]
    if check.truth('coordinator', given('coordinator')):
        nodes.append(
            Node(
                executable='coordinator_node',
                name='coordinator',
                parameters=[params_file, *([values] if values else [])],
                **common,
            )
        )
    return nodes


def generate_launch_description():
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                'params_file',
                default_value=PathJoinSubstitution([_SHARE, 'config', 'devices.yaml']),
                description='ROS parameter file of the coordinator: tasks, networks, deadlines',
            ),
            *(
                DeclareLaunchArgument(name, default_value=default, description=description)
                for name, default, description in _ARGUMENTS
            ),
            OpaqueFunction(function=_nodes),
        ]
    )
