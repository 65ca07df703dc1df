# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What led to decisions: told while somebody asks, never otherwise, and as it was decided."""

from __future__ import annotations

import pytest
from recorded import TASKS

from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.scores import MAP_SCORE
from edge_sched_ros.core.scores import PLAN_COST
from edge_sched_ros.core.scores import Scores
from edge_sched_ros.core.scores import SLACK_NS
from edge_sched_ros.core.view import View
from edge_sched_ros.plugins.guarded_policy import GuardedPolicy
from edge_sched_ros.policies.early_drop import EarlyDrop
from edge_sched_ros.policies.edf import EarliestDeadlineFirst
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.parsing import parse_system
from edge_sched_ros.system.system import System


def _run(policy, *, tell=True, seconds=2.0):
    """Return every event's decisions with what led to them."""
    file = parse_system(('system', TASKS))
    told: list[Scores] = []
    found = []

    def listen(_now_ns, _event, decisions):
        found.append((list(decisions), list(told)))
        told.clear()

    simulator = Simulator(System(file, file), policy=policy, listener=listen)
    if tell:
        simulator.dispatcher.tell_scores(told)
    simulator.run(seconds)
    return found


@pytest.mark.parametrize('policy', ['edf', 'edf+drop', 'least_slack', 'dream', 'horizon', 'fcfs'])
def test_who_asks_for_scores_changes_no_decision(policy):
    asked, not_asked = _run(policy), _run(policy, tell=False)
    assert [decisions for decisions, _ in asked] == [decisions for decisions, _ in not_asked]
    assert not any(scores for _, scores in not_asked)
    assert any(scores for _, scores in asked) == (policy != 'fcfs')


@pytest.mark.parametrize('policy', ['edf+drop', 'dream', 'horizon'])
def test_every_start_and_early_drop_is_among_what_was_compared(policy):
    count = 0
    for decisions, scores in _run(policy):
        for decision in decisions:
            if isinstance(decision, Run) or (
                isinstance(decision, Drop) and decision.reason == 'deadline_unreachable'
            ):
                pairs = [pair for one in scores for _, pairs in one.options for pair in pairs]
                assert decision.job in [job for job, _ in pairs] or policy == 'horizon'
                count += decision.job in [job for job, _ in pairs]
    assert count > 50


def test_dream_starts_the_pair_with_the_greatest_score():
    firsts = same = 0
    for decisions, scores in _run('dream'):
        runs = [(one.job, one.unit) for one in decisions if isinstance(one, Run)]
        for one in scores:
            if one.of == MAP_SCORE:
                numbers = [number for number, _ in one.options]
                assert numbers == sorted(numbers, reverse=True)
                firsts += 1
                same += one.options[0][1][0] in runs
    # waiting and guarding put another first
    assert firsts > 50 and same > firsts / 2


def test_horizon_follows_the_cheapest_plan_and_tells_the_next():
    plans = rejected = 0
    for _, scores in _run('horizon'):
        for one in scores:
            if one.of == PLAN_COST:
                plans += 1
                rejected += len(one.options) == 2
                costs = [number for number, _ in one.options]
                assert costs == sorted(costs)
                assert len({str(sorted(pairs)) for _, pairs in one.options}) == len(costs)
    assert plans > 50 and rejected > 10


def test_slack_is_negative_for_what_is_dropped_early():
    for decisions, scores in _run('edf+drop'):
        slack = {pairs[0][0]: number for one in scores for number, pairs in one.options}
        assert all(one.of == SLACK_NS for one in scores)
        for decision in decisions:
            if isinstance(decision, Drop) and decision.reason == 'deadline_unreachable':
                assert slack[decision.job] < 0


class _Own:
    name = 'own'
    parameters = ()
    asks_when_busy = False

    def __init__(self, told):
        self._told = told

    def decide(self, view):
        return []

    def last_scores(self, view):
        if isinstance(self._told, Exception):
            raise self._told
        return self._told


@pytest.mark.parametrize(
    ('told', 'seen'),
    [
        (Scores('mine', [(True, [(1, 'gpu0')])]), Scores('own mine', [(1.0, [(1, 'gpu0')])])),
        (Scores('mine', [('x', 3)]), None),
        (ValueError('mine'), None),
        ('text', None),
        (None, None),
    ],
)
def test_scores_of_own_code_are_checked_and_never_end_it(told, seen):
    guarded = GuardedPolicy(_Own(told), 'own', EarliestDeadlineFirst())
    with_drop = EarlyDrop(guarded, margin_ms=0.0, probe_after=10)
    view = View(now_ns=0, ready=(), units={}, tasks={}, accounts={}, profiles=Profiles(), jobs={})
    assert with_drop.last_scores(view) == seen
    assert not guarded.problem
