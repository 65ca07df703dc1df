# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""managed.launch.py with a stand-in for nav2's lifecycle manager."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip('launch', reason='ROS launch is not here')
pytest.importorskip('launch_ros', reason='ROS launch is not here')
pytest.importorskip('bond.msg', reason='the messages of bond are not here')

from children import started
from children import TIMEOUT_S
from domains import domain

TEST = Path(__file__).resolve().parents[1]
FILE = TEST.parent / 'launch' / 'managed.launch.py'
LAUNCH = """
import sys
from launch import LaunchDescription, LaunchService
from launch.actions import EmitEvent, IncludeLaunchDescription, RegisterEventHandler
from launch.event_handlers import OnProcessExit
from launch.events import Shutdown
from launch.launch_description_sources import PythonLaunchDescriptionSource
service = LaunchService()
arguments = [tuple(word.split(':=', 1)) for word in sys.argv[2:]]
source = PythonLaunchDescriptionSource(sys.argv[1])
def ended(event, context):
    return EmitEvent(event=Shutdown()) if 'lifecycle_manager' in event.process_name else None
service.include_launch_description(LaunchDescription([
    IncludeLaunchDescription(source, launch_arguments=arguments),
    RegisterEventHandler(OnProcessExit(on_exit=ended))]))
sys.exit(service.run())
"""


def _launched(tmp_path, *arguments, **environment):
    env = {**os.environ, 'ROS_DOMAIN_ID': str(domain()), 'ROS_LOG_DIR': str(tmp_path)}
    command = [sys.executable, '-c', LAUNCH, str(FILE), *arguments]
    options = {'env': env | environment, 'stdout': subprocess.PIPE, 'stderr': subprocess.STDOUT}
    with started(command, text=True, **options) as process:
        out = process.communicate(timeout=TIMEOUT_S)[0]
        return process.returncode, out


@pytest.fixture
def managed(tmp_path):
    """Return a function that starts both: the exit code, and what they say until the end."""
    package = 'nav2_lifecycle_manager'
    index = tmp_path / 'share' / 'ament_index' / 'resource_index' / 'packages'
    index.mkdir(parents=True)
    (index / package).write_text('')
    program = tmp_path / 'lib' / package / 'lifecycle_manager'
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {TEST}/helpers/nav2_manager.py "$@"\n')
    program.chmod(0o755)

    prefixes = f'{os.environ["AMENT_PREFIX_PATH"]}:{tmp_path}'
    return functools.partial(_launched, tmp_path, AMENT_PREFIX_PATH=prefixes)


@pytest.mark.parametrize('arguments', [(), ('namespace:=robot',)])
def test_the_manager_brings_the_scheduler_up_and_down(managed, arguments):
    _, out = managed(*arguments)
    assert out.index('configured: ') < out.index('active: listening')
    assert out.index('active: listening') < out.index('Managed nodes are active')
    assert 'Managed nodes have been shut down' in out
    for step in ('deactivated', 'cleaned up', 'shut down'):
        assert f'scheduler]: {step}' in out


def test_a_bond_on_one_side_only_is_noticed(managed):
    _, out = managed('bond_heartbeat_period:=0.0')
    assert 'Server scheduler was unable to be reached by bond' in out


def test_without_nav2_nothing_is_started(tmp_path):
    prefixes = os.environ['AMENT_PREFIX_PATH'].split(':')
    if any((Path(prefix) / 'share/nav2_lifecycle_manager').is_dir() for prefix in prefixes):
        pytest.skip('nav2_lifecycle_manager is here')
    code, out = _launched(tmp_path)
    assert code == 1
    assert (
        'managed.launch.py needs nav2_lifecycle_manager '
        '(sudo apt install ros-$ROS_DISTRO-nav2-lifecycle-manager)' in out
    )
    assert 'process started' not in out


@pytest.mark.parametrize(
    ('argument', 'message'),
    [
        ('policy:=edff', "policy: unknown policy 'edff'"),
        ('autostart:=true', "autostart: 'true' is not possible"),
        ('bond_heartbeat_period:=1e3', 'bond_heartbeat_period: must be from 0.0 to 60.0'),
        ('manager_params_file:=/missing', 'manager_params_file: there is no file /missing'),
    ],
)
def test_nothing_is_started_with_an_argument_that_cannot_be(managed, argument, message):
    code, out = managed(argument)
    assert code == 1
    assert message in out
    assert 'process started' not in out
