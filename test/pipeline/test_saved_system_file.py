# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a pipeline ran and learned, written as a system file; the rates it has seen."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from children import TIMEOUT_S
from images import frame
from networks import write_network
from segments import BRANCHES
from segments import CHAIN
from segments import cut
from segments import write_cut

from edge_sched_ros.cli.main import main
from edge_sched_ros.core.decisions import StageTiming
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.registry import discover
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.pipeline.costs.part_times import PartTimes
from edge_sched_ros.pipeline.costs.system_file import RatesSeen
from edge_sched_ros.pipeline.inputs.inputs_account import InputAccount
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.system.graph import network_graph
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


# --- networks in segments ---------------------------------------------------------------------


@pytest.fixture
def cut_run(tmp_path):
    """Return a pipeline on one CPU that has worked with a network in segments and another one."""
    path = write_cut(tmp_path, 'net', decoder='depth_metric', decoder_options={'min_m': 0.0})
    other = write_network(tmp_path, 'other_net', engine='simulated')
    values = {'tasks': ['depth', 'other']}
    for name, network in (('depth', path), ('other', other)):
        values[f'{name}.network'] = str(network)
        values[f'{name}.topic'] = '/front/image_raw'
        values[f'{name}.deadline_ms'] = 60_000.0
    ended = threading.Semaphore(0)
    machine = replace(discover(), units=(LocalUnit(Unit('cpu0', 'cpu')),))
    pipeline = Pipeline(
        from_parameters(values), on_end=lambda _end: ended.release(), machine=machine
    )
    pipeline.load()
    pipeline.start()
    for seq in range(4):
        pipeline.submit(frame(stream='/front/image_raw', seq=seq))
        for _ in range(2):
            assert ended.acquire(timeout=TIMEOUT_S)
    pipeline.stop()
    yield pipeline
    pipeline.unload()


def test_segments_are_stages_with_tensors_and_digests(cut_run, tmp_path):
    path = tmp_path / 'robot.yaml'
    cut_run.write_system(str(path))
    found = load_system(path)
    variant = found.networks['net'].first
    assert [stage.name for stage in variant.stages] == ['preprocess', *BRANCHES, 'postprocess']
    assert all(stage.cost['cpu0'].latency_ms > 0 for stage in variant.stages)
    assert variant.stages[0].cost['cpu0'].note.startswith('part of preprocess+stem')
    # devices agree on a network by its segments' digests, whichever file they read
    graph, described = (
        network_graph(load_system(one), 'net') for one in (path, tmp_path / 'net.segments.yaml')
    )
    assert graph.digest == described.digest
    inner = graph.segments[1:-1]
    assert inner == described.segments
    assert {t: graph.tensors[t] for t in described.tensors} == described.tensors
    assert 'segments' not in found.notes
    # the stages of the other, which ran as one, are there one by one
    others = [stage.name for stage in found.networks['other_net'].first.stages]
    assert others == ['preprocess', 'infer', 'postprocess']


@pytest.mark.parametrize(
    'command',
    [['simulate'], ['simulate', '--high-level-policy', 'whole_network'], ['plan']],
    ids=' '.join,
)
def test_a_file_with_segments_is_read_by_every_command(cut_run, tmp_path, capsys, command):
    if 'plan' in command:
        pytest.importorskip('ortools')
    path = tmp_path / 'robot.yaml'
    cut_run.write_system(str(path))
    name, *options = command
    assert not main([name, str(path), *options])
    assert ('net' if name == 'plan' else 'depth') in capsys.readouterr().out


def test_a_node_begins_with_the_costs_of_segments_that_another_learned(cut_run, tmp_path):
    path = tmp_path / 'robot.yaml'
    cut_run.write_system(str(path))
    pipeline = Pipeline(
        replace(cut_run.config, profiles=str(path)),
        on_end=lambda _end: None,
        machine=cut_run._machine,
    )
    pipeline.load()
    try:
        use = pipeline._profile_use
        assert (use.doubts, use.remark, use.unknown, use.missing) == ((), '', (), ())
    finally:
        pipeline.unload()


def test_segments_that_were_cut_again_meanwhile_are_left_out_and_named(cut_run, tmp_path):
    cut(tmp_path / 'net.onnx', CHAIN)
    path = tmp_path / 'robot.yaml'
    cut_run.write_system(str(path))
    found = load_system(path)
    assert not found.networks['net'].first.tensors
    assert 'the node ran other stages' in found.notes['segments']['net']


def _end(*times, variant='base', unit='cpu0'):
    stages, now = [], 0
    for stage, ns in times:
        stages.append(StageTiming(stage, unit, now, now, now + ns))
        now += ns
    return SimpleNamespace(task='task', variant=variant, stages=tuple(stages))


def test_the_time_of_joint_stages_divides_as_the_parts_took_it():
    times = PartTimes()
    joint = ('task', 'base', 'a+b')
    assert times.shares('task', 'base', 'a', 'cpu0') == {}
    assert times.shares(*joint, 'cpu0') == {'a': 0.5, 'b': 0.5}
    times.observe(_end(('a', 30), ('b', 60), ('c', 500)))
    times.observe(_end(('a', 10), ('b', 300), variant='light'))
    assert times.shares(*joint, 'cpu0') == pytest.approx({'a': 1 / 3, 'b': 2 / 3})
    # a unit that has not run them has the shares of the others
    assert times.shares(*joint, 'cpu1') == pytest.approx({'a': 1 / 3, 'b': 2 / 3})
    times.observe(_end(('a', 10), ('b', 10), unit='cpu1'))
    assert times.shares(*joint, 'cpu1') == {'a': 0.5, 'b': 0.5}
