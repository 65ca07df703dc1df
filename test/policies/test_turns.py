# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Equal cameras on units that cannot serve all of them get equally many answers."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pytest
from harness import Bench
from harness import of
from harness import task
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from systems import simulate
from systems import system

from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.events import ParametersChanged
from edge_sched_ros.core.events import TimerFired
from edge_sched_ros.plugins.policies import policy_names
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.system import System

PERIOD_MS = 33.0
#: policies that look at deadlines; the others keep what their names promise
BY_DEADLINE = (
    'dream',
    'edf',
    'horizon',
    'least_slack',
    'plan_follower',
    'pslo_mael',
    'slo_mael',
    'static',
)


def cameras(
    phases: list[float],
    *,
    load: float,
    units: int = 1,
    deadline: float = 2.0,
    stages: tuple[float, ...] = (1.0,),
    tracked: bool = False,
    cv: float = 0.1,
) -> System:
    """
    Return a camera per phase (share of the period), all of one network and deadline.

    :param load: what all ask for over what the units can do
    :param deadline: in periods
    :param stages: shares of the network's time
    :param tracked: each with a second network after it, which takes three tenths of the time
    """
    names = [f'cpu{index}' for index in range(units)]
    cost_ms = load * PERIOD_MS * units / len(phases)

    def network(share: float) -> dict[str, Any]:
        costs = [cost_ms * share * part for part in stages]
        return {
            'stages': [
                {'name': f's{index}', 'cost': dict.fromkeys(names, cost)}
                for index, cost in enumerate(costs)
            ]
        }

    tasks: dict[str, Any] = {}
    for index, phase in enumerate(phases):
        tasks[f'camera{index}'] = {
            'network': 'found',
            'period_ms': PERIOD_MS,
            'phase_ms': phase * PERIOD_MS,
            'deadline_ms': deadline * PERIOD_MS,
        }
        if tracked:
            tasks[f'tracker{index}'] = {
                'network': 'tracked',
                'after': f'camera{index}',
                'deadline_ms': (deadline + 1) * PERIOD_MS,
            }
    networks = {'found': network(0.7 if tracked else 1.0), 'tracked': network(0.3)}
    if not tracked:
        del networks['tracked']
    return system(
        {'name': 'equals', 'tasks': tasks, 'networks': networks},
        {'name': 'cores', 'units': {name: {'kind': 'cpu'} for name in names}, 'latency_cv': cv},
    )


def answers(
    made: System,
    policy: str,
    *,
    kind: str = 'camera',
    seconds: float = 4.0,
    on_time: bool = False,
) -> list[int]:
    """Return how many answers each camera (or tracker) had; only those on time on demand."""
    simulator = Simulator(made, policy=policy)
    simulator.run(seconds)
    simulator.dispatcher.validate()
    accounts = simulator.dispatcher.ledger.tasks
    return [
        a.on_time + (0 if on_time else a.late)
        for name, a in accounts.items()
        if name.startswith(kind)
    ]


def share_of_worst(counts: list[int]) -> float:
    """Return the answers of the worst camera over those of the mean camera."""
    return min(counts) * len(counts) / sum(counts)


def drawn(count: int, seed: int) -> list[float]:
    draw = random.Random(seed)
    return [draw.random() for _ in range(count)]


@pytest.mark.parametrize('drop', ['', '+drop'])
@pytest.mark.parametrize('policy', BY_DEADLINE)
def test_four_cameras_of_one_deadline_on_one_core(policy, drop):
    for seed in range(2):
        counts = answers(cameras(drawn(4, seed), load=1.7), policy + drop)
        assert share_of_worst(counts) >= 0.8, counts
        # and together they get what the core can do: 1000 / 14 a second
        assert sum(counts) >= 0.85 * 4 * 1000 / (1.7 * PERIOD_MS / 4)


@settings(max_examples=20, deadline=None, derandomize=True)
@given(
    policy=st.sampled_from(['edf', 'edf+drop', 'least_slack', 'least_slack+drop']),
    phases=st.lists(st.floats(0, 1, exclude_max=True), min_size=2, max_size=8),
    units=st.integers(1, 2),
    load=st.floats(1.2, 3.0),
    stages=st.sampled_from([(1.0,), (0.1, 0.8, 0.1)]),
    tracked=st.booleans(),
    cv=st.sampled_from([0.0, 0.1]),
)
def test_whatever_the_phases_the_worst_camera_is_near_the_mean(
    policy, phases, units, load, stages, tracked, cv
):
    # fewer cameras than units are not in each other's way
    load = min(load, 0.9 * len(phases) / units)
    phases = phases if load >= 1.2 else [*phases, 0.3, 0.6]
    made = cameras(
        phases, load=max(load, 1.2), units=units, deadline=3.0, stages=stages, tracked=tracked,
        cv=cv,
    )  # fmt: skip
    counts = answers(made, policy)
    assert share_of_worst(counts) >= 0.8, counts
    if tracked:
        trackers = answers(made, policy, kind='tracker')
        assert share_of_worst(trackers) >= 0.8, trackers


@settings(max_examples=20, deadline=None, derandomize=True)
@given(
    policy=st.sampled_from(['edf', 'edf+drop', 'least_slack+drop', 'dream+drop']),
    phase=st.floats(0, 1, exclude_max=True),
    cost=st.floats(0.55, 0.7),
    cv=st.sampled_from([0.0, 0.05]),
)
def test_deadlines_of_one_period_are_met_as_often_by_both_cameras(policy, phase, cost, cv):
    made = cameras([0.0, phase], load=cost * 2, deadline=1.0, cv=cv)
    counts = answers(made, policy, seconds=8.0, on_time=True)
    assert share_of_worst(counts) >= 0.8, counts


@pytest.mark.parametrize('policy', ['edf+drop', 'least_slack+drop', 'static+drop', 'dream+drop'])
def test_a_camera_whose_frames_come_while_the_unit_works_gets_its_turn(policy):
    made = cameras([0.0, 0.1], load=1.2, deadline=1.0, cv=0.0)
    first, second = answers(made, policy, seconds=8.0, on_time=True)
    assert abs(first - second) <= 3
    # one a period, as many as one camera alone would have
    assert first + second >= 240


@pytest.mark.parametrize('drop', ['', '+drop'])
def test_three_cameras_share_two_units(drop):
    made = cameras([0.24, 0.37, 0.54], load=1.2, units=2, deadline=1.0, cv=0.0)
    counts = answers(made, 'edf' + drop, seconds=8.0, on_time=True)
    assert share_of_worst(counts) >= 0.8, counts


@pytest.mark.parametrize('policy', ['dream+drop', 'slo_mael+drop'])
def test_no_turn_is_given_on_a_unit_where_it_would_be_late(policy):
    """Long and short networks of one deadline; the long ones are too slow on the CPU."""
    tasks = {}
    for index in range(3):
        for name, offset_ms in (('long', 0.0), ('short', 1.5)):
            tasks[f'{name}{index}'] = {
                'network': name,
                'period_ms': 20.0,
                'phase_ms': 3.0 * index + offset_ms,
                'deadline_ms': 20.0,
            }
    networks = {
        name: {'stages': [{'name': 'infer', 'cost': {'gpu0': gpu_ms, 'cpu0': cpu_ms}}]}
        for name, gpu_ms, cpu_ms in (('long', 12.0, 30.0), ('short', 4.0, 8.0))
    }
    made = system(
        {'name': 'mixed', 'tasks': tasks, 'networks': networks},
        {'name': 'two', 'units': {'gpu0': {'kind': 'gpu'}, 'cpu0': {'kind': 'cpu'}}},
    )
    # 600 frames each; the short ones keep the CPU busy and a part of the GPU
    assert sum(answers(made, policy, kind='short', on_time=True)) >= 570
    longs = answers(made, policy, kind='long', on_time=True)
    assert sum(longs) >= 280
    assert share_of_worst(longs) >= 0.8


@pytest.mark.parametrize('policy', ['edf', 'least_slack'])
def test_a_long_job_that_is_too_late_gives_its_place_to_a_short_one(policy):
    """Nothing is dropped, so that late jobs would make all others late, too."""
    tasks = {
        f'{name}{index}': {
            'network': name,
            'period_ms': 20.0,
            'phase_ms': 6.0 * index,
            'deadline_ms': 20.0,
        }
        for index in range(3)
        for name in ('long', 'short')
    }
    networks = {
        name: {'stages': [{'name': 'infer', 'cost': {'cpu0': ms, 'cpu1': ms}}]}
        for name, ms in (('long', 11.0), ('short', 4.0))
    }
    made = system(
        {'name': 'mixed', 'tasks': tasks, 'networks': networks},
        {'name': 'two', 'units': {'cpu0': {'kind': 'cpu'}, 'cpu1': {'kind': 'cpu'}}},
    )
    # 600 frames each, of which the cores can answer 533 of both
    counts = [sum(answers(made, policy, kind=k, on_time=True)) for k in ('long', 'short')]
    assert min(counts) >= 450, counts


def kept_for_the_second() -> Bench:
    """Return two cameras of period 30 and cost 20 at 90 ms, the second's frame due at 93."""
    tasks = [task(name, stream=name, deadline_ms=36, units=('cpu0',)) for name in ('a', 'b')]
    bench = Bench(*tasks, units=('cpu0',), policy='edf+drop')
    bench.frame('a', at_ms=0)
    bench.finish(at_ms=20)
    bench.frame('b', at_ms=33)
    bench.finish(at_ms=53)
    bench.frame('a', at_ms=60)
    bench.frame('b', at_ms=63)
    assert [drop.task for drop in of(bench.finish(at_ms=80), Drop)] == ['b']
    assert not of(bench.frame('a', at_ms=90), Run)
    return bench


def test_a_unit_waits_for_the_camera_whose_turn_it_is():
    bench = kept_for_the_second()
    assert [run.task for run in of(bench.frame('b', at_ms=93), Run)] == ['b']


def test_a_frame_that_does_not_come_is_waited_for_once():
    bench = kept_for_the_second()
    after_ms = 93 + 30 / 8
    assert [run.task for run in of(bench.send(TimerFired(), at_ms=after_ms), Run)] == ['a']
    bench.finish(at_ms=after_ms + 20)
    assert [run.task for run in of(bench.frame('a', at_ms=120), Run)] == ['a']


def test_a_disabled_camera_is_not_waited_for():
    bench = kept_for_the_second()
    started = bench.send(ParametersChanged({'enabled': False}, 'b'))
    assert [run.task for run in of(started, Run)] == ['a']


@pytest.mark.parametrize('policy', ['edf', 'least_slack', 'slo_mael', 'dream'])
def test_the_order_is_that_of_deadlines_while_nothing_is_lost(policy, monkeypatch):
    made = cameras(drawn(4, 3), load=0.8, stages=(0.2, 0.8))

    def runs():
        _, log = simulate(made, policy=policy, seconds=3)
        return [(at, run.job, run.unit) for at, run in log.decisions(Run)]

    in_turn = runs()
    for name in (policy, 'turns'):
        module = f'edge_sched_ros.policies.{name}'
        for turn in ('take_turns', 'give_turns'):
            monkeypatch.setattr(f'{module}.{turn}', lambda view, given, **_: given, raising=False)
    assert runs() == in_turn


def test_other_deadlines_and_priorities_keep_their_places():
    """An urgent task and a second-rate one beside three overloaded cameras."""
    core = ('cpu0',)
    tasks = [task(name, stream=name, deadline_ms=60, units=core) for name in ('a', 'b', 'c')]
    urgent = task('urgent', stream='urgent', deadline_ms=20, units=core)
    lesser = task('lesser', stream='lesser', deadline_ms=60, units=core, priority=-1)
    bench = Bench(*tasks, urgent, lesser, units=('cpu0',))
    order = []
    for step in range(60):
        for name in ('a', 'b', 'c', 'lesser', *(['urgent'] if step % 4 == 3 else [])):
            order += [run.task for run in of(bench.frame(name, at_ms=30 * step), Run)]
        order += [run.task for run in of(bench.finish(at_ms=30 * step + 25), Run)]
    assert 'lesser' not in order
    assert order.count('urgent') == 15
    cameras_only = [name for name in order if name != 'urgent']
    counts = [cameras_only.count(name) for name in ('a', 'b', 'c')]
    assert max(counts) - min(counts) <= 2, counts


def test_a_job_that_has_begun_goes_on_before_another_camera_begins():
    made = cameras(drawn(4, 1), load=2.0, stages=(0.3, 0.4, 0.3))
    _, log = simulate(made, policy='edf', seconds=3)
    jobs = [run.job for _, run in log.decisions(Run)]
    answered = {answer.job for _, answer in log.decisions(Complete)}
    changes = sum(before != after for before, after in pairwise(jobs))
    assert changes <= len(answered)


def test_cameras_of_almost_one_deadline_are_equals():
    tasks = [
        task(name, stream=name, deadline_ms=deadline_ms, units=('cpu0',))
        for name, deadline_ms in (('a', 60.0), ('b', 66.0), ('c', 66.7))
    ]
    bench = Bench(*tasks, units=('cpu0',))
    order = []
    for step in range(90):
        for name in ('a', 'b', 'c'):
            order += [run.task for run in of(bench.frame(name, at_ms=33 * step), Run)]
        order += [run.task for run in of(bench.finish(at_ms=33 * step + 30), Run)]
    counts = [order.count(name) for name in ('a', 'b', 'c')]
    assert max(counts) - min(counts) <= 1, counts


def test_a_camera_that_comes_back_does_not_take_all_turns():
    """Turns are by time since the last answer, of which a silent camera is owed none."""
    tasks = [task(name, stream=name, deadline_ms=66, units=('cpu0',)) for name in ('a', 'b')]
    bench = Bench(*tasks, units=('cpu0',))
    order = []
    for step in range(200):
        for name in ('a', 'b') if not 50 <= step < 150 else ('a',):
            order += [run.task for run in of(bench.frame(name, at_ms=33 * step), Run)]
        order += [run.task for run in of(bench.finish(at_ms=33 * step + 32), Run)]
    assert order[150:].count('b') <= 27


def test_every_policy_that_looks_at_deadlines_is_among_these():
    others = {
        # in order of arrival, of units, of names, of lengths; pareto by its points
        'fcfs', 'round_robin', 'latency_greedy', 'heft', 'mael', 'prema',
        'shortest_expected_latency', 'pareto', 'planaria_like', 'veltair_like',
    }  # fmt: skip
    assert {name for name in policy_names() if '+' not in name} == others | set(BY_DEADLINE)
