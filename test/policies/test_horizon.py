# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The search of ``horizon`` by hand, and what the policy does with it."""

from __future__ import annotations

import pytest
from systems import simulate
from systems import system

from edge_sched_ros.core.decisions import Run
from edge_sched_ros.policies.beam import Option
from edge_sched_ros.policies.beam import Placement
from edge_sched_ros.policies.beam import PlanJob
from edge_sched_ros.policies.beam import search
from edge_sched_ros.policies.paths import find_paths
from edge_sched_ros.policies.paths import Leg
from edge_sched_ros.policies.pull_forward import pull_forward

_FAR = 1 << 62


def _option(unit: int, length: int, *, cost: float = 0.0, variant: int = 0) -> Option:
    return Option((Leg(unit, length, length),), length, cost, variant, 0.0)


def _job(key: int, deadline: int, *options: Option, ready: int = 0, miss: float = 1.0) -> PlanJob:
    return PlanJob(key, ready, deadline, _FAR, miss, options)


def _plan(jobs: list[PlanJob], free: list[int], *, width: int = 8) -> dict[int, tuple[int, int]]:
    """Return key -> (unit, begin) of what is planned."""
    _, plan = search(jobs, free, now_ns=0, width=width, pressure=0.0, haste=0.0)
    return {place.job.key: (place.option.legs[0].unit, place.begin_ns) for place in plan}


def test_the_dearer_of_two_jobs_that_exclude_each_other_is_kept():
    jobs = [_job(1, 10, _option(0, 8), miss=1.0), _job(2, 11, _option(0, 8), miss=3.0)]
    assert _plan(jobs, [0]) == {2: (0, 0)}


def test_a_job_leaves_its_fastest_unit_to_one_that_has_no_other():
    jobs = [_job(1, 12, _option(0, 5), _option(1, 9)), _job(2, 6, _option(0, 5))]
    assert _plan(jobs, [0, 0]) == {1: (1, 0), 2: (0, 0)}


def test_a_short_job_goes_into_the_gap_before_one_that_comes():
    jobs = [_job(1, 10, _option(0, 5), ready=5), _job(2, 100, _option(0, 4))]
    assert _plan(jobs, [0]) == {1: (0, 5), 2: (0, 0)}


def test_a_job_too_long_for_the_gap_waits_behind():
    jobs = [_job(1, 10, _option(0, 5), ready=5), _job(2, 100, _option(0, 6))]
    assert _plan(jobs, [0])[2] == (0, 10)


def test_a_lighter_variant_is_taken_where_the_heavy_one_is_late():
    job = _job(1, 10, _option(0, 12), _option(0, 6, cost=0.2, variant=1))
    _, plan = search([job], [0], now_ns=0, width=4, pressure=0.0, haste=0.0)
    assert [place.option.variant for place in plan] == [1]


def test_what_costs_more_than_a_miss_is_given_up():
    assert _plan([_job(1, 10, _option(0, 5, cost=1.5))], [0]) == {}


def test_ways_over_units():
    stages = [{0: (1.0, 0.0), 1: (5.0, 0.0)}, {0: (5.0, 0.0), 1: (1.0, 0.0)}]
    free = find_paths(stages, lambda source, target: 0.0)
    assert min(path.total_ns for path in free) == 2
    dear = find_paths(stages, lambda source, target: 0.0 if source == target else 10.0)
    assert sorted(path.total_ns for path in dear) == [6, 6]


def _placed(key: int, begin: int, length: int, deadline: int, unit: int = 0) -> Placement:
    option = _option(unit, length)
    return Placement(_job(key, deadline, option), option, begin)


@pytest.mark.parametrize(
    ('deadline', 'found'),
    [(100, 2), (15, None)],
    ids=['the first has time in hand', 'the first would be late'],
)
def test_an_idle_unit_takes_a_later_job_only_if_the_first_can_wait(deadline, found):
    plan = [_placed(1, 4, 10, deadline), _placed(2, 14, 6, 200)]
    place = pull_forward(plan, 0, {2}, 0)
    assert (place and place.job.key) == found


def test_a_job_planned_on_another_unit_is_not_pulled():
    assert pull_forward([_placed(1, 4, 2, 100, unit=1)], 0, {1}, 0) is None


def _two_tasks() -> dict:
    """Return an urgent short task every 10 ms and a patient long one, on one unit."""
    return {
        'tasks': {
            'urgent': {'network': 'short', 'period_ms': 10, 'phase_ms': 5, 'deadline_ms': 3},
            'patient': {'network': 'long', 'period_ms': 40, 'phase_ms': 1, 'deadline_ms': 40},
        },
        'networks': {
            'short': {'stages': [{'name': 's', 'cost': {'u': 2}}]},
            'long': {'stages': [{'name': 's', 'cost': {'u': 7}}]},
        },
    }


def _missed(policy: str, **parameters: float) -> dict[str, int]:
    made = system(_two_tasks(), {'units': {'u': {}}})
    accounts = simulate(made, policy=policy, seconds=2.0, **parameters)[0].dispatcher.ledger.tasks
    return {name: account.ended - account.on_time for name, account in accounts.items()}


def test_a_unit_stays_idle_for_what_is_about_to_come():
    assert _missed('edf+drop')['urgent'] >= 40
    found = _missed('horizon')
    # periods have to be seen before they can be foreseen
    assert found['urgent'] <= 3 and found['patient'] <= 1


def test_without_foresight_it_does_not_wait():
    assert _missed('horizon', arrivals=0)['urgent'] >= 40


def test_beyond_its_budget_it_decides_as_least_slack_does():
    made = system(_two_tasks(), {'units': {'u': {}}})
    _, log = simulate(made, policy='horizon', budget=1)
    _, other = simulate(made, policy='least_slack+drop')
    runs = [(at, run.task, run.unit) for at, run in log.decisions(Run)]
    assert runs == [(at, run.task, run.unit) for at, run in other.decisions(Run)]
