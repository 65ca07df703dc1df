# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""replay.launch.py with a stand-in for ``ros2 bag play``: it begins when the node is active."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

pytest.importorskip('launch', reason='ROS launch is not here')
pytest.importorskip('launch_ros', reason='ROS launch is not here')

from children import started
from children import TIMEOUT_S
from domains import domain
from rosbags.rosbag2 import StoragePlugin
from rosbags.rosbag2 import Writer

from edge_sched_ros.bags.typestore import typestore

FILE = Path(__file__).resolve().parents[2] / 'launch' / 'replay.launch.py'
#: stands in for the player: says in which state the scheduler was when it was started
PLAYER = """
import sys
import rclpy
from lifecycle_msgs.srv import GetState
rclpy.init(args=[])
node = rclpy.create_node('player')
client = node.create_client(GetState, '/scheduler/get_state')
assert client.wait_for_service(timeout_sec=30)
future = client.call_async(GetState.Request())
rclpy.spin_until_future_complete(node, future, timeout_sec=30)
print('state', future.result().current_state.label, 'arguments', *sys.argv[1:], flush=True)
sys.exit({code})
"""
LAUNCH = """
import sys
from launch import LaunchDescription, LaunchService
from launch.actions import IncludeLaunchDescription
from launch.launch_description_sources import PythonLaunchDescriptionSource
service = LaunchService()
arguments = [tuple(word.split(':=', 1)) for word in sys.argv[2:]]
source = PythonLaunchDescriptionSource(sys.argv[1])
service.include_launch_description(LaunchDescription([
    IncludeLaunchDescription(source, launch_arguments=arguments)]))
sys.exit(service.run())
"""


@pytest.fixture
def replay(tmp_path):
    """Return a function that replays with a player: the launch's exit code and output."""
    bag = tmp_path / 'bag'
    bag.mkdir()

    def run(*arguments, code=0):
        arguments = (f'bag:={bag}', *arguments)
        player = tmp_path / 'player.py'
        player.write_text(PLAYER.format(code=code))
        command = [sys.executable, '-c', LAUNCH, str(FILE)]
        command += [f'player:={sys.executable} {player} --clock 100', *arguments]
        env = {**os.environ, 'ROS_DOMAIN_ID': str(domain()), 'ROS_LOG_DIR': str(tmp_path)}
        options = {'env': env, 'stdout': subprocess.PIPE, 'stderr': subprocess.STDOUT}
        with started(command, text=True, **options) as process:
            out = process.communicate(timeout=TIMEOUT_S)[0]
            return process.returncode, out

    return run


def test_the_player_starts_when_the_node_is_active(replay, tmp_path):
    code, out = replay('rate:=2.0')
    assert f'state active arguments --clock 100 --rate 2.0 {tmp_path}/bag' in out
    assert 'configured: ' in out and 'Traceback' not in out
    assert code == 0


def test_a_player_that_fails_is_told_by_the_exit_code(replay, tmp_path):
    code, out = replay(code=3)
    assert code == 1
    assert 'the bag was not played (exit code 3): ' in out
    assert f'{tmp_path}/player.py --clock 100 --rate 1.0 {tmp_path}/bag' in out
    assert 'scheduler_node' in out and 'was required' not in out
    assert 'process has finished cleanly' in out


def test_a_scheduler_that_cannot_be_configured_ends_it_with_the_reason(replay, tmp_path):
    file = tmp_path / 'p.yaml'
    task = {'network': '/nowhere.yaml', 'topic': 'image'}
    file.write_text(yaml.safe_dump({'/**': {'ros__parameters': {'tasks': ['a'], 'a': task}}}))
    code, out = replay(f'params_file:={file}')
    assert code == 1
    assert 'when_active: /scheduler: cannot be configured: a.network: there is no file' in out
    assert 'the bag was not played (exit code 2)' in out
    assert 'state' not in out.replace('lifecycle_state', '')


def test_a_scheduler_that_ends_first_ends_it(replay, tmp_path):
    file = tmp_path / 'p.yaml'
    file.write_text('this: [is no parameter file')
    code, out = replay(f'params_file:={file}')
    assert code == 1
    assert 'state ' not in out
    assert 'process has died' in out
    assert 'the scheduler has ended before the bag' in out


@pytest.mark.parametrize(
    ('argument', 'message'),
    [
        ('rate:=fast', "rate: 'fast' is not a number above zero"),
        ('bag:=/nowhere', 'bag: there is no file or folder /nowhere'),
        ('player:=no_such_player', "player: there is no program 'no_such_player'"),
        ('policy:=edff', "policy: unknown policy 'edff'"),
        ('params_file:=/missing', 'params_file: there is no file /missing'),
        ('log_level:=loud', "log_level: 'loud' is not one of debug"),
        ('namespace:=a b', "namespace: 'a b' is not a namespace"),
        ('dds_profile:=/missing', 'dds_profile: there is no file /missing'),
        ('bond_heartbeat_period:=1e3', 'bond_heartbeat_period: must be from 0.0 to 60.0'),
        ('use_sim_time:=false', "use_sim_time: 'false' is not possible in a replay"),
    ],
)
def test_nothing_is_started_with_an_argument_that_cannot_be(replay, argument, message):
    code, out = replay(argument)
    assert code == 1
    assert message in out
    assert 'process started' not in out


def test_a_namespace_without_topics_of_the_bag_is_told(replay, tmp_path):
    bag = tmp_path / 'other'
    with Writer(bag, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        writer.add_connection('/image', 'sensor_msgs/msg/Image', typestore=typestore())
    # not played: the node cannot be configured
    file = tmp_path / 'p.yaml'
    task = {'network': '/nowhere.yaml', 'topic': 'image'}
    file.write_text(yaml.safe_dump({'/**': {'ros__parameters': {'tasks': ['a'], 'a': task}}}))
    _, out = replay('namespace:=rp', f'bag:={bag}', f'params_file:={file}')
    assert 'the bag has no topic below /rp, where the node looks for' in out
    assert '(it has: /image)' in out
