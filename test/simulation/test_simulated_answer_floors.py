# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""No task starves while floors are kept, under any policy; nothing changes without overload."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from systems import MS
from systems import random_systems
from systems import simulate
from systems import system

from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Release
from edge_sched_ros.plugins.policies import policy_names
from edge_sched_ros.simulation.load import at_load
from edge_sched_ros.system.loading import load_platform
from edge_sched_ros.system.loading import load_workload

_CPUS = {'units': {'cpu0': {}, 'cpu1': {}}}
_PERIODS = 3.0


def _overloaded() -> dict[str, Any]:
    """Return 5 cores of work of high priority, and a task that can never be on time."""
    networks = {
        'heavy': {'cost': {'cpu0': 50.0, 'cpu1': 50.0}},
        'light': {'cost': {'cpu0': [5.0, 5.0], 'cpu1': [5.0, 5.0]}},
    }
    heavy = {'network': 'heavy', 'period_ms': 20.0, 'deadline_ms': 120.0, 'priority': 5}
    return {
        'networks': networks,
        'tasks': {
            'left': {**heavy, 'max_in_flight': 2},
            'right': {**heavy, 'max_in_flight': 2},
            'low': {
                'network': 'light', 'period_ms': 40.0, 'deadline_ms': 9.0, 'priority': -5,
            },
            'after': {'network': 'light', 'after': 'low', 'deadline_ms': 9.0, 'priority': -5},
        },
    }  # fmt: skip


def longest_silence_ms(log, tasks) -> dict[str, float]:
    """Return the longest time that each task had a frame and no answer."""
    since: dict[str, int] = {}
    found = dict.fromkeys(tasks, 0)
    for now_ns, _, decisions in log.entries:
        for name, begin_ns in since.items():
            found[name] = max(found[name], now_ns - begin_ns)
        for one in decisions:
            if isinstance(one, Release) and one.task in found:
                since.setdefault(one.task, now_ns)
            elif isinstance(one, Complete):
                since.pop(one.task, None)
    return {name: silence_ns / MS for name, silence_ns in found.items()}


@pytest.mark.parametrize('policy', policy_names())
def test_no_task_starves_under_any_policy(policy):
    made = system(_overloaded(), _CPUS)
    simulator, log = simulate(made, seconds=1.2, policy=policy, floor_periods=_PERIODS)
    silences = longest_silence_ms(log, ('low', 'after', 'left', 'right'))
    # three periods of 40 ms, the next frame, a unit that is busy, and its own 20 ms
    assert silences['low'] <= 120 + 40 + 50 + 20, silences
    assert silences['after'] <= 2 * (120 + 40 + 50 + 20), silences
    answers = simulator.dispatcher.ledger.tasks
    assert answers['low'].on_time + answers['low'].late >= 5
    if policy == 'edf+drop':
        told = simulator.dispatcher.why_at_floor('low', simulator.now_ns)
        assert told == 'is never on time at this load: answers at least every 120 ms'


def test_without_floors_it_starves():
    made = system(_overloaded(), _CPUS)
    _, log = simulate(made, seconds=2.0, policy='edf+drop')
    assert longest_silence_ms(log, ('low',))['low'] > 500


def test_floors_cost_the_others_no_more_than_their_share():
    """Of a unit's 2 s the floor takes at most two thirds; here 30 ms in 120."""
    made = system(_overloaded(), _CPUS)
    without, _ = simulate(made, seconds=2.0, policy='edf+drop')
    kept, _ = simulate(made, seconds=2.0, policy='edf+drop', floor_periods=_PERIODS)
    for name in ('left', 'right'):
        before, after = (one.dispatcher.ledger.tasks[name].on_time for one in (without, kept))
        assert after >= 0.75 * before


@pytest.mark.parametrize('policy', ['edf+drop', 'dream', 'horizon'])
def test_nothing_changes_on_a_robot_that_is_not_overloaded(policy):
    made = at_load(load_workload('robot_drone'), load_platform('orin_agx'), 0.5)
    logs = [
        simulate(made, seconds=0.5, policy=policy, floor_periods=periods)[1].entries
        for periods in (0.0, _PERIODS)
    ]
    assert logs[0] == logs[1]


@settings(max_examples=12)
@given(random_systems(), st.sampled_from(['edf+drop', 'static', 'dream', 'horizon', 'heft+drop']))
def test_drawn_systems(drawn, policy):
    """Where all is on time nothing changes; elsewhere every task that gets frames is answered."""
    workload, platform = drawn
    workload['changes'] = []
    for task in workload['tasks'].values():
        task['min_rate_hz'] = 0.0
    for stream in workload['streams'].values():
        stream['arrivals'] = 'periodic'
    made = system(workload, platform)
    plain, before = simulate(made, seconds=0.6, policy=policy)
    simulator, log = simulate(made, seconds=0.6, policy=policy, floor_periods=_PERIODS)
    accounts = plain.dispatcher.ledger.tasks
    if all(one.on_time == one.released for one in accounts.values()):
        assert log.entries == before.entries
    answers = simulator.dispatcher._answers
    costs_ms = [span.end_ns - span.begin_ns for span in log.spans]
    worst_ms = max(costs_ms, default=0) / MS
    silences = longest_silence_ms(log, made_heads := _heads(workload))
    for name in made_heads:
        gap_ms = answers.gap_ns(name, simulator.now_ns) / MS
        stages = sum(len(task.variants[0].stages) for task in made.tasks)
        assert silences[name] <= 2 * gap_ms + 60 + 2 * stages * worst_ms, name


def _heads(workload: dict[str, Any]) -> list[str]:
    return [name for name, task in workload['tasks'].items() if 'after' not in task]
