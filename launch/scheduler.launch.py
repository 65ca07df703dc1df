# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Start the scheduler."""

from pathlib import Path

from launch.actions import DeclareLaunchArgument
from launch.actions import OpaqueFunction
from launch.actions import SetEnvironmentVariable
from launch.substitutions import LaunchConfiguration
from launch.substitutions import PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackageShare

from launch import LaunchDescription


def _in_share(*path):
    return PathJoinSubstitution([FindPackageShare('edge_sched_ros'), *path])


#: name, default, description; the first four of these are handed on only when they are given, so
#: that the parameter file's own values hold otherwise
_ARGUMENTS = (
    ('policy', '', 'Scheduling policy, e.g. edf+drop; empty: as in params_file'),
    ('use_sim_time', '', 'true: take the time from /clock; empty: as in params_file'),
    ('autostart', '', 'false: wait for a lifecycle manager; empty: as in params_file'),
    ('summary_file', '', 'Where to write the account of the run; empty: as in params_file'),
    ('namespace', '', 'Namespace of the node and its topics'),
    ('log_level', 'info', 'debug, info, warn, error or fatal'),
)


def _node(context):
    """Return the node with what was given on the command line."""

    def given(name):
        return LaunchConfiguration(name).perform(context)

    params_file = given('params_file')
    if not Path(params_file).is_file():
        raise RuntimeError(f'params_file: there is no file {params_file}')
    values = {name: given(name) for name, _, _ in _ARGUMENTS[:4] if given(name)}
    for name in {'use_sim_time', 'autostart'} & set(values):
        values[name] = values[name].lower() in ('true', '1', 'yes', 'on')
    node = Node(
        package='edge_sched_ros',
        executable='scheduler_node',
        name='scheduler',
        namespace=given('namespace'),
        output='screen',
        parameters=[params_file, values],
        arguments=['--ros-args', '--log-level', given('log_level')],
    )
    profile = given('dds_profile')
    # the second name is what Humble's Fast DDS knows
    names = ('FASTDDS_DEFAULT_PROFILES_FILE', 'FASTRTPS_DEFAULT_PROFILES_FILE')
    if profile == 'none':
        return [node]
    return [*(SetEnvironmentVariable(name, profile) for name in names), node]


def generate_launch_description():
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                'params_file',
                default_value=_in_share('config', 'scheduler.yaml'),
                description='ROS parameter file with tasks, networks and deadlines',
            ),
            DeclareLaunchArgument(
                'dds_profile',
                default_value=_in_share('config', 'dds', 'large_images.xml'),
                description='Fast DDS profile for large images, or none',
            ),
            *(
                DeclareLaunchArgument(name, default_value=default, description=description)
                for name, default, description in _ARGUMENTS
            ),
            OpaqueFunction(function=_node),
        ]
    )
