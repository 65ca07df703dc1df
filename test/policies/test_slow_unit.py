# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A unit that is too slow for a deadline: which policies leave it idle (docs/design.md)."""

from __future__ import annotations

import copy

import pytest

import edge_sched_ros as es
from edge_sched_ros.policies.registry import policy_classes

#: as examples/own_robot.py has it
ROBOT = {
    'units': {'gpu0': {'kind': 'gpu'}, 'dla0': {'kind': 'dla'}, 'cpu0': {'kind': 'cpu'}},
    'latency_cv': 0.1,
    'networks': {
        'detector': {'cost': {'gpu': 14, 'dla': 22}},
        'depth': {'cost': {'gpu': 11, 'cpu': 70}},
    },
    'tasks': {
        'detection': {'network': 'detector', 'period_ms': 25, 'deadline_ms': 40},
        'depth': {'network': 'depth', 'period_ms': 33, 'deadline_ms': 50},
    },
}
#: start a job on any idle unit that can run it
GREEDY = {
    'edf', 'fcfs', 'latency_greedy', 'least_slack', 'prema', 'round_robin',
    'veltair_like',
}  # fmt: skip


def _missed(robot, policy):
    return es.simulate(es.make_system(robot), policy=policy, seconds=2)['miss_ratio']


@pytest.mark.parametrize('policy', sorted(set(policy_classes()) - {'plan_follower'}))
def test_a_unit_that_is_too_slow_is_used_by_greedy_policies_alone(policy):
    without = copy.deepcopy(ROBOT)
    del without['networks']['depth']['cost']['cpu']
    assert _missed(without, policy) == 0
    missed = [_missed(ROBOT, policy + form) for form in ('', '+drop')]
    assert all(one > 0.15 for one in missed) if policy in GREEDY else missed == [0, 0]
