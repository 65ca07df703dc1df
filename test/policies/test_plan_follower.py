# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A plan that is followed, in the simulator, also when a unit is lost."""

from __future__ import annotations

import pytest
from harness import task
from systems import simulate
from systems import system

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.planning.apply import planned_tasks

STAGES = [
    {'name': 'x', 'cost': {'gpu0': 2.0, 'dla0': 4.0, 'cpu0': 9.0}},
    {'name': 'y', 'cost': {'gpu0': 2.0, 'dla0': 4.0}},
]
WORKLOAD = {
    'tasks': {
        name: {'network': 'n', 'period_ms': 20.0, 'phase_ms': 0.0, 'deadline_ms': 60.0}
        for name in ('a', 'b')
    },
    'networks': {'n': {'stages': STAGES}},
}
PLATFORM = {'units': {'gpu0': {'kind': 'gpu'}, 'dla0': {'kind': 'dla'}, 'cpu0': {}}}
PLAN = {'a': ['gpu0', 'dla0'], 'b': ['dla0', 'gpu0']}


def _run(changes=(), plan=PLAN, seconds=0.2):
    made = system({**WORKLOAD, 'changes': list(changes)}, PLATFORM)
    made.tasks = planned_tasks(made.tasks, plan)
    return simulate(made, policy='plan_follower', seconds=seconds)


def _places(log, name):
    return {(span.run.stage, span.run.unit) for span in log.spans if span.run.task == name}


def test_every_stage_runs_where_the_plan_says():
    _, log = _run()
    assert _places(log, 'a') == {('x', 'gpu0'), ('y', 'dla0')}
    assert _places(log, 'b') == {('x', 'dla0'), ('y', 'gpu0')}
    # 2 on the GPU, then until 4 for the DLA, then 4 there
    assert log.answered_ms('a')[0] == 8.0


def test_it_waits_for_a_busy_unit():
    _, log = _run(plan={'a': ['dla0', 'dla0'], 'b': ['dla0', 'dla0']}, seconds=0.02)
    assert {span.run.unit for span in log.spans} == {'dla0'}


def test_a_lost_unit_is_replaced_until_it_is_back():
    changes = [
        {'at_s': 0.05, 'unit': 'dla0', 'set': {'state': 'unavailable'}},
        {'at_s': 0.15, 'unit': 'dla0', 'set': {'state': 'available'}},
    ]
    simulator, log = _run(changes, seconds=0.3)
    for span in log.spans:
        away = 50e6 <= span.begin_ns < 150e6
        if (span.run.task, span.run.stage) == ('b', 'x'):
            # the next of the stage's units is the fastest of the others
            assert span.run.unit == ('gpu0' if away else 'dla0')
        if (span.run.task, span.run.stage) == ('a', 'x'):
            assert span.run.unit == 'gpu0'
    account = simulator.dispatcher.ledger.tasks['b']
    assert account.on_time >= account.ended - 1


def test_a_task_without_a_plan_prefers_its_fastest_unit():
    _, log = _run(plan={})
    assert {span.run.unit for span in log.spans} == {'gpu0'}


def test_plans_that_do_not_fit():
    one = task('a', units=('gpu0', 'dla0'), stages=('x', 'y'))
    with pytest.raises(ConfigError, match=r'a\.plan: has 1 groups, the network has 2 stages'):
        planned_tasks([one], {'a': ['gpu0']})
    with pytest.raises(ConfigError, match="stage y cannot run on 'vic0'"):
        planned_tasks([one], {'a': ['gpu0', 'vic0']})


def test_tasks_may_share_a_network():
    one = task('front', units=('gpu0', 'dla0'))
    (planned,) = planned_tasks([one], {'net': ['dla0']}, {'front': 'net'})
    assert planned.variants[0].stages[0].units == ('dla0', 'gpu0')
