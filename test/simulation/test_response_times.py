# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Periodic tasks on one unit never respond later than response-time analysis allows."""

from __future__ import annotations

import random

import pytest
from systems import MS
from systems import simulate
from systems import system

from edge_sched_ros.core.decisions import Complete

rta = pytest.importorskip(
    'response_time_analysis', reason='PyPI response-time-analysis is not installed'
)
model = rta.model

#: the analysis counts in parts of a nanosecond: what comes at the same nanosecond is taken in one
#: after the other, which is a release, or an end, up to a few of these parts later
PARTS = 1000
FEW = 20

PERIODS_MS = (5, 8, 10, 12, 20, 25, 40)


def _draw(seed: int) -> list[dict]:
    """Return 3 to 5 tasks, load below 0.95, in whole nanoseconds."""
    dice = random.Random(seed)
    count = dice.randint(3, 5)
    load = dice.uniform(0.5, 0.95)
    shares = [dice.uniform(0.2, 1.0) for _ in range(count)]
    tasks = []
    for index, share in enumerate(shares):
        period = dice.choice(PERIODS_MS) * MS
        stages = dice.choice([1, 1, 3])
        stage = max(stages, int(period * load * share / sum(shares) / stages))
        tasks.append(
            {
                'period': period,
                'stages': [stage] * stages,
                'deadline': round(period * dice.uniform(0.6, 1.5)),
                'priority': index,
            }
        )
    return tasks


def _analysed(task: dict, *, by_deadline: bool) -> object:
    """A job of one stage is not pre-emptible, one of several only between them."""
    lengths = [length * PARTS + FEW for length in task['stages']]
    wcet = model.WCET(sum(lengths))
    if len(lengths) == 1:
        execution = model.FullyNonPreemptive(wcet)
    else:
        execution = model.LimitedPreemptive(wcet, max(lengths), lengths[-1])
    return model.Task(
        model.PeriodicWithJitter(task['period'] * PARTS, FEW),
        execution,
        model.Deadline(task['deadline'] * PARTS),
        None if by_deadline else model.Priority(task['priority']),
    )


def _bounds(tasks: list[dict], *, by_deadline: bool) -> list[int]:
    """Return the bounds in nanoseconds."""
    together = [_analysed(task, by_deadline=by_deadline) for task in tasks]
    analysis = rta.edf if by_deadline else rta.fp
    found = [
        analysis.rta(
            model.taskset(together), task, model.IdealProcessor(), horizon=10_000 * MS * PARTS
        ).response_time_bound
        for task in together
    ]
    assert all(found), 'every set has a load below 1, so every task has a bound'
    return [(bound + FEW) // PARTS for bound in found]


def _worst(tasks: list[dict], phases_ns: list[int], *, by_deadline: bool) -> list[int]:
    """Return the longest response of each task in 0.4 s."""
    workload = {
        'tasks': {
            f't{index}': {
                'network': f'n{index}',
                'period_ms': task['period'] / MS,
                'phase_ms': phases_ns[index] / MS,
                'deadline_ms': task['deadline'] / MS,
                'priority': 0 if by_deadline else task['priority'],
                'queue_depth': 1000,
                'max_in_flight': 1000,
            }
            for index, task in enumerate(tasks)
        },
        'networks': {
            f'n{index}': {
                'stages': [
                    {'name': f'x{at}', 'cost': {'u': length / MS}}
                    for at, length in enumerate(task['stages'])
                ]
            }
            for index, task in enumerate(tasks)
        },
    }
    simulator, log = simulate(system(workload, {'units': {'u': {}}}), policy='edf', seconds=0.4)
    worst = [0] * len(tasks)
    for _, answer in log.decisions(Complete):
        index = int(answer.task[1:])
        worst[index] = max(worst[index], answer.response_ns)
    for account in simulator.dispatcher.ledger.tasks.values():
        assert account.released == account.on_time + account.late > 0
    return worst


@pytest.mark.parametrize('by_deadline', [False, True], ids=['fixed priority', 'edf'])
@pytest.mark.parametrize('seed', range(8))
def test_no_response_is_above_its_bound(seed, by_deadline):
    tasks = _draw(seed)
    bounds = _bounds(tasks, by_deadline=by_deadline)
    dice = random.Random(1000 + seed)
    phase_sets = [[0] * len(tasks)]
    phase_sets += [[dice.randrange(task['period']) for task in tasks] for _ in range(3)]
    # the one job nobody can pre-empt begins just before all others come
    phase_sets += [[int(at != late) for at in range(len(tasks))] for late in range(len(tasks))]
    for phases in phase_sets:
        worst = _worst(tasks, phases, by_deadline=by_deadline)
        over = [index for index, ns in enumerate(worst) if ns > bounds[index]]
        assert not over, f'{phases}: {worst} above {bounds}'


def test_the_bound_of_fixed_priorities_is_reached():
    """The longest lower job begins a nanosecond before all others come."""
    tasks = [
        {'period': 50 * MS, 'stages': [7 * MS], 'deadline': 50 * MS, 'priority': 0},
        {'period': 20 * MS, 'stages': [3 * MS], 'deadline': 20 * MS, 'priority': 1},
        {'period': 10 * MS, 'stages': [2 * MS], 'deadline': 10 * MS, 'priority': 2},
    ]
    bounds = _bounds(tasks, by_deadline=False)
    assert bounds == pytest.approx([12 * MS, 12 * MS, 9 * MS], abs=1)
    assert _worst(tasks, [0, 1, 1], by_deadline=False)[1:] == pytest.approx(bounds[1:], abs=2)
    assert _worst(tasks, [1, 0, 0], by_deadline=False)[0] == pytest.approx(bounds[0], abs=2)


def test_the_bound_of_deadlines_is_reached():
    tasks = [
        {'period': 60 * MS, 'stages': [9 * MS], 'deadline': 60 * MS, 'priority': 0},
        {'period': 30 * MS, 'stages': [4 * MS], 'deadline': 15 * MS, 'priority': 0},
    ]
    bounds = _bounds(tasks, by_deadline=True)
    assert bounds[1] == pytest.approx(13 * MS, abs=1)
    assert _worst(tasks, [0, 1], by_deadline=True)[1] == pytest.approx(bounds[1], abs=2)
