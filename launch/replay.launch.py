# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Start the scheduler on simulated time and, once it is active, play a bag into it."""

import shlex
from pathlib import Path

from launch.actions import DeclareLaunchArgument
from launch.actions import EmitEvent
from launch.actions import ExecuteProcess
from launch.actions import IncludeLaunchDescription
from launch.actions import OpaqueFunction
from launch.actions import RegisterEventHandler
from launch.actions import TimerAction
from launch.event_handlers import OnProcessExit
from launch.events import Shutdown
from launch.launch_description_sources import PythonLaunchDescriptionSource
from launch.logging import get_logger
from launch.substitutions import PathJoinSubstitution
from launch_ros.substitutions import ExecutableInPackage
from launch_ros.substitutions import FindPackageShare

from edge_sched_ros.bags.namespaces import outside
from edge_sched_ros.pipeline.settings import launch_arguments as check
from launch import LaunchDescription

#: how long the last frames may take to be answered
_LAST_FRAMES_S = 1.0


def _played(event, context):
    if event.returncode and not context.is_shutdown:
        # raised, not shut down: only so does the launch end with another code than 0
        player = shlex.join(event.cmd[event.cmd.index('--') + 1 :])
        raise RuntimeError(f'the bag was not played (exit code {event.returncode}): {player}')
    done = EmitEvent(event=Shutdown(reason='the bag has been played'))
    return TimerAction(period=_LAST_FRAMES_S, actions=[done])


def _scheduler_ended(event, context):
    if 'scheduler_node' in event.process_name and not context.is_shutdown:
        raise RuntimeError(f'the scheduler has ended before the bag: exit code {event.returncode}')


def _checked(context):
    """Check what all files started from here are given: nothing may have been started yet."""
    given = context.launch_configurations
    check.scheduler(given)
    check.simulated_time(given.get('use_sim_time', ''))
    check.rate(given['rate'])
    check.existing('bag', given['bag'], folder=True)
    check.command('player', given['player'])


def _player(context):
    """Return what plays the bag; it begins when the scheduler is active."""

    given = context.launch_configurations
    # a group's namespace (PushRosNamespace), and the scheduler's own
    parts = (given.get('ros_namespace', ''), check.namespace(given.get('namespace', '')))
    namespace = '/' + '/'.join(filter(None, (part.strip('/') for part in parts)))
    bag = check.existing('bag', given['bag'], folder=True)
    if line := outside(Path(bag), namespace):
        get_logger('replay').warning(line)
    player = [*check.command('player', given['player']), '--rate', check.rate(given['rate']), bag]
    wait = ExecutableInPackage(package='edge_sched_ros', executable='when_active')
    command = [wait, f'{namespace.rstrip("/")}/scheduler', '--', *player]
    return [ExecuteProcess(cmd=command, output='screen', on_exit=_played)]


def generate_launch_description():
    share = FindPackageShare('edge_sched_ros')
    scheduler = PathJoinSubstitution([share, 'launch', 'scheduler.launch.py'])
    source = PythonLaunchDescriptionSource(scheduler)
    return LaunchDescription(
        [
            DeclareLaunchArgument(
                'bag',
                description='Folder of the bag to play. Its topics are not renamed: with a '
                'namespace the parameter file must name them with a slash in front',
            ),
            DeclareLaunchArgument(
                'rate', default_value='1.0', description='Speed relative to real time'
            ),
            DeclareLaunchArgument(
                'player',
                # its publishers are there during the delay, and subscribers find them
                default_value='ros2 bag play --clock 100 --delay 2',
                description='Command that plays the bag and publishes /clock; --rate RATE and '
                'the bag are appended. Without rosbag2: "ros2 run edge_sched_ros bag_player"',
            ),
            # first: what raises after a process was started leaves that one behind
            OpaqueFunction(function=_checked),
            RegisterEventHandler(OnProcessExit(on_exit=_scheduler_ended)),
            IncludeLaunchDescription(source, launch_arguments={'use_sim_time': 'true'}.items()),
            OpaqueFunction(function=_player),
        ]
    )
