# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The policy that moves networks along their fronts: start, feedback, return, no circles."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from systems import simulate
from systems import system

from edge_sched_ros.policies.pareto.model import merit
from edge_sched_ros.policies.pareto.model import responses
from edge_sched_ros.policies.pareto.model import Use

GPU_MS, CPU_MS = (5.0, 5.0, 5.0, 5.0), (6.0, 12.0, 20.0, 6.0)
PARAMETERS = {'settle_ms': 500.0}


def _system(names='ab', *, changes=(), off=(), cv=0.05, slots=1, period_ms=1.0):
    stages = [
        {'name': f's{index}', 'cost': {'gpu0': gpu, 'cpu0': cpu}}
        for index, (gpu, cpu) in enumerate(zip(GPU_MS, CPU_MS))
    ]
    tasks = {
        name: {
            'network': 'n',
            'period_ms': period_ms,
            'deadline_ms': 10_000.0,
            'enabled': name not in off,
        }
        for name in names
    }
    units = {'gpu0': {'kind': 'gpu', 'slots': slots}, 'cpu0': {'slots': slots}}
    return system(
        {'tasks': tasks, 'networks': {'n': {'stages': stages}}, 'changes': list(changes)},
        {'units': units, 'latency_cv': cv},
    )


def _allocations(log) -> dict[str, list[tuple[int, tuple[str, ...]]]]:
    """Return task -> when each of its jobs ended, and the units it ran on."""
    jobs: dict[int, list] = {}
    for span in sorted(log.spans, key=lambda one: one.begin_ns):
        jobs.setdefault(span.run.job, []).append(span)
    found: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    for spans in jobs.values():
        if len(spans) == len(GPU_MS):
            units = tuple(span.run.unit for span in spans)
            found.setdefault(spans[0].run.task, []).append((spans[-1].end_ns, units))
    return found


def _moves(entries) -> list[int]:
    """Return when a task's units were others than those of its job before."""
    return [end for (_, old), (end, new) in pairwise(entries) if old != new]


def test_alone_a_network_stays_on_its_fastest_point():
    simulator, log = simulate(_system('a'), policy='pareto', **PARAMETERS, seconds=3.0)
    assert {units for _, units in _allocations(log)['a']} == {('gpu0',) * 4}
    assert simulator.dispatcher.ledger.tasks['a'].ended > 100


@pytest.mark.parametrize('slots', [1, 2])
def test_in_a_crowd_both_units_are_used(slots):
    answered = {}
    # without a plan, plan_follower keeps all stages on their fastest unit, here the GPU
    for policy, values in (('plan_follower', {}), ('pareto', PARAMETERS)):
        made = _system(slots=slots)
        simulator, _ = simulate(made, policy=policy, **values, seconds=6.0)
        accounts = simulator.dispatcher.ledger.tasks.values()
        answered[policy] = sum(account.on_time + account.late for account in accounts)
    assert answered['pareto'] >= 1.25 * answered['plan_follower']


def _two(first_cpu_ms: float, second_cpu_ms: float, deadline_ms: float):
    costs = {'first': first_cpu_ms, 'second': second_cpu_ms}
    networks = {
        name: {'stages': [{'name': 's', 'cost': {'gpu0': 10.0, 'cpu0': cpu}}]}
        for name, cpu in costs.items()
    }
    tasks = {
        name: {'network': name, 'period_ms': 1.0, 'deadline_ms': deadline_ms} for name in costs
    }
    units = {'gpu0': {'kind': 'gpu'}, 'cpu0': {}}
    return system({'tasks': tasks, 'networks': networks}, {'units': units})


def _last_units(log) -> dict[str, set[str]]:
    """Return on which units each task ran in the last second of five."""
    found: dict[str, set[str]] = {}
    for span in log.spans:
        if span.begin_ns > 4e9:
            found.setdefault(span.run.task, set()).add(span.run.unit)
    return found


@pytest.mark.parametrize(('first_ms', 'second_ms'), [(40.0, 100.0), (100.0, 40.0)])
def test_the_network_that_loses_least_leaves_the_crowded_unit(first_ms, second_ms):
    made = _two(first_ms, second_ms, deadline_ms=1000.0)
    _, log = simulate(made, policy='pareto', **PARAMETERS, seconds=5.0)
    leaves, stays = ('first', 'second') if first_ms < second_ms else ('second', 'first')
    assert _last_units(log) == {leaves: {'cpu0'}, stays: {'gpu0'}}


@pytest.mark.parametrize('other_ms', [10.0, 11.0])
def test_each_network_gets_one_of_several_equal_units(other_ms):
    """Of equal units one leaves the front; it must still be a place to go to."""
    costs = {'cpu0': 10.0, 'cpu1': other_ms, 'cpu2': 10.0}
    stages = [{'name': name, 'cost': costs} for name in ('infer', 'postprocess')]
    tasks = {
        name: {'network': 'n', 'period_ms': 1.0, 'deadline_ms': 1000.0} for name in ('a', 'b', 'c')
    }
    made = system(
        {'tasks': tasks, 'networks': {'n': {'stages': stages}}},
        {'units': {name: {} for name in costs}},
    )
    _, log = simulate(made, policy='pareto', **PARAMETERS, seconds=5.0)
    found = _last_units(log)
    assert sorted(map(sorted, found.values())) == [['cpu0'], ['cpu1'], ['cpu2']]


def test_no_network_goes_where_it_would_always_be_late():
    made = _two(40.0, 100.0, deadline_ms=30.0)
    _, log = simulate(made, policy='pareto', **PARAMETERS, seconds=5.0)
    assert _last_units(log) == {'first': {'gpu0'}, 'second': {'gpu0'}}


def test_as_published_it_takes_the_slowest_point_that_is_faster_than_its_job_was():
    _, log = simulate(
        _system(cv=0.0), policy='pareto', **{**PARAMETERS, 'balanced': 0.0}, seconds=0.3
    )
    for entries in _allocations(log).values():
        # two in turns take 40 ms; alone the CPU takes 44 ms, and 29 with the GPU for the third
        # segment, for which it is best
        assert entries[-1][1] == ('cpu0', 'cpu0', 'gpu0', 'cpu0')


@pytest.mark.parametrize('slots', [1, 2])
def test_a_step_of_load_is_followed_once_and_not_in_circles(slots):
    """The other network runs from 4 to 10 s; nothing else changes."""
    steps = [
        {'at_s': 4.0, 'task': 'b', 'set': {'enabled': True}},
        {'at_s': 10.0, 'task': 'b', 'set': {'enabled': False}},
    ]
    made = _system(changes=steps, off='b', slots=slots, cv=0.1)
    _, log = simulate(made, policy='pareto', **PARAMETERS, seconds=16.0)
    found = _allocations(log)
    first = [units for end, units in found['a'] if end < 4e9]
    assert set(first) == {('gpu0',) * 4}
    moves = sorted(_moves(found['a']) + _moves(found['b']))
    crowded = [at for at in moves if 4e9 <= at < 10e9]
    alone = [at for at in moves if at >= 10e9]
    # a job may begin on one point and end on another: two entries for a change
    assert 1 <= len(crowded) <= 6
    assert max(crowded) < 7e9
    assert all(at < 12.5e9 for at in alone)
    assert found['a'][-1][1] == ('gpu0',) * 4


def test_noise_alone_moves_nothing_once_it_has_settled():
    _, log = simulate(_system('abc', cv=0.3), policy='pareto', **PARAMETERS, seconds=20.0)
    moves = [at for entries in _allocations(log).values() for at in _moves(entries)]
    assert len([at for at in moves if at > 6e9]) <= 2


def test_a_light_load_needs_no_change():
    made = _system('ab', period_ms=100.0)
    _, log = simulate(made, policy='pareto', **PARAMETERS, seconds=5.0)
    found = _allocations(log)
    assert {units for entries in found.values() for _, units in entries} == {('gpu0',) * 4}


def test_a_lost_unit_is_left_and_taken_again():
    steps = [
        {'at_s': 1.0, 'unit': 'gpu0', 'set': {'state': 'unavailable'}},
        {'at_s': 2.0, 'unit': 'gpu0', 'set': {'state': 'available'}},
    ]
    _, log = simulate(_system('a', changes=steps), policy='pareto', **PARAMETERS, seconds=3.0)
    away = [span.run.unit for span in log.spans if 1e9 <= span.begin_ns < 2e9]
    there = [span.run.unit for span in log.spans if not 1e9 <= span.begin_ns < 2e9]
    assert len(away) > 50
    assert set(away) == {'cpu0'}
    assert set(there) == {'gpu0'}


def _memory_system(**settings):
    """On the GPU a stage takes 4 ms and 100 MiB, on the CPU 10 MiB."""
    made = _system(**{'cv': 0.0, **settings})
    for key, cost in made.costs.items():
        if key[-1] == 'gpu0':
            made.costs[key] = replace(cost, latency_ns=4_000_000, memory_mib=100.0)
        else:
            made.costs[key] = replace(cost, memory_mib=10.0)
    return made


@pytest.mark.parametrize('balanced', [0.0, 1.0])
@pytest.mark.parametrize(
    ('limit_mib', 'on_gpu'),
    # all that fit; else the largest within two thirds: 310 of 333, 130 of 200
    [(0.0, 4), (400.0, 4), (399.0, 2), (200.0, 1), (30.0, 0)],
)
def test_it_begins_with_the_fastest_point_that_fits(balanced, limit_mib, on_gpu):
    values = {**PARAMETERS, 'memory_mib': limit_mib, 'balanced': balanced}
    _, log = simulate(_memory_system(names='a'), policy='pareto', **values, seconds=0.2)
    units = _allocations(log)['a'][0][1]
    assert units.count('gpu0') == on_gpu


@pytest.mark.parametrize('balanced', [0.0, 1.0])
def test_it_returns_when_memory_gets_free(balanced):
    """Two networks do not fit the GPU at once; when one ends the other takes its place."""
    made = _memory_system(changes=[{'at_s': 2.0, 'task': 'a', 'set': {'enabled': False}}])
    values = {**PARAMETERS, 'memory_mib': 450.0, 'balanced': balanced, 'latency_margin': 50.0}
    _, log = simulate(made, policy='pareto', **values, seconds=6.0)
    found = _allocations(log)
    assert found['a'][0][1].count('gpu0') == 4
    before = [units.count('gpu0') for end, units in found['b'] if end < 2e9]
    assert before
    assert max(before) < 4
    assert found['b'][-1][1] == ('gpu0',) * 4


def test_a_drift_of_costs_is_followed():
    """Jobs on the GPU take 1.6 times as long as given: too little to look for another point."""
    made = _system('a', cv=0.03)
    for key, cost in made.costs.items():
        made.costs[key] = replace(cost, latency_ns=5_000_000 if key[-1] == 'gpu0' else 6_000_000)
    given = made.profiles()
    made.profiles = lambda: given
    for key, cost in made.costs.items():
        if key[-1] == 'gpu0':
            made.costs[key] = replace(cost, latency_ns=8_000_000)
    _, log = simulate(made, policy='pareto', **PARAMETERS, seconds=8.0)
    found = _allocations(log)['a']
    assert found[0][1] == ('gpu0',) * 4
    assert found[-1][1] == ('cpu0',) * 4
    assert len(_moves(found)) <= 4
    assert given.drifts >= 1


# --- the model --------------------------------------------------------------------------------

_SHARED = frozenset({'u'})


def _use(work=10.0, period=0.0, visits=1):
    return Use({'u': work}, {'u': visits}, period)


def test_alone_a_job_takes_its_work():
    assert responses([_use()], frozenset()) == [pytest.approx(10.0)]


@pytest.mark.parametrize('shared', [_SHARED, frozenset()])
def test_equal_tasks_on_one_unit_take_turns(shared):
    """As long as each always has a job there."""
    assert responses([_use()] * 3, shared) == pytest.approx([30.0] * 3, rel=1e-2)


def test_a_rare_task_disturbs_little():
    often, rarely = responses([_use(), _use(period=1000.0)], _SHARED)
    assert 10.0 < often < 10.5
    assert 15 < rarely <= 20.0


def test_on_other_units_nobody_waits():
    uses = [Use({'u': 5.0}, {'u': 1}, 0.0), Use({'v': 7.0}, {'v': 1}, 0.0)]
    assert responses(uses, _SHARED) == pytest.approx([5.0, 7.0])


def test_merit_is_the_sum_of_relative_rates():
    assert merit([_use(), _use()], [10.0, 10.0], _SHARED) == pytest.approx(1.0, rel=1e-2)
    assert merit([_use(period=50.0)], [5.0], _SHARED) == 1.0
