# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The proof by itself: nothing that is better may be left out, however bad the start."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import settings
from planning_problems import problem_from
from planning_problems import problems

from edge_sched_ros.planning.cp_mappings import MappingModel
from edge_sched_ros.planning.objective import MIN_MAKESPAN
from edge_sched_ros.planning.objective import Objective
from edge_sched_ros.planning.objective import OBJECTIVES
from edge_sched_ros.planning.planner import _Search
from edge_sched_ros.planning.planner import make_plan
from edge_sched_ros.planning.splits import splits


def _judged(problem, objective):
    ways = [list(splits(network, problem.units)) for network in problem.networks]
    found = [objective.judge(problem, mapping) for mapping in itertools.product(*ways)]
    return sorted(found, key=objective.sort_key)


@pytest.mark.parametrize('name', OBJECTIVES)
@settings(max_examples=40, deadline=None)
@given(problem=problems())
def test_every_better_mapping_is_visited_once(name, problem):
    objective = Objective(name)
    judged = _judged(problem, objective)
    for known in (judged[-1], judged[len(judged) // 2]):
        seen = []
        model = MappingModel(problem, objective, known)
        assert model.for_each(lambda mapping, seen=seen: seen.append(mapping) is not None, 60.0)
        assert len(seen) == len(set(seen))
        target = objective.cost(known)
        better = {
            one.mapping for one in judged if objective.cost(one) < target - 1e-5 * abs(target)
        }
        assert better <= set(seen)


@pytest.mark.parametrize('name', OBJECTIVES)
@settings(max_examples=30, deadline=None)
@given(problem=problems())
def test_from_the_worst_start_the_proof_alone_finds_the_best(name, problem):
    objective = Objective(name)
    judged = _judged(problem, objective)
    search = _Search(problem, objective, time.perf_counter() + 60)
    search.take(judged[-1])
    assert search.prove()
    assert search.best.value == pytest.approx(judged[0].value, rel=1e-5, abs=1e-9)


def test_what_keeps_a_bound_is_looked_for_when_the_start_does_not():
    @settings(max_examples=25, deadline=None)
    @given(problem=problems())
    def check(problem):
        shortest = _judged(problem, Objective(MIN_MAKESPAN))[0].value
        objective = Objective('max-throughput', shortest)
        judged = _judged(problem, objective)
        search = _Search(problem, objective, time.perf_counter() + 60)
        search.take(judged[-1])
        assert search.prove()
        assert objective.allows(search.best.round)
        assert search.best.value == pytest.approx(judged[0].value, rel=1e-5)

    check()


@pytest.mark.parametrize('tiny', [5e-324, 1e-310, 1e-30])
@pytest.mark.parametrize('name', OBJECTIVES)
def test_numbers_next_to_nothing_are_no_obstacle(name, tiny):
    data = {
        'units': ['gpu0', 'dla0'],
        'networks': {
            'a': {
                'cost': {
                    'gpu0': {'latency_ms': [tiny, tiny], 'energy_mj': [tiny, tiny]},
                    'dla0': {'latency_ms': [1.0, 1.0], 'energy_mj': [1.0, 1.0]},
                }
            }
        },
    }
    problem = problem_from(data)
    assert make_plan(problem, Objective(name)).mapping == {'a': ['gpu0', 'gpu0']}
