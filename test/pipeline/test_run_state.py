# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The next start says what a run that was killed has lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from children import started
from children import TIMEOUT_S

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.pipeline.health.run_state import identity
from edge_sched_ros.pipeline.health.run_state import RunState
from edge_sched_ros.pipeline.settings.restart_arguments import restarts
from edge_sched_ros.pipeline.settings.restart_arguments import state_file


def _task(name, released, on_time, **more):
    counts = {'late': 0, 'dropped': {}, 'failed': {}, **more}
    return SimpleNamespace(name=name, released=released, on_time=on_time, **counts)


STATUS = SimpleNamespace(
    tasks=(
        _task('detector', 100, 90, late=3, dropped={'superseded': 4}, failed={'KeyError': 1}),
        _task('depth', 50, 49),
        _task('corners', 7, 7),
    )
)


@pytest.fixture
def file(tmp_path):
    return tmp_path / 'state.json'


def test_a_run_that_did_not_end_is_told(file):
    state = RunState(str(file), lambda: 1_700_000_000.5)
    assert state.last_run() == ''
    state.write(STATUS)
    assert RunState(str(file)).last_run() == (
        f'the last run (process {os.getpid()}) ended without a shutdown at '
        '2023-11-14 22:13:20 UTC or shortly after: 3 frames in flight (detector 2, depth 1); '
        '146 of 157 frames had been answered on time'
    )
    assert [each.name for each in file.parent.iterdir()] == [file.name]
    state.write(STATUS, ended=True)
    assert RunState(str(file)).last_run() == ''


def test_without_a_file_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    RunState('').write(STATUS)
    assert RunState('').last_run() == '' and not list(tmp_path.iterdir())


def test_a_process_that_runs_has_lost_nothing(file):
    RunState(str(file)).write(STATUS)
    content = json.loads(file.read_text())
    with started([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE) as other:
        file.write_text(json.dumps(content | {'process': identity(other.pid)}))
        assert (
            f'process {other.pid} runs and writes the same state file'
            in RunState(str(file)).last_run()
        )
        # another process with the same number
        file.write_text(json.dumps(content | {'process': [other.pid, 1]}))
        assert 'ended without a shutdown' in RunState(str(file)).last_run()
        other.communicate(b'\n', timeout=TIMEOUT_S)
    assert identity(other.pid) == [other.pid, 0]


@pytest.mark.parametrize(
    'spoil',
    [
        lambda state: 'nothing',
        lambda state: [],
        lambda state: state | {'format': 2},
        lambda state: state | {'ended': 'no'},
        lambda state: state | {'written_s': 1e300},
        lambda state: state | {'written_s': None},
        lambda state: state | {'process': [1]},
        lambda state: state | {'process': ['1', 2]},
        lambda state: state | {'tasks': {'a': {}}},
        lambda state: state | {'tasks': {'a': {**state['tasks']['depth'], 'late': -1}}},
        lambda state: state | {'tasks': {'a': {**state['tasks']['depth'], 'late': 1e3}}},
        lambda state: state | {'more': 'x' * (1 << 20)},
    ],
)
def test_a_damaged_file_is_one_short_line(file, spoil):
    RunState(str(file)).write(STATUS)
    file.write_text(json.dumps(spoil(json.loads(file.read_text()))))
    told = RunState(str(file)).last_run()
    assert told == f'the state of the last run cannot be read: {file} is no file of this node'


def test_names_of_a_file_cannot_reach_the_log_as_they_are(file):
    RunState(str(file)).write(STATUS)
    state = json.loads(file.read_text())
    state['tasks'] = {'\x1b[31m\n' + 'x' * 1000: {**state['tasks']['depth'], 'on_time': 0}}
    file.write_text(json.dumps(state))
    told = RunState(str(file)).last_run()
    assert told.isprintable() and len(told) <= 400


def test_what_launch_files_say_of_a_node_that_has_ended(tmp_path):
    assert restarts('true', '0.5') == {'respawn': True, 'respawn_delay': 0.5}
    assert restarts('false', '2.0')['respawn'] is False
    for text in ('soon', 'nan', '-1', '1e9'):
        with pytest.raises(ConfigError, match=r"respawn_delay: '.*' is not a number"):
            restarts('true', text)
    with pytest.raises(ConfigError, match="respawn: 'maybe'"):
        restarts('maybe', '2.0')
    params = tmp_path / 'params.yaml'
    params.write_text('/**:\n  ros__parameters:\n    tasks: [a]\n')
    home = {'ROS_HOME': str(tmp_path)}
    expected = tmp_path / 'edge_sched_ros' / 'robot.left.scheduler.state.json'
    assert state_file({}, str(params), '/robot/left', home) == {'state_file': str(expected)}
    assert state_file({'state_file': 'mine'}, str(params), '', home) == {}
    params.write_text(params.read_text() + '    state_file: theirs\n')
    assert state_file({}, str(params), '', home) == {}
