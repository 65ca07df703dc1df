# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a pipeline ran and learned, written as a system file; the rates it has seen."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from contextlib import ExitStack
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
    with _run(tmp_path, {'detector': '/front/image_raw', 'other': 'never'}) as pipeline:
        yield pipeline


@pytest.fixture
def worked(tmp_path):
    """Return a function that returns a pipeline that has worked; it is freed at the end."""
    with ExitStack() as stack:
        yield lambda topics: stack.enter_context(_run(tmp_path, topics))


@contextmanager
def _run(tmp_path, topics):
    """Yield a pipeline that has worked on frames of the first task's topic."""
    values = {'tasks': list(topics)}
    for name, topic in topics.items():
        own = name.strip('_')
        values[f'{name}.network'] = str(write_network(tmp_path, f'{own}_net', engine='simulated'))
        values[f'{name}.topic'] = topic
        values[f'{name}.deadline_ms'] = 50.0
    ended = threading.Semaphore(0)
    machine = replace(discover(), units=(LocalUnit(Unit('cpu0', 'cpu')),))
    pipeline = Pipeline(
        from_parameters(values), on_end=lambda _end: ended.release(), machine=machine
    )
    pipeline.load()
    pipeline.start()
    for seq in range(4):
        pipeline.submit(frame(stream='/front/image_raw', seq=seq))
        for topic in topics.values():
            assert topic == 'never' or ended.acquire(timeout=TIMEOUT_S)
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
    assert found.notes['left_out'] == {'other': 'its cost is not known yet'}
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


def test_tasks_whose_names_system_files_do_not_allow_have_others_there(worked, tmp_path):
    topic = '/front/image_raw'
    run = worked({'_detector': topic, 'n_detector': topic, 'other': 'never'})
    path = tmp_path / 'robot.yaml'
    run.write_system(str(path))
    found = load_system(path)
    assert set(found.tasks) == {'n_detector', 'n_detector_'}
    assert found.notes['tasks'] == {'n_detector_': '_detector'}
    assert not main(['simulate', str(path), '--seconds', '0.5'])


def test_while_nothing_is_known_of_any_task_the_file_stays(worked, tmp_path):
    run = worked({'detector': 'never'})
    path = tmp_path / 'robot.yaml'
    path.write_text('of an earlier run')
    with pytest.raises(ConfigError) as caught:
        run.write_system(str(path))
    assert str(caught.value) == (
        f'{path}: not written, as there is no task to write: detector: its cost is not known yet'
    )
    assert path.read_text() == 'of an earlier run'
