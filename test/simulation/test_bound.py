# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The clairvoyant bound: known optima, never beaten by a policy."""

from __future__ import annotations

import random
import sys
from itertools import permutations
from itertools import product
from typing import Any

import pytest

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.simulation.bound.clairvoyant import Bound
from edge_sched_ros.simulation.bound.clairvoyant import clairvoyant_bound
from edge_sched_ros.simulation.bound.clairvoyant import excess
from edge_sched_ros.simulation.bound.clairvoyant import missed_jobs
from edge_sched_ros.simulation.bound.clairvoyant import simulate_window
from edge_sched_ros.simulation.bound.jobs import window_jobs
from edge_sched_ros.simulation.bound.jobs import WindowJob
from edge_sched_ros.system.system import System
from edge_sched_ros.system.system_file import SystemFile

POLICIES = ('edf+drop', 'least_slack+drop', 'slo_mael+drop')
#: frames come once within the window
ONCE = {'period_ms': 1000.0}
WINDOW_S = 0.05


def _system(
    tasks: dict[str, dict[str, Any]],
    networks: dict[str, list[dict[str, float]]] | dict[str, Any],
    units: dict[str, int] | None = None,
    **settings: Any,
) -> System:
    """Return a system; a network is a list of stages, a stage its ms on each unit."""
    workload = {
        'name': 'test',
        'tasks': tasks,
        'networks': {
            name: {'stages': _stages(network)} if isinstance(network, list) else network
            for name, network in networks.items()
        },
        'changes': settings.pop('changes', ()),
    }
    slots = units or {'a': 1}
    platform = {
        'name': 'test',
        'units': {unit: {'slots': count} for unit, count in slots.items()},
        **settings,
    }
    return System(SystemFile.model_validate(workload), SystemFile.model_validate(platform))


def _stages(stages: list[dict[str, float]]) -> list[dict[str, Any]]:
    return [{'name': f's{index}', 'cost': cost} for index, cost in enumerate(stages)]


def _at(network: str, phase_ms: float, deadline_ms: float) -> dict[str, Any]:
    return {**ONCE, 'network': network, 'phase_ms': phase_ms, 'deadline_ms': deadline_ms}


def _solve(system: System, **settings: Any) -> Bound:
    settings = {'seconds': WINDOW_S, 'workers': 2, **settings}
    bound = clairvoyant_bound(system, **settings)
    assert bound.proven
    return bound


def test_one_long_job_is_given_up_for_two_short_ones():
    system = _system(
        {'long': _at('long', 0, 10), 'one': _at('short', 1, 10), 'two': _at('short', 1, 11)},
        {'long': [{'a': 10}], 'short': [{'a': 5}]},
    )
    bound = _solve(system)
    assert (bound.jobs, bound.missed, bound.best_bound) == (3, 1, 1)
    assert bound.miss_ratio == pytest.approx(1 / 3)
    assert bound.per_task == {'long': (1, 1), 'one': (1, 0), 'two': (1, 0)}
    edf = simulate_window(system, 'edf', seconds=WINDOW_S)
    assert missed_jobs(bound, edf) == 2
    assert excess(bound, edf) == pytest.approx(1 / 3)


def test_a_job_leaves_its_fastest_unit_to_one_that_has_no_other():
    system = _system(
        {'free': _at('free', 0, 12), 'bound': _at('bound', 1, 6)},
        {'free': [{'a': 5, 'b': 10}], 'bound': [{'a': 5}]},
        {'a': 1, 'b': 1},
    )
    assert _solve(system).missed == 0
    greedy = simulate_window(system, 'latency_greedy', seconds=WINDOW_S)
    assert missed_jobs(_solve(system), greedy) == 1


@pytest.mark.parametrize(('deadline_ms', 'missed'), [(13, 1), (14, 0)])
def test_a_hand_over_is_part_of_the_run(deadline_ms: float, missed: int):
    system = _system(
        {'job': _at('net', 0, deadline_ms)},
        {'net': [{'a': 5}, {'b': 5, 'a': 10}, {'b': 2}]},
        {'a': 1, 'b': 1},
        transitions=[{'from': 'a', 'to': 'b', 'ms': 2}],
    )
    assert _solve(system).missed == missed
    edf = simulate_window(system, 'edf', seconds=WINDOW_S)
    assert missed_jobs(_solve(system), edf) >= missed


@pytest.mark.parametrize(
    ('parent_ms', 'child_ms', 'missed', 'released'),
    [
        (5, 10, 0, 2),
        # one of them is missed, whether the parent is answered or not
        (5, 9, 1, None),
        # without its parent's answer the child is not released
        (4, 20, 1, 1),
    ],
)
def test_a_cascade(parent_ms: float, child_ms: float, missed: int, released: int | None):
    tasks = {
        'parent': _at('net', 3, parent_ms),
        'child': {'network': 'net', 'after': 'parent', 'deadline_ms': child_ms},
    }
    bound = _solve(_system(tasks, {'net': [{'a': 5}]}))
    assert (bound.jobs, bound.missed) == (2, missed)
    if released is not None:
        assert sum(entry[0] for entry in bound.per_task.values()) == released


def test_more_items_take_longer():
    child = {'network': 'net', 'after': 'parent', 'deadline_ms': 29, 'fan_out': (3, 3)}
    network = {'stages': [_stages([{'a': 5}])[0] | {'per_item': 1}]}
    tasks = {'parent': _at('net', 0, 20), 'child': child}
    assert _solve(_system(tasks, {'net': network})).missed == 0
    tasks['child'] = child | {'fan_out': (6, 6)}
    assert _solve(_system(tasks, {'net': network})).missed == 1


def test_a_parent_is_weighed_against_its_children():
    tasks = {
        'parent': _at('short', 0, 40),
        'one': {'network': 'short', 'after': 'parent', 'deadline_ms': 9},
        'two': {'network': 'short', 'after': 'parent', 'deadline_ms': 9},
    }
    bound = _solve(_system(tasks, {'short': [{'a': 5}]}))
    assert bound.per_task == {'parent': (1, 1), 'one': (0, 0), 'two': (0, 0)}
    assert (bound.jobs, bound.missed, bound.miss_ratio) == (3, 1, 1.0)


def test_rates_weigh_a_rare_task_more():
    tasks = {
        'often': {'network': 'short', 'period_ms': 12, 'phase_ms': 0, 'deadline_ms': 7},
        'rare': _at('long', 0, 35),
    }
    system = _system(tasks, {'short': [{'a': 5}], 'long': [{'a': 30}]})
    misses, rates = _solve(system), _solve(system, objective='uxcost_rates')
    assert misses.per_task == {'often': (5, 0), 'rare': (1, 1)}
    assert rates.per_task == {'often': (5, 2), 'rare': (1, 0)}
    assert rates.best_bound == pytest.approx(2 / 5)


def test_a_shared_unit_and_variants():
    tasks = {name: _at('net', 0, 6) for name in ('one', 'two', 'three')}
    heavy, light = ({'stages': _stages([{'a': ms}])} for ms in (5, 3))
    assert _solve(_system(tasks, {'net': heavy}, {'a': 2})).missed == 1
    both = _system(tasks, {'net': {'variants': {'heavy': heavy, 'light': light}}})
    assert _solve(both).missed == 2
    assert _solve(both, variants=True).missed == 1


@pytest.mark.parametrize('seed', range(6))
def test_exhaustive_search_finds_nothing_better(seed: int):
    rng = random.Random(seed)
    names = [f't{index}' for index in range(5)]
    tasks = {name: _at(name, rng.uniform(0, 8), rng.uniform(5, 14)) for name in names}
    networks = {name: [{unit: rng.uniform(2, 8) for unit in 'ab'}] for name in names}
    system = _system(tasks, networks, {'a': 1, 'b': 1})
    jobs = window_jobs(system, 0, WINDOW_S, variants=False)
    assert _solve(system).missed == len(jobs) - max(
        _on_time(order, units)
        for order in permutations(jobs)
        for units in product('ab', repeat=len(jobs))
    )


def _on_time(order: tuple[WindowJob, ...], units: tuple[str, ...]) -> int:
    free = {'a': 0, 'b': 0}
    count = 0
    for job, unit in zip(order, units):
        end = max(free[unit], job.release) + job.ways['base'][0][unit]
        if end <= job.deadline:
            free[unit] = end
            count += 1
    return count


def _random_system(seed: int) -> System:
    rng = random.Random(seed)
    units = {'a': 1, 'b': 1} if seed % 2 else {'a': 1, 'b': 2, 'c': 1}
    tasks: dict[str, dict[str, Any]] = {}
    networks = {}
    for index in range(5):
        period = rng.choice([16.0, 33.0, 50.0])
        count = rng.choice([1, 2, 4])
        share = rng.uniform(0.4, 0.8) * period / count
        stages = _stages([{u: share * rng.uniform(0.7, 1.8) for u in units} for _ in range(count)])
        for stage in stages[1:]:
            stage['chance'] = rng.choice([1.0, 0.7])
        light = [
            stage | {'cost': {u: 0.6 * ms for u, ms in stage['cost'].items()}} for stage in stages
        ]
        both = {'base': {'stages': stages}, 'light': {'stages': light, 'accuracy': 0.9}}
        networks[f'n{index}'] = {'variants': both} if rng.random() < 0.4 else both['base']
        trigger = {'period_ms': period, 'jitter_ms': 1.0}
        if index and rng.random() < 0.4:
            after = f't{rng.randrange(index)}'
            trigger = {'after': after, 'probability': 0.7, 'fan_out': (1, 3)}
        tasks[f't{index}'] = {'network': f'n{index}', **trigger}
    transitions = [{'from': 'a', 'to': 'b', 'ms': 0.5}, {'from': 'b', 'to': 'a', 'ms': 1}]
    return _system(tasks, networks, units, latency_cv=0.2, transitions=transitions)


@pytest.mark.parametrize('seed', range(4))
def test_no_policy_misses_fewer(seed: int):
    system = _random_system(seed)
    settings = {'seed': seed, 'seconds': 0.15}
    bound = _solve(system, variants=True, **settings)
    jobs = window_jobs(system, variants=True, **settings)
    streamed = {
        name: sum(job.task == name for job in jobs)
        for name, task in system.workload.tasks.items()
        if not task.after
    }
    assert bound.missed == bound.best_bound < bound.jobs
    for policy in POLICIES:
        found = simulate_window(system, policy, **settings)
        assert missed_jobs(bound, found) >= bound.missed
        assert excess(bound, found) >= 0
        assert {name: found['tasks'][name]['released'] for name in streamed} == streamed


def test_no_time_still_gives_a_bound():
    bound = clairvoyant_bound(_random_system(1), seconds=0.5, time_limit_s=1e-4, workers=1)
    assert not bound.proven
    assert 0 <= bound.best_bound <= bound.missed <= bound.jobs


def test_no_jobs():
    system = _system({'late': _at('net', 100, 10)}, {'net': [{'a': 5}]})
    bound = _solve(system, objective='uxcost_rates')
    assert (bound.jobs, bound.missed, bound.miss_ratio) == (0, 0, 0.0)
    assert excess(bound, simulate_window(system, 'edf', seconds=WINDOW_S)) == 0


def test_a_change_in_the_window_is_refused():
    changes = [{'at_s': 0.02, 'task': 'job', 'set': {'deadline_ms': 5}}]
    system = _system({'job': _at('net', 1, 30)}, {'net': [{'a': 5}]}, changes=changes)
    with pytest.raises(ConfigError, match=r'changes\.0\.at_s: the window ends at 0\.031 s'):
        clairvoyant_bound(system, seconds=WINDOW_S)


def test_without_the_solver_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    for name in ('ortools', 'ortools.sat.python', 'ortools.sat.python.cp_model'):
        monkeypatch.setitem(sys.modules, name, None)
    system = _system({'job': _at('net', 1, 30)}, {'net': [{'a': 5}]})
    with pytest.raises(ConfigError, match=r"pip install 'ortools>=9.10,<10' 'numpy<2'"):
        clairvoyant_bound(system)
