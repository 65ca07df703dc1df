# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a pipeline ran and learned, written as a system file; the rates it has seen."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from children import TIMEOUT_S
from images import frame
from networks import write_network

from edge_sched_ros.cli.main import main
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.registry import discover
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.pipeline.costs.system_file import RatesSeen
from edge_sched_ros.pipeline.inputs.inputs_account import InputAccount
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.system.loading import load_system

S = 1_000_000_000


def test_rates_are_means_from_the_start_to_the_last_message():
    rates = RatesSeen()
    rates.begin({'camera': InputAccount(received=100, last_ns=5 * S)}, 10 * S)
    inputs = {
        # 60 more in two seconds, then the source ended
        'camera': InputAccount(received=160, last_ns=12 * S),
        'new': InputAccount(received=5, last_ns=15 * S),
        'once': InputAccount(received=1, last_ns=15 * S),
        'silent': InputAccount(),
    }
    assert rates.hz(inputs) == {'camera': 30.0, 'new': 1.0}


@pytest.fixture
def run(tmp_path):
    """Return a pipeline on one CPU that has worked on some frames."""
    values = {
        'tasks': ['detector', 'other'],
        'detector.deadline_ms': 50.0,
        'other.topic': 'never',
    }
    for name in values['tasks']:
        values[f'{name}.network'] = str(write_network(tmp_path, f'{name}_net', engine='simulated'))
    values['detector.topic'] = '/front/image_raw'
    ended = threading.Semaphore(0)
    machine = replace(discover(), units=(LocalUnit(Unit('cpu0', 'cpu')),))
    pipeline = Pipeline(
        from_parameters(values), on_end=lambda _end: ended.release(), machine=machine
    )
    pipeline.load()
    pipeline.start()
    for seq in range(4):
        pipeline.submit(frame(stream='/front/image_raw', seq=seq))
        assert ended.acquire(timeout=TIMEOUT_S)
    pipeline.stop()
    yield pipeline
    pipeline.unload()


def test_what_was_run_is_written_whole(run, tmp_path):
    path = tmp_path / 'new' / 'robot.yaml'
    run.write_system(str(path))
    assert path.read_text().startswith('# Written by scheduler_node')
    found = load_system(path)
    assert list(found.units) == ['cpu0']
    assert set(found.tasks) == {'detector'}
    assert found.tasks['detector'].network == 'detector_net'
    assert found.tasks['detector'].deadline_ms == 50.0
    assert found.notes['left_out'] == {'other': 'what it takes is not known yet'}
    assert found.streams['front.image_raw'].period_ms > 0
    assert [file.name for file in path.parent.iterdir()] == ['robot.yaml']


@pytest.mark.parametrize('command', ['simulate', 'plan'])
def test_the_file_can_be_simulated_and_planned_as_it_is(run, tmp_path, capsys, command):
    if command == 'plan':
        pytest.importorskip('ortools')
    path = tmp_path / 'robot.yaml'
    run.write_system(str(path))
    assert not main([command, str(path)])
    assert 'detector' in capsys.readouterr().out


def test_nowhere_and_where_it_cannot_be_written(run, tmp_path):
    before = list(tmp_path.iterdir())
    run.write_system('')
    assert list(tmp_path.iterdir()) == before
    with pytest.raises(ConfigError, match='cannot be written'):
        run.write_system(str(tmp_path))
    with pytest.raises(ConfigError, match='cannot be written'):
        run.write_system(f'{Path(__file__)}/robot.yaml')


def test_a_node_begins_with_what_it_learned(run, tmp_path):
    """The file is a profile like any other: of this machine, with costs of the stages it ran."""
    path = tmp_path / 'robot.yaml'
    run.write_system(str(path))
    assert load_system(path).measured.machine.cores >= 1
    pipeline = Pipeline(
        replace(run.config, profiles=str(path)), on_end=lambda _end: None, machine=run._machine
    )
    pipeline.load()
    try:
        use = pipeline._profile_use
        assert (use.doubts, use.remark, use.unknown) == ((), '', ())
        assert use.known >= 1
        assert all('other_net' in one for one in use.missing)
    finally:
        pipeline.unload()
