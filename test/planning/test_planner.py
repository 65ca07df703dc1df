# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Plans: against trying everything, against baselines, and on published data."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from planning_problems import problem_from
from planning_problems import problems

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.planning import planner
from edge_sched_ros.planning.baselines import baselines
from edge_sched_ros.planning.from_file import problem_of
from edge_sched_ros.planning.objective import MAX_THROUGHPUT
from edge_sched_ros.planning.objective import MIN_ENERGY
from edge_sched_ros.planning.objective import MIN_MAKESPAN
from edge_sched_ros.planning.objective import Objective
from edge_sched_ros.planning.objective import OBJECTIVES
from edge_sched_ros.planning.planner import make_plan
from edge_sched_ros.planning.problem import Network
from edge_sched_ros.planning.problem import Problem
from edge_sched_ros.planning.splits import splits
from edge_sched_ros.system.loading import load_system

PLANS = Path(__file__).resolve().parents[2] / 'config/plans'


def _everything(problem, objective):
    """Return the best of all mappings, each followed."""
    ways = [list(splits(network, problem.units)) for network in problem.networks]
    judged = (objective.judge(problem, mapping) for mapping in itertools.product(*ways))
    return min(judged, key=objective.sort_key)


@pytest.mark.parametrize('name', OBJECTIVES)
@settings(max_examples=40, deadline=None)
@given(problem=problems(), bound_share=st.sampled_from([None, 1.0, 1.3]))
def test_a_proven_plan_is_the_best_of_all(name, problem, bound_share):
    bound_ms = None
    if bound_share is not None:
        bound_ms = bound_share * _everything(problem, Objective(MIN_MAKESPAN)).value
    objective = Objective(name, bound_ms)
    if name == MIN_ENERGY and not any(
        any(row) for network in problem.networks for row in network.energy_mj.values()
    ):
        with pytest.raises(ConfigError, match='energy'):
            make_plan(problem, objective)
        return
    plan = make_plan(problem, objective, time_limit_s=60)
    assert plan.optimal
    best = _everything(problem, objective)
    assert plan.best.value == pytest.approx(best.value, rel=1e-5, abs=1e-9)
    assert objective.allows(plan.best.round)
    for network, mapped in zip(problem.networks, plan.best.mapping):
        assert network.switches(mapped) <= network.max_switches
        assert all(unit in network.units_of(group) for group, unit in enumerate(mapped))


@pytest.mark.parametrize('name', OBJECTIVES)
@settings(max_examples=25, deadline=None)
@given(problem=problems(), time_limit_s=st.sampled_from([1e-6, 60.0]))
def test_no_baseline_is_better_than_a_plan(name, problem, time_limit_s):
    """Neither when there was no time to search."""
    objective = Objective(name)
    try:
        plan = make_plan(problem, objective, time_limit_s=time_limit_s)
    except ConfigError:
        return  # no energy
    assert plan.baselines
    for value in plan.baselines.values():
        better = value - plan.best.value if name == MAX_THROUGHPUT else plan.best.value - value
        assert better <= 1e-9 * abs(value)


def published(file):
    """Return the problem of a file of the package."""
    return problem_of(load_system(PLANS / file))


def test_the_directions_of_the_published_decision_with_the_contention_of_an_orin():
    """GoogleNet begins on the GPU and ends on the DLA, AlexNet the other way (HaX-CoNN)."""
    problem = published('googlenet_alexnet_orin_contention.yaml')
    plan = make_plan(problem, Objective(MIN_MAKESPAN))
    assert plan.optimal
    google, alex = plan.mapping['googlenet'], plan.mapping['alexnet']
    assert (google[0], google[-1]) == ('gpu', 'dla')
    assert (alex[0], alex[-1]) == ('dla', 'gpu')
    assert all(value > plan.best.value for value in plan.baselines.values())


def test_with_the_contention_of_xavier_sharing_hardly_pays():
    """Issue 21: the plan was reported with an Orin's factors alone."""
    plan = make_plan(published('googlenet_alexnet.yaml'), Objective(MIN_MAKESPAN))
    assert plan.optimal
    assert plan.best.value == pytest.approx(3.478, abs=1e-3)
    assert set(plan.mapping['googlenet']) == {'gpu'}
    assert plan.baselines['gpu_only'] == pytest.approx(3.51)


def _two(gpu, dla, **settings_):
    networks = tuple(Network(name, {'gpu': gpu, 'dla': dla}, **settings_) for name in 'ab')
    return Problem(('gpu', 'dla'), networks, {'gpu': 'gpu', 'dla': 'dla'})


def test_it_stays_on_one_unit_when_a_split_does_not_win():
    plan = make_plan(_two((1.0, 1.0), (9.0, 9.0)), Objective(MIN_MAKESPAN))
    assert plan.mapping == {'a': ['gpu', 'gpu'], 'b': ['gpu', 'gpu']}
    assert plan.best.value == plan.baselines['best_single_unit'] == 4.0


def test_groups_the_dla_cannot_run_stay_on_the_gpu():
    plan = make_plan(_two((1.0, 1.0), (None, 1.0)), Objective(MIN_MAKESPAN))
    assert plan.best.value == 3.0
    assert all(mapped[0] == 'gpu' for mapped in plan.mapping.values())


def test_baselines_by_hand():
    problem = _two((2.0, 2.0), (3.0, 3.0))
    found = {
        name: candidate.value
        for name, candidate in baselines(problem, Objective(MIN_MAKESPAN)).items()
    }
    assert found['gpu_only'] == 8.0
    assert found['best_single_unit'] == 8.0
    assert found['gpu_and_dla'] == 6.0
    assert set(found) == {'gpu_only', 'best_single_unit', 'gpu_and_dla', 'herald_like', 'h2h_like'}


def test_herald_does_not_see_what_changes_of_unit_cost_and_h2h_does():
    networks = (
        Network(
            'a',
            {'gpu': (2.0, 2.0), 'dla': (2.0, 2.0)},
            leave_ms={'gpu': (50.0,), 'dla': (50.0,)},
        ),
    )
    problem = Problem(('gpu', 'dla'), networks, {'gpu': 'gpu', 'dla': 'dla'})
    found = baselines(problem, Objective(MIN_MAKESPAN))
    assert found['herald_like'].value == 54.0
    assert found['h2h_like'].value == 4.0


def test_a_bound_nobody_can_keep():
    with pytest.raises(ConfigError, match='--latency-bound-ms: no plan keeps 1 ms'):
        make_plan(_two((2.0, 2.0), (3.0, 3.0)), Objective(MIN_MAKESPAN, 1.0))


def test_energy_is_bought_with_time_up_to_the_bound():
    energy = {'gpu': (10.0, 10.0), 'dla': (1.0, 1.0)}
    problem = _two((1.0, 1.0), (3.0, 3.0), energy_mj=energy)
    assert make_plan(problem, Objective(MIN_ENERGY)).best.value == 4.0
    # three groups in a row on the DLA take 9 ms, so within 8 ms two must be on the GPU
    for bound_ms, energy_mj in ((9.0, 13.0), (8.0, 22.0)):
        bounded = make_plan(problem, Objective(MIN_ENERGY, bound_ms))
        assert bounded.optimal
        assert bounded.best.round.makespan_ms <= bound_ms
        assert bounded.best.value == energy_mj


def test_the_time_limit_begins_after_the_baselines(monkeypatch):
    class Late:
        now_s = 0.0

        def perf_counter(self):
            return self.now_s

    clock, ends = Late(), []
    monkeypatch.setattr(planner, 'time', clock)

    def slow_baselines(problem, objective):
        clock.now_s += 100.0
        return baselines(problem, objective)

    def for_each(model, visit, limit_s):
        ends.append(limit_s)
        return True

    monkeypatch.setattr(planner, 'baselines', slow_baselines)
    monkeypatch.setattr(planner.MappingModel, 'for_each', for_each)
    data = {'units': ['gpu0'], 'networks': {'a': {'cost': {'gpu0': [1.0]}}}}
    problem = problem_from(data)
    assert planner.make_plan(problem, Objective('min-makespan'), time_limit_s=5.0).optimal
    assert ends == [5.0]
