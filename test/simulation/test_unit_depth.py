# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Units that take several stages and run them in the order in which they took them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from systems import MS
from systems import simulate
from systems import system

from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Fail
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import StageFinished
from edge_sched_ros.plugins.policies import policy_names
from edge_sched_ros.system.parsing import make_system

LONG_MS = 1e6


def _workload(urgent_at_ms: float = 11.0, **always: Any) -> dict[str, Any]:
    """Return a task that always has work for 10 ms, and an urgent one of 4 ms."""
    return {
        'tasks': {
            'always': {
                'network': 'n',
                'period_ms': 1.0,
                'phase_ms': 0.0,
                'deadline_ms': LONG_MS,
                'queue_depth': 5,
                'max_in_flight': 5,
                **always,
            },
            'urgent': {
                'network': 'm',
                'period_ms': LONG_MS,
                'phase_ms': urgent_at_ms,
                'deadline_ms': LONG_MS,
                'priority': 1,
            },
        },
        'networks': {
            'n': {'stages': [{'name': 'x', 'cost': {'u': 10.0}}]},
            'm': {'stages': [{'name': 'x', 'cost': {'u': 4.0}}]},
        },
    }


def _unit(depth: int, **keys: Any) -> dict[str, Any]:
    return {'units': {'u': {'kind': 'ofa', 'depth': depth}}, **keys}


@pytest.mark.parametrize(('depth', 'ends_ms'), [(1, 24), (2, 34), (4, 54)])
def test_an_urgent_stage_waits_for_all_that_its_unit_has_taken(depth, ends_ms):
    """One stage of 10 ms runs since 10 ms, and the unit has taken ``depth - 1`` more."""
    made = system(_workload(), _unit(depth))
    _, log = simulate(made, policy='edf', seconds=0.1)
    assert log.answered_ms('urgent') == [ends_ms]


def test_stages_run_in_the_order_in_which_they_were_handed_over_and_one_at_a_time():
    made = system(_workload(), _unit(3))
    simulator, log = simulate(made, policy='edf', seconds=0.1)
    handed = [run.job for _, run in log.decisions(Run)]
    ended = [event for _, event in log.events(StageFinished)]
    assert [event.job for event in ended] == handed
    for before, after in pairwise(ended):
        assert after.started_ns == before.finished_ns
    # the time in the unit's queue is not busy time, and is not learned
    assert simulator.dispatcher.units['u'].busy_ns == ended[-1].finished_ns
    assert simulator.dispatcher.profiles.cost('always', 'base', 'x', 'u').expected_ns(1) == 10 * MS


def test_a_stage_waits_for_its_data_in_its_turn():
    workload = {
        'tasks': {'t': {'network': 'n', 'period_ms': 50, 'phase_ms': 0, 'deadline_ms': 50}},
        'networks': {'n': {'stages': [{'name': one, 'cost': {one: 5}} for one in 'ab']}},
    }
    platform = {
        'units': {'a': {}, 'b': {'depth': 2}},
        'transitions': [{'from': 'a', 'to': 'b', 'ms': 3}],
    }
    _, log = simulate(system(workload, platform), seconds=0.04)
    assert log.answered_ms('t') == [13]


def test_what_a_lost_unit_has_taken_is_lost_with_it():
    changes = [
        {'at_s': 0.015, 'unit': 'u', 'set': {'state': 'unavailable'}},
        {'at_s': 0.05, 'unit': 'u', 'set': {'state': 'available'}},
    ]
    made = system({**_workload(), 'changes': changes}, _unit(3))
    _, log = simulate(made, policy='edf', seconds=0.1)
    assert sum(decision.reason == 'unit_lost' for _, decision in log.decisions(Fail)) == 3
    assert any(at >= 60 * MS for at, _ in log.decisions(Complete))


@pytest.mark.parametrize('policy', policy_names())
def test_every_policy_keeps_to_the_depth(policy):
    """Every invariant is checked after every event."""
    _, log = simulate(system(_workload(), _unit(3)), policy=policy, seconds=0.1)
    assert log.answered_ms('always')


def test_a_unit_may_share_or_take_ahead_but_not_both():
    with pytest.raises(ConfigError, match=r'units\.u: depth and slots cannot both be above 1'):
        make_system({'units': {'u': {'slots': 2, 'depth': 2}}})
