# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Start the scheduler."""

from launch import LaunchDescription
from launch.actions import DeclareLaunchArgument
from launch.actions import SetEnvironmentVariable
from launch.conditions import IfCondition
from launch.substitutions import LaunchConfiguration
from launch.substitutions import PathJoinSubstitution
from launch.substitutions import PythonExpression
from launch_ros.actions import Node
from launch_ros.parameter_descriptions import ParameterValue
from launch_ros.substitutions import FindPackageShare


def _in_share(*path):
    return PathJoinSubstitution([FindPackageShare('edge_sched_ros'), *path])


def generate_launch_description():
    arguments = [
        DeclareLaunchArgument(
            'params_file',
            default_value=_in_share('config', 'scheduler.yaml'),
            description='ROS parameter file with tasks, networks and deadlines',
        ),
        DeclareLaunchArgument(
            'namespace', default_value='', description='Namespace of the node and its topics'
        ),
        DeclareLaunchArgument(
            'use_sim_time',
            default_value='false',
            description='Take the time from /clock (bags, simulators)',
        ),
        DeclareLaunchArgument(
            'log_level', default_value='info', description='debug, info, warn, error or fatal'
        ),
        DeclareLaunchArgument(
            'policy', default_value='edf+drop', description='Scheduling policy, e.g. edf+drop'
        ),
        DeclareLaunchArgument(
            'autostart',
            default_value='true',
            description='Configure and activate without a lifecycle manager',
        ),
        DeclareLaunchArgument(
            'dds_profile',
            default_value=_in_share('config', 'dds', 'large_images.xml'),
            description='Fast DDS profile for large images; empty for none',
        ),
    ]
    profile = LaunchConfiguration('dds_profile')
    wanted = IfCondition(PythonExpression(["'", profile, "' != ''"]))
    environment = [
        SetEnvironmentVariable(name, profile, condition=wanted)
        # the second name is what Humble's Fast DDS knows
        for name in ('FASTDDS_DEFAULT_PROFILES_FILE', 'FASTRTPS_DEFAULT_PROFILES_FILE')
    ]
    node = Node(
        package='edge_sched_ros',
        executable='scheduler_node',
        name='scheduler',
        namespace=LaunchConfiguration('namespace'),
        output='screen',
        parameters=[
            LaunchConfiguration('params_file'),
            {
                'use_sim_time': ParameterValue(
                    LaunchConfiguration('use_sim_time'), value_type=bool
                ),
                'autostart': ParameterValue(LaunchConfiguration('autostart'), value_type=bool),
                'policy': ParameterValue(LaunchConfiguration('policy'), value_type=str),
            },
        ],
        arguments=['--ros-args', '--log-level', LaunchConfiguration('log_level')],
    )
    return LaunchDescription([*arguments, *environment, node])
