# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What tells the rules of the field apart, each on the smallest case that shows it."""

from __future__ import annotations

import pytest
from harness import Bench
from harness import MS
from harness import of
from harness import task
from systems import simulate

from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.profiles import StageKey
from edge_sched_ros.system.parsing import parse_system
from edge_sched_ros.system.system import System

#: task -> unit -> milliseconds
Costs = dict[str, dict[str, float]]


def _profiles(costs: Costs) -> Profiles:
    profiles = Profiles()
    for name, on in costs.items():
        for unit, ms in on.items():
            key = StageKey(name, 'base', 'infer', unit)
            profiles.set(key, round(ms * MS), source='test')
    return profiles


def _bench(policy: str, costs: Costs, deadlines: dict[str, float], **settings: object) -> Bench:
    """Return a bench with a task per entry, each on a stream of its own name."""
    tasks = [
        task(name, deadline_ms=deadlines[name], units=tuple(on), stream=name)
        for name, on in costs.items()
    ]
    units = tuple(dict.fromkeys(unit for on in costs.values() for unit in on))
    return Bench(*tasks, policy=policy, units=units, profiles=_profiles(costs), **settings)


def _next(policy: str, costs: Costs, deadlines: dict[str, float], *, wait_ms: float = 4) -> str:
    """Return which of the waiting tasks one unit takes up once it is free."""
    unit = next(iter(next(iter(costs.values()))))
    bench = _bench(policy, {'first': {unit: 5}, **costs}, {'first': 500, **deadlines})
    bench.frame('first', at_ms=0)
    for name in costs:
        bench.frame(name, at_ms=1)
    return of(bench.finish(unit, at_ms=1 + wait_ms), Run)[0].task


ONE = {'long': {'cpu0': 30.0}, 'short': {'cpu0': 2.0}}


@pytest.mark.parametrize(
    ('policy', 'found'),
    [
        ('edf', 'short'),  # due at 50 and 60
        ('least_slack', 'long'),  # 60 - 30 is less than 50 - 2
        ('shortest_expected_latency', 'long'),  # the longest chooses first
        ('mael', 'short'),  # the shortest of a unit first
        ('slo_mael', 'long'),  # the least slack of a unit first
        ('heft', 'long'),  # the greatest upward rank
    ],
)
def test_who_is_first_on_one_unit(policy, found):
    assert _next(policy, ONE, {'long': 60, 'short': 50}) == found


def _unit(policy: str, on: dict[str, float], **settings: object) -> str:
    """Return where a lone job goes."""
    bench = _bench(policy, {'a': on}, {'a': 100}, **settings)
    return of(bench.frame('a', at_ms=0), Run)[0].unit


@pytest.mark.parametrize(
    'policy',
    ['shortest_expected_latency', 'heft', 'mael', 'slo_mael', 'pslo_mael', 'dream', 'horizon'],
)
def test_a_lone_job_goes_where_it_ends_first(policy):
    assert _unit(policy, {'cpu0': 30.0, 'gpu0': 5.0}) == 'gpu0'
    assert _unit(policy, {'gpu0': 30.0, 'cpu0': 5.0}) == 'cpu0'


@pytest.mark.parametrize('policy', ['shortest_expected_latency', 'heft'])
def test_a_job_waits_for_a_busy_unit_that_ends_it_sooner(policy):
    costs = {'a': {'gpu0': 10.0}, 'b': {'gpu0': 5.0, 'cpu0': 40.0}}
    bench = _bench(policy, costs, {'a': 100, 'b': 100})
    bench.frame('a', at_ms=0)
    assert of(bench.frame('b', at_ms=1), Run) == []
    assert [(run.task, run.unit) for run in of(bench.finish('gpu0', at_ms=10), Run)] == [
        ('b', 'gpu0')
    ]


def test_static_keeps_a_task_on_its_unit_even_when_another_is_idle():
    costs = {'a': {'cpu0': 5.0, 'cpu1': 5.0}}
    bench = Bench(
        task('a', stream='a', max_in_flight=2), policy='static', profiles=_profiles(costs)
    )
    unit = of(bench.frame('a', at_ms=0), Run)[0].unit
    assert of(bench.frame('a', at_ms=1), Run) == []
    assert of(bench.finish(unit, at_ms=5), Run)[0].unit == unit


def test_round_robin_takes_the_units_in_turn_whatever_they_cost():
    bench = _bench('round_robin', {'a': {'cpu0': 1.0, 'cpu1': 40.0}}, {'a': 100})
    units = []
    for at_ms in range(0, 40, 10):
        units += [run.unit for run in of(bench.frame('a', at_ms=at_ms), Run)]
        bench.finish(units[-1], at_ms=at_ms + 1)
    assert units == ['cpu0', 'cpu1', 'cpu0', 'cpu1']


def test_slo_mael_gives_the_fast_unit_to_the_job_that_needs_it():
    costs = {'tight': {'gpu0': 10.0, 'cpu0': 50.0}, 'loose': {'gpu0': 10.0, 'cpu0': 50.0}}
    bench = _bench('slo_mael', {'first': {'gpu0': 5.0}, **costs},
                   {'first': 500, 'tight': 30, 'loose': 200})  # fmt: skip
    bench.frame('first', at_ms=0)
    bench.frame('loose', at_ms=0)
    decided = bench.frame('tight', at_ms=1) + bench.finish('gpu0', at_ms=5)
    assert ('tight', 'gpu0') in [(run.task, run.unit) for run in of(decided, Run)]


@pytest.mark.parametrize(
    ('deadlines', 'found'),
    [
        # the slower unit is fast enough for the first, and the second gets the faster one
        ({'one': 100, 'two': 20}, [('one', 'cpu0'), ('two', 'gpu0')]),
        # only the faster unit is: the second waits for it
        ({'one': 25, 'two': 20}, [('one', 'gpu0')]),
        # nothing is fast enough: any unit
        ({'one': 3, 'two': 2}, [('one', 'gpu0'), ('two', 'cpu0')]),
    ],
)
def test_planaria_like_gives_a_job_the_slowest_unit_that_is_fast_enough(deadlines, found):
    costs = {name: {'gpu0': 5.0, 'cpu0': 30.0} for name in ('one', 'two')}
    bench = _bench('planaria_like', costs, deadlines)
    decided = bench.frame('one', at_ms=0) + bench.frame('two', at_ms=0)
    assert [(run.task, run.unit) for run in of(decided, Run)] == found


def test_planaria_like_takes_the_least_slack_first():
    assert _next('planaria_like', ONE, {'long': 60, 'short': 50}) == 'long'


def test_veltair_like_keeps_the_unit_of_a_block_and_the_order_of_arrival():
    system = {
        'units': {'gpu0': {}, 'cpu0': {}},
        'networks': {'n': {'cost': {'gpu0': [5, 5, 5], 'cpu0': [6, 6, 6]}}},
        'tasks': {
            name: {'network': 'n', 'period_ms': 100, 'phase_ms': phase}
            for name, phase in (('one', 0), ('two', 1))
        },
    }
    made = System(parse_system(('', system)))
    _, log = simulate(made, seconds=0.05, policy='veltair_like')
    units = [
        [span.run.unit for span in log.spans if span.run.task == name] for name in ('one', 'two')
    ]
    assert units == [['gpu0'] * 3, ['cpu0'] * 3]


def test_prema_takes_the_shortest_of_those_that_waited_long_for_what_they_need():
    # tokens after 4 ms: short 4 / 2, long 4 / 30
    assert _next('prema', ONE, {'long': 60, 'short': 50}) == 'short'
    # after 100 ms both have one token at least, the short one far more than nine
    assert _next('prema', ONE, {'long': 600, 'short': 500}, wait_ms=100) == 'short'
    # of two that are as rich, the shorter
    both = {'long': {'cpu0': 3.0}, 'short': {'cpu0': 2.0}}
    assert _next('prema', both, {'long': 60, 'short': 50}) == 'short'
