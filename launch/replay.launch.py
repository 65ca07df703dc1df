# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Start the scheduler on simulated time and play a bag into it."""

from launch.actions import DeclareLaunchArgument
from launch.actions import ExecuteProcess
from launch.actions import IncludeLaunchDescription
from launch.actions import Shutdown
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch.substitutions import PathJoinSubstitution
from launch_ros.substitutions import FindPackageShare

from launch import LaunchDescription


def generate_launch_description():
    share = FindPackageShare('edge_sched_ros')
    arguments = [
        DeclareLaunchArgument('bag', description='Folder of the bag to play'),
        DeclareLaunchArgument('rate', default_value='1.0', description='Times real time'),
        DeclareLaunchArgument(
            'params_file',
            default_value=PathJoinSubstitution([share, 'config', 'scheduler.yaml']),
            description='ROS parameter file with tasks, networks and deadlines',
        ),
    ]
    scheduler = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(
            PathJoinSubstitution([share, 'launch', 'scheduler.launch.py'])
        ),
        launch_arguments={
            'use_sim_time': 'true',
            'params_file': LaunchConfiguration('params_file'),
        }.items(),
    )
    player = ExecuteProcess(
        cmd=[
            'ros2',
            'bag',
            'play',
            '--clock',
            '100',
            '--rate',
            LaunchConfiguration('rate'),
            LaunchConfiguration('bag'),
        ],
        output='screen',
        on_exit=Shutdown(reason='the bag has been played'),
    )
    return LaunchDescription([*arguments, scheduler, player])
