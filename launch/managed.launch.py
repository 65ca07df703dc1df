# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Start the scheduler under nav2's lifecycle manager, with a bond between them."""

from ament_index_python.packages import get_package_prefix
from ament_index_python.packages import PackageNotFoundError
from launch.actions import DeclareLaunchArgument
from launch.actions import IncludeLaunchDescription
from launch.actions import OpaqueFunction
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.substitutions import LaunchConfiguration
from launch.substitutions import PathJoinSubstitution
from launch_ros.actions import Node
from launch_ros.substitutions import FindPackageShare

from edge_sched_ros.pipeline.settings import launch_arguments as check
from launch import LaunchDescription

_MANAGER = 'nav2_lifecycle_manager'


def _in_share(*path):
    return PathJoinSubstitution([FindPackageShare('edge_sched_ros'), *path])


def _checked(context):
    """Check everything: what raises after a process was started leaves that one behind."""
    given = context.launch_configurations
    check.scheduler(given)
    check.left_to_a_manager(given.get('autostart', ''))
    check.existing('manager_params_file', given['manager_params_file'])
    try:
        get_package_prefix(_MANAGER)
    except PackageNotFoundError:
        raise RuntimeError(
            f'managed.launch.py needs {_MANAGER} '
            '(sudo apt install ros-$ROS_DISTRO-nav2-lifecycle-manager)'
        ) from None


def generate_launch_description():
    scheduler = IncludeLaunchDescription(
        PythonLaunchDescriptionSource(_in_share('launch', 'scheduler.launch.py')),
        launch_arguments={
            # the manager does it
            'autostart': 'false',
            'bond_heartbeat_period': LaunchConfiguration('bond_heartbeat_period'),
        }.items(),
    )
    manager = Node(
        package=_MANAGER,
        executable='lifecycle_manager',
        name='lifecycle_manager_edge_sched',
        # its node_names and its bonds are found beside it
        namespace=LaunchConfiguration('namespace', default=''),
        output='screen',
        parameters=[LaunchConfiguration('manager_params_file')],
    )
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                'manager_params_file',
                default_value=_in_share('config', 'nav2', 'lifecycle_manager.yaml'),
                description='ROS parameter file of the lifecycle manager',
            ),
            DeclareLaunchArgument(
                'bond_heartbeat_period',
                default_value='0.25',
                description='Seconds between heartbeats to the manager; 0.0 for none, with '
                "bond_timeout: 0.0 in the manager's parameters",
            ),
            OpaqueFunction(function=_checked),
            scheduler,
            manager,
        ]
    )
