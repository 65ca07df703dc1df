# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Segments in the runtime: frames overlap, urgent jobs run between, plans are followed."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest
import yaml
from children import TIMEOUT_S
from images import frame
from segments import CHAIN
from segments import write_cut

from edge_sched_ros.core.events import ParametersChanged
from edge_sched_ros.core.events import UnitChanged
from edge_sched_ros.core.units import UNAVAILABLE
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.backends import Backend
from edge_sched_ros.execution.engines.simulated import SimulatedEngine
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.registry import discover
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.pipeline import replanning
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters
from edge_sched_ros.planning.background import plan_now
from edge_sched_ros.planning.situation import plan_for_policy
from edge_sched_ros.system.loading import load_system


class _Network:
    """A segment, or a network, that returns zeros when it is let go."""

    def __init__(self, spec, unit, gates):
        segment = spec.segment
        self.name = spec.name if segment is None else segment.name
        self.inputs, self.outputs = segment.inputs, segment.outputs
        self._unit, self._gates = unit.name, gates

    def run(self, inputs):
        for array, info in zip(inputs, self.inputs):
            assert array.shape == info.shape and array.dtype == info.dtype
        self._gates.enter(self.name, self._unit)
        return [np.zeros(info.shape, info.dtype) for info in self.outputs]

    def close(self):
        pass


class Gates:
    """
    Notes which segment starts on which unit; holds some up until the test opens their gate.

    A gate that is not opened in time fails the test through its job.
    """

    def __init__(self):
        self._changed = threading.Condition()
        self.closed = set()
        self.ran = []

    def enter(self, segment, unit):
        with self._changed:
            self.ran.append((segment, unit))
            self._changed.notify_all()
            if not self._changed.wait_for(lambda: segment not in self.closed, TIMEOUT_S):
                raise TimeoutError(segment)

    def open(self, segment):
        with self._changed:
            self.closed.discard(segment)
            self._changed.notify_all()

    def wait_for(self, segment, unit, times):
        """Wait until a segment has started so many times on a unit."""
        with self._changed:
            done = self._changed.wait_for(
                lambda: self.ran.count((segment, unit)) >= times, TIMEOUT_S
            )
            assert done, self.ran


class _Engine:
    """Stands in for the engines of cores and of the GPU."""

    name = 'simulated'
    kinds = ('cpu', 'gpu')

    def __init__(self, gates):
        self._gates = gates

    def available(self):
        return True, ''

    def load(self, spec, unit=None):
        return _Network(spec, unit, self._gates)


class Desk:
    """A pipeline on units of those names, its gates and the ends of its jobs."""

    def __init__(self, units, policy='edf', **tasks):
        self.gates = Gates()
        engine = _Engine(self.gates)
        found = Backend(engine.name, engine.kinds, True, '', engine)
        local = tuple(LocalUnit(Unit(name, name.rstrip('0123456789'))) for name in units)
        here = replace(discover(), units=local, engines=(found,))
        values = {'policy': policy, 'tasks': list(tasks)}
        for name, keys in tasks.items():
            values |= {f'{name}.topic': name, f'{name}.deadline_ms': 60_000.0}
            values |= {f'{name}.{key}': value for key, value in keys.items()}
        self._changed = threading.Condition()
        self.ends = []
        self.pipeline = Pipeline(from_parameters(values), on_end=self._on_end, machine=here)

    def _on_end(self, end):
        with self._changed:
            self.ends.append(end)
            self._changed.notify_all()

    def __enter__(self):
        self.pipeline.load()
        self.pipeline.start()
        return self

    def __exit__(self, *_):
        for segment in list(self.gates.closed):
            self.gates.open(segment)
        self.pipeline.unload()

    def send(self, task, seq):
        self.pipeline.submit(frame(stream=task, seq=seq))

    def wait(self, count):
        """Wait for so many ends; return those on time."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.ends) >= count, TIMEOUT_S), self.ends
        return self.ends

    def plan(self, **mapping):
        """Let the policy follow a plan."""
        self.pipeline._running().post(ParametersChanged(plan_for_policy(mapping)))

    def stages(self, task):
        """Return the names of a task's stages as the dispatcher has them."""
        core = self.pipeline._running().read(lambda core, _now: core)
        return [stage.name for stage in core.tasks[task].variants[0].stages]


@pytest.fixture
def network(tmp_path):
    return str(write_cut(tmp_path, segments=CHAIN, engine='simulated'))


def _timing(end):
    return [(stage.stage, stage.unit) for stage in end.stages]


def test_consecutive_frames_overlap_on_different_units(network):
    """The second segment of a frame holds the GPU up until the next frame is in the first."""
    with Desk(('cpu0', 'cpu1', 'gpu0'), 'plan_follower', boxes={'network': network}) as desk:
        assert desk.stages('boxes') == ['preprocess', 'stem', 'rest', 'postprocess']
        desk.plan(boxes=['cpu0', 'cpu0', 'gpu0', 'cpu1'])
        desk.gates.closed.add('rest')
        desk.send('boxes', 1)
        desk.gates.wait_for('rest', 'gpu0', 1)
        desk.send('boxes', 2)
        desk.gates.wait_for('stem', 'cpu0', 2)
        assert not desk.ends
        desk.gates.open('rest')
        ends = desk.wait(2)
        assert desk.gates.ran == [
            ('stem', 'cpu0'), ('rest', 'gpu0'), ('stem', 'cpu0'), ('rest', 'gpu0'),
        ]  # fmt: skip
    assert [end.outcome for end in ends] == ['on_time'] * 2
    assert [end.frame.seq for end in ends] == [1, 2]
    first, second = ends
    wanted = [('preprocess', 'cpu0'), ('stem', 'cpu0'), ('rest', 'gpu0'), ('postprocess', 'cpu1')]
    assert _timing(first) == _timing(second) == wanted
    # stages of a job follow each other; those of two jobs overlap
    for end in ends:
        times = [time for stage in end.stages for time in (stage.started_ns, stage.finished_ns)]
        assert times == sorted(times)
    assert second.stages[1].started_ns < first.stages[2].finished_ns
    assert second.stages[2].started_ns >= first.stages[2].finished_ns


@pytest.mark.parametrize('policy', ['edf', 'fcfs', 'heft', 'dream', 'round_robin'])
def test_every_policy_runs_segments_of_overlapping_frames(network, policy):
    with Desk(('cpu0', 'cpu1', 'gpu0'), policy, boxes={'network': network}) as desk:
        desk.gates.closed.add('rest')
        desk.send('boxes', 1)
        desk.send('boxes', 2)
        desk.gates.open('rest')
        ends = desk.wait(2)
        # a frame may be superseded by the next, by the rule of a queue one deep
        assert {end.outcome for end in ends} <= {'on_time', 'dropped'}
        done = [end for end in ends if end.outcome == 'on_time']
        assert done and all(
            [stage.stage for stage in end.stages] == ['preprocess', 'stem', 'rest', 'postprocess']
            for end in done
        )


def test_an_urgent_job_runs_between_two_segments(network):
    """On one core; a network that is not cut would have held it to its end."""
    tasks = {
        'slow': {'network': network},
        'urgent': {'network': network, 'deadline_ms': 30_000.0},
    }
    with Desk(('cpu0',), 'edf', **tasks) as desk:
        assert desk.stages('slow') == ['preprocess+stem', 'rest+postprocess']
        desk.gates.closed.add('stem')
        desk.send('slow', 1)
        desk.gates.wait_for('stem', 'cpu0', 1)
        desk.send('urgent', 2)
        desk.gates.open('stem')
        urgent, slow = desk.wait(2)
    assert (urgent.task, slow.task) == ('urgent', 'slow')
    assert {urgent.outcome, slow.outcome} == {'on_time'}
    assert [stage.stage for stage in slow.stages] == ['preprocess', 'stem', 'rest', 'postprocess']
    assert slow.stages[1].finished_ns <= urgent.stages[0].started_ns
    assert urgent.stages[-1].finished_ns <= slow.stages[2].started_ns


def test_the_node_plans_segments_and_runs_them_as_planned(network, tmp_path, monkeypatch):
    """Costs from a file with segments, a plan by the planner, the plan on the units."""
    pytest.importorskip('ortools')
    costs = {
        'preprocess': {'cpu0': 1.0, 'cpu1': 1.0},
        'stem': {'cpu0': 9.0, 'cpu1': 4.0, 'gpu0': 40.0},
        'rest': {'cpu0': 50.0, 'cpu1': 50.0, 'gpu0': 2.0},
        'postprocess': {'cpu0': 1.0, 'cpu1': 1.0},
    }
    stages = [{'name': name, 'cost': on} for name, on in costs.items()]
    profiles = tmp_path / 'profiles.yaml'
    profiles.write_text(
        yaml.safe_dump(
            {
                'units': ['cpu0', 'cpu1', 'gpu0'],
                'networks': {'net': {'stages': stages}},
                'transitions': [{'from': 'cpu1', 'to': 'gpu0', 'ms': 0.1}],
            }
        )
    )
    # in this process: one of the lowest priority would hardly ever end beside other tests
    monkeypatch.setattr(
        replanning, 'plan_elsewhere', lambda file, limit, **_: plan_now(file, limit)
    )
    desk = Desk(('cpu0', 'cpu1', 'gpu0'), 'plan_follower', boxes={'network': network})
    desk.pipeline.config = replace(desk.pipeline.config, profiles=str(profiles))
    with desk:
        desk.pipeline.look_at_machine()
        assert desk.pipeline._replanning.wait(TIMEOUT_S)
        assert desk.pipeline._replanning.problem == ''
        plan = desk.pipeline._replanning.mapping['boxes']
        assert plan[1:3] == ['cpu1', 'gpu0']
        desk.send('boxes', 1)
        (end,) = desk.wait(1)
    assert [unit for _, unit in _timing(end)] == plan
    assert end.outcome == 'on_time'


def test_a_segment_whose_unit_is_lost_goes_on_elsewhere(network):
    """With the tensors that the lost unit's predecessor has given."""
    with Desk(('cpu0', 'cpu1', 'gpu0'), 'plan_follower', boxes={'network': network}) as desk:
        desk.plan(boxes=['cpu0', 'cpu0', 'gpu0', 'cpu1'])
        desk.gates.closed.add('stem')
        desk.send('boxes', 1)
        desk.gates.wait_for('stem', 'cpu0', 1)
        desk.pipeline._running().post(UnitChanged('gpu0', UNAVAILABLE, reason='lost'))
        desk.gates.open('stem')
        (end,) = desk.wait(1)
    assert end.outcome == 'on_time'
    assert _timing(end)[2] == ('rest', 'cpu0')


def test_what_a_node_saves_names_segments(network, tmp_path):
    path = tmp_path / 'robot.yaml'
    with Desk(('cpu0', 'gpu0'), boxes={'network': network, 'period_ms': 100.0}) as desk:
        for seq in range(3):
            desk.send('boxes', seq)
            desk.wait(seq + 1)
        desk.pipeline.write_system(str(path))
    variant = load_system(path).networks['net'].first
    stages = ['preprocess', 'stem', 'rest', 'postprocess']
    assert [stage.name for stage in variant.stages] == stages


def test_a_simulated_segment_takes_its_part_of_the_latency(tmp_path):
    simulate = {'latency_ms': 8.0, 'segments': {'rest': 3.0}}
    path = write_cut(
        tmp_path,
        segments=CHAIN,
        engine='simulated',
        decoder_options={'simulate': simulate},
    )
    waited = []
    for part in load_network(path).parts.values():
        made = SimulatedEngine().load(part)
        made._wait = waited.append
        outputs = made.run([np.zeros(info.shape, info.dtype) for info in made.inputs])
        assert [array.shape for array in outputs] == [info.shape for info in part.segment.outputs]
    # half of it, as the file does not say which has how many operations; and its own
    assert waited == [0.004, 0.003]
