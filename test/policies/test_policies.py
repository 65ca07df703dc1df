# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The policies that order jobs, and the switch for early dropping."""

from __future__ import annotations

import pytest
from harness import Bench
from harness import of
from harness import task
from systems import simulate
from systems import system

from edge_sched_ros.core import reasons
from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.plugins.policies import make_policy
from edge_sched_ros.plugins.policies import policy_names
from edge_sched_ros.plugins.policies import policy_parameters


def _order(policy: str, **priorities: int) -> list[str]:
    """Return the order in which three waiting tasks run on one unit."""
    deadlines = {'a': 90, 'b': 60, 'c': 30}
    tasks = [
        task(
            name,
            deadline_ms=deadline,
            units=('cpu0',),
            stream=name,
            priority=priorities.get(name, 0),
        )
        for name, deadline in deadlines.items()
    ]
    bench = Bench(
        task('first', stream='first', units=('cpu0',)), *tasks, policy=policy, units=('cpu0',)
    )
    bench.frame('first', at_ms=0)
    for at_ms, name in enumerate(deadlines, start=1):
        bench.frame(name, at_ms=at_ms)
    return [of(bench.finish(at_ms=at_ms), Run)[0].task for at_ms in (4, 5, 6)]


def test_fcfs_runs_what_was_taken_first():
    assert _order('fcfs', c=5) == ['a', 'b', 'c']


def test_edf_runs_what_is_due_first():
    assert _order('edf') == ['c', 'b', 'a']


def test_edf_lets_priority_go_before_deadlines():
    assert _order('edf', a=1) == ['a', 'c', 'b']


def test_a_job_goes_to_its_fastest_idle_unit():
    bench = Bench(task('detector', units=('cpu0', 'cpu1'), max_in_flight=2))
    for unit, latency in (('cpu0', 40), ('cpu1', 10)):
        for other in {'cpu0', 'cpu1'} - {unit}:
            bench.dispatcher.units[other].state = 'unavailable'
        at_ms = bench.now_ns / 1e6
        bench.frame(at_ms=at_ms)
        bench.finish(unit, at_ms=at_ms + latency)
        for state in bench.dispatcher.units.values():
            state.state = 'available'
    assert of(bench.frame(), Run)[0].unit == 'cpu1'
    assert of(bench.frame(), Run)[0].unit == 'cpu0'


def test_the_drop_form_spends_no_time_on_what_cannot_make_it():
    tasks = (task('a', deadline_ms=50, units=('cpu0',), stages=('pre', 'infer')),)
    plain = Bench(*tasks, policy='edf', units=('cpu0',))
    drop = Bench(*tasks, policy='edf+drop', units=('cpu0',))
    for bench in (plain, drop):
        bench.frame(at_ms=0)
        bench.finish(at_ms=10)
        bench.finish(at_ms=40)
    assert of(plain.frame(at_ms=100, age_ms=11), Run)
    assert of(drop.frame(at_ms=100, age_ms=11), Drop)[0].reason == reasons.DEADLINE_UNREACHABLE
    assert of(drop.frame(at_ms=200, age_ms=10), Run)


def test_the_margin_drops_earlier():
    bench = Bench(
        task('a', deadline_ms=50, units=('cpu0',)),
        policy='edf+drop',
        policy_parameters={'margin_ms': 5},
        units=('cpu0',),
    )
    bench.frame(at_ms=0)
    bench.finish(at_ms=40)
    assert of(bench.frame(at_ms=100, age_ms=6), Drop)
    assert of(bench.frame(at_ms=200, age_ms=5), Run)


def test_the_margin_is_at_most_a_quarter_of_the_deadline():
    bench = Bench(
        task('a', deadline_ms=50, units=('cpu0',)),
        policy='edf+drop',
        policy_parameters={'margin_ms': 40},
        units=('cpu0',),
    )
    bench.frame(at_ms=0)
    bench.finish(at_ms=30)
    assert of(bench.frame(at_ms=100, age_ms=8), Drop)
    assert of(bench.frame(at_ms=200, age_ms=7), Run)


def test_a_task_that_is_only_dropped_is_tried_again_and_recovers():
    bench = Bench(
        task('a', deadline_ms=50, units=('cpu0',)),
        policy='edf+drop',
        policy_parameters={'probe_after': 3},
        units=('cpu0',),
    )
    bench.frame(at_ms=0)
    bench.finish(at_ms=80)  # one slow run makes the deadline look out of reach
    outcomes = []
    for at_ms in range(100, 4000, 100):
        if of(bench.frame(at_ms=at_ms), Run):
            outcomes.append(of(bench.finish(at_ms=at_ms + 5), Complete)[0].on_time)
    assert outcomes[0] is True
    assert len(outcomes) > 10


def test_a_drop_makes_room_for_the_next_job_at_once():
    bench = Bench(
        task('a', deadline_ms=50, units=('cpu0',), queue_depth=2),
        policy='edf+drop',
        units=('cpu0',),
    )
    bench.frame(at_ms=0)
    bench.finish(at_ms=40)
    bench.frame(at_ms=100)
    bench.frame(at_ms=101)
    bench.frame(at_ms=130)
    decisions = bench.finish(at_ms=140)
    assert [d.reason for d in of(decisions, Drop)] == [reasons.DEADLINE_UNREACHABLE]
    assert len(of(decisions, Run)) == 1


def test_every_policy_has_its_plain_and_its_drop_form():
    names = policy_names()
    assert {'fcfs', 'edf', 'fcfs+drop', 'edf+drop'} <= set(names)
    for name in names:
        assert make_policy(name, {}).name == name


@pytest.mark.parametrize(
    ('name', 'values', 'message'),
    [
        ('efd', {}, "policy: unknown policy 'efd'; did you mean 'edf'"),
        ('edf+dorp', {}, r"did you mean 'edf\+drop'"),
        ('edf', {'margin_ms': 1}, 'policy.margin_ms: edf has no such parameter'),
        ('edf+drop', {'margin_ms': -1}, 'policy.margin_ms: must be a number from 0.0'),
        ('edf+drop', {'margin_ms': float('nan')}, 'policy.margin_ms'),
        ('edf+drop', {'margin_ms': 'much'}, "not 'much'"),
    ],
)
def test_policies_that_cannot_be_made(name, values, message):
    with pytest.raises(ConfigError, match=message):
        make_policy(name, values)


def test_the_drop_form_adds_its_parameters():
    assert policy_parameters('edf') == ()
    assert [p.name for p in policy_parameters('edf+drop')] == ['margin_ms', 'probe_after']


def test_a_policy_that_breaks_the_rules_is_caught():
    class Rogue:
        name = 'rogue'
        parameters = ()
        asks_when_busy = False

        def decide(self, view):
            return [Run(view.ready[0].id, 'a', 'infer', 'cpu9', 'base')]

    bench = Bench(task('a', units=('cpu0',)))
    bench.dispatcher._policy = Rogue()
    bench.dispatcher.units['cpu9'] = bench.dispatcher.units['cpu1']
    with pytest.raises(InvariantError, match='rogue'):
        bench.frame()


@pytest.mark.parametrize('policy', ('horizon', 'horizon+drop', 'dream+drop'))
def test_early_dropping_leaves_a_job_that_a_lighter_variant_can_save(policy):
    made = system(
        {
            'tasks': {'t': {'network': 'n', 'period_ms': 40, 'deadline_ms': 20}},
            'networks': {
                'n': {
                    'variants': {
                        'heavy': {'stages': [{'name': 's', 'cost': {'gpu': 30}}]},
                        'light': {
                            'stages': [{'name': 's', 'cost': {'gpu': 10}}],
                            'accuracy': 0.9,
                        },
                    }
                }
            },
        },
        {'units': {'gpu': {'kind': 'gpu'}}},
    )
    found, _ = simulate(made, policy=policy, seconds=2.0)
    assert found.dispatcher.ledger.tasks['t'].variants['light'] > 40
