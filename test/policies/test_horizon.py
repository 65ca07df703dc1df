# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The search of ``horizon`` by hand, and what the policy does with it."""

from __future__ import annotations

from operator import itemgetter

import pytest
from harness import Bench
from harness import MS
from harness import of
from harness import task
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from plan_problems import FAR
from plan_problems import plan_jobs
from systems import simulate
from systems import system

from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.decisions import WakeAt
from edge_sched_ros.core.events import TimerFired
from edge_sched_ros.policies import ways
from edge_sched_ros.policies.beam import put
from edge_sched_ros.policies.beam import search
from edge_sched_ros.policies.choices import Choice
from edge_sched_ros.policies.choices import Scale
from edge_sched_ros.policies.paths import find_paths
from edge_sched_ros.policies.paths import Leg
from edge_sched_ros.policies.plan_job import Option
from edge_sched_ros.policies.plan_job import Placement
from edge_sched_ros.policies.plan_job import PlanJob
from edge_sched_ros.policies.plan_search import ORDERS
from edge_sched_ros.policies.plan_search import PlanSearch
from edge_sched_ros.policies.pull_forward import pull_forward


def _option(unit: int, length: int, *, cost: float = 0.0, variant: int = 0) -> Option:
    return Option((Leg(unit, length, length),), length, cost, 0.0, variant, 0.0)


def _job(key: int, deadline: int, *options: Option, ready: int = 0, miss: float = 1.0) -> PlanJob:
    return PlanJob(key, ready, deadline, FAR, miss, options)


def _scale(width: int) -> Scale:
    return Scale(now_ns=0, width=width, pressure=0.0, haste=0.0)


def _plan(jobs: list[PlanJob], free: list[int], *, width: int = 8) -> dict[int, tuple[int, int]]:
    """Return key -> (unit, begin) of what is planned."""
    _, plan = search(jobs, [range(len(jobs))], free, _scale(width))
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
    _, plan = search([job], [[0]], [0], _scale(4))
    assert [place.option.variant for place in plan] == [1]


def test_what_costs_more_than_a_miss_is_given_up():
    assert _plan([_job(1, 10, _option(0, 5, cost=1.5))], [0]) == {}


def test_of_two_alike_the_one_goes_first_whose_place_a_frame_may_take_at_any_time():
    jobs = [_job(1, 20, _option(0, 5)), _job(2, 20, _option(0, 5))]
    jobs[1].lost_by_ns = 30
    _, plan = search(jobs, [[0, 1], [1, 0]], [0], _scale(8))
    assert {place.job.key: place.begin_ns for place in plan} == {2: 0, 1: 5}


def test_the_risk_of_a_waiting_job_grows_with_its_wait_and_falls_with_free_places():
    job = _job(1, 100, _option(0, 5))
    job.lost_by_ns = 30
    assert [job.risk(wait) for wait in (0, 30, 90)] == [0.0, 0.5, 0.75]
    job.lost_by_ns, job.frames = 60, 2
    assert [job.risk(wait) for wait in (0, 60)] == [0.0, 0.25]


def test_ways_over_units():
    stages = [{0: (1.0, 0.0), 1: (5.0, 0.0)}, {0: (5.0, 0.0), 1: (1.0, 0.0)}]
    free = find_paths(stages, lambda source, target: 0.0)
    assert min(path.total_ns for path in free) == 2
    dear = find_paths(stages, lambda source, target: 0.0 if source == target else 10.0)
    assert sorted(path.total_ns for path in dear) == [6, 6]


# --- the search against one that leaves nothing out ------------------------------------------


def _plain_search(jobs: list[PlanJob], order: list[int], free: list[int], scale: Scale):
    """Return what a beam search gives that looks at every choice of every state."""
    states = [(0.0, 0.0, [unit for unit in free for _ in range(3)], [])]
    for job in [jobs[index] for index in order]:
        grown = []
        for pressed, cost, units, plan in states:
            grown.append((pressed + job.miss, cost + job.miss, units, plan))
            for place, option in enumerate(job.options, 1):
                choice, slots = Choice(job, place, option, scale), units.copy()
                begins_ns, end_ns = [], job.ready_ns
                for leg in choice.legs:
                    begin_ns, end_ns = put(slots, leg, end_ns)
                    begins_ns.append(begin_ns)
                added = choice.added_at(end_ns)
                if job.lost_by_ns:
                    added += (job.miss - added) * job.risk(begins_ns[0] - job.ready_ns)
                if begins_ns[0] <= job.latest_ns and added < job.miss:
                    total = pressed + added + scale.pressure * option.total_ns
                    grown.append(
                        (total, cost + added, slots, [*plan, (job, option, begins_ns[0])])
                    )
        states = sorted(grown, key=itemgetter(0)) if len(grown) > scale.width else grown
        states = states[: scale.width]
    return min(states, key=itemgetter(1, 0))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(plan_jobs(), max_size=6), st.integers(1, 5), st.sampled_from([0.0, 0.02]), st.data()
)
def test_what_the_search_leaves_out_changes_no_plan(jobs, width, pressure, data):
    scale = Scale(now_ns=5, width=width, pressure=pressure, haste=0.2)
    orders = [data.draw(st.permutations(range(len(jobs)))) for _ in range(2)] * 2
    free = [5, 8, 6]
    cost, plan = search(jobs, orders, free, scale)
    found = min((_plain_search(jobs, order, free, scale) for order in orders), key=itemgetter(1))
    assert (cost, [(one.job, one.option, one.begin_ns) for one in plan]) == (found[1], found[3])


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


@pytest.mark.parametrize('budget', [21, 30, 100])
def test_all_orders_together_try_no_more_than_the_budget(monkeypatch, budget):
    tried = []
    find = PlanSearch.find

    def counted(search, jobs, free_ns, scale):
        steps = sum(1 + len(job.options) for job in jobs)
        tried.append(len(ORDERS) * scale.width * steps)
        return find(search, jobs, free_ns, scale)

    monkeypatch.setattr(PlanSearch, 'find', counted)
    made = system(_two_tasks(), {'units': {'u': {}}})
    simulate(made, policy='horizon', budget=budget)
    assert tried and max(tried) <= budget


def test_no_way_is_looked_for_when_the_jobs_are_too_many(monkeypatch):
    def refuse(*_: object) -> None:
        raise AssertionError('a way was looked for')

    monkeypatch.setattr(ways, 'find_paths', refuse)
    simulated, log = simulate(
        system(_two_tasks(), {'units': {'u': {}}}), policy='horizon', budget=1
    )
    assert log.decisions(Run) and simulated.dispatcher.ledger.tasks['urgent'].on_time


def test_few_looks_are_taken_while_a_frame_is_overdue():
    """A stage of a microsecond for the frame that may come now let every look ask for the next."""
    bench = Bench(
        task('quick', stream='a', units=('cpu0',), deadline_ms=5),
        task('long', stream='b', units=('cpu0',), deadline_ms=5000),
        policy='horizon',
        units=('cpu0',),
    )
    for at_ms in range(0, 1000, 100):
        bench.frame('a', at_ms=at_ms)
        bench.finish(at_ms=at_ms + 0.001)
        bench.frame('b', at_ms=at_ms + 50)
        bench.finish(at_ms=at_ms + 60)
    wakes = of(bench.frame('b', at_ms=1001), WakeAt)
    assert wakes, 'it waits for the quick one, which would be late behind the long one'
    looks, decided = 0, []
    while not of(decided, Run):
        looks += 1
        assert looks < 100
        at_ms = min(wake.time_ns for wake in wakes) / MS
        decided = bench.send(TimerFired(), at_ms=at_ms)
        wakes = of(decided, WakeAt)
    assert bench.now_ns < 1201 * MS


def test_few_looks_are_taken_at_a_plan_behind_a_call_that_hangs():
    """The short stage after the overdue one let the plan begin a little later at every look."""
    bench = Bench(
        task('a', stream='a', stages=('long', 'short'), units=('cpu0',), deadline_ms=5000),
        task('b', stream='b', units=('cpu0',), deadline_ms=5000),
        policy='horizon',
        units=('cpu0',),
    )
    for at_ms in range(0, 1000, 100):
        bench.frame('a', at_ms=at_ms)
        bench.finish(at_ms=at_ms + 10)
        bench.finish(at_ms=at_ms + 10.005)
        bench.frame('b', at_ms=at_ms + 20)
        bench.finish(at_ms=at_ms + 30)
    bench.frame('a', at_ms=2000)  # hangs
    wakes = of(bench.frame('b', at_ms=2001), WakeAt)
    looks = 0
    while bench.now_ns < 3000 * MS and wakes:
        looks += 1
        assert looks < 200
        at_ms = min(wake.time_ns for wake in wakes) / MS
        wakes = of(bench.send(TimerFired(), at_ms=at_ms), WakeAt)
