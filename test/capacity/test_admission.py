# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the model of admission says of the tasks of one device."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from edge_sched_ros.capacity.admission import blamed
from edge_sched_ros.capacity.admission import predict
from edge_sched_ros.capacity.admission import TaskVerdict
from edge_sched_ros.capacity.admission_load import least_load
from edge_sched_ros.capacity.admission_tasks import StageDemand
from edge_sched_ros.capacity.admission_tasks import TaskDemand
from edge_sched_ros.capacity.deterministic import periodic_fcfs
from edge_sched_ros.capacity.load import Load
from edge_sched_ros.capacity.load import Service

ONE = {'cpu0': 1}
TWO = {'cpu0': 1, 'cpu1': 1}


def task(name, rate, *stages, cv=0.0, **more):
    """Return a task; a stage is a dict of times, or one time on cpu0."""
    demands = tuple(
        StageDemand(tuple((s if isinstance(s, dict) else {'cpu0': s}).items()), cv) for s in stages
    )
    return TaskDemand(name, rate, demands, **{'deadline_ms': 1e3 / rate, **more})


def both(ms):
    return {'cpu0': ms, 'cpu1': ms}


def test_a_task_alone_takes_what_its_stages_take():
    verdict = predict([task('t', 30.0, 4.0, both(6.0))], TWO)['t']
    assert verdict.mean_ms == pytest.approx(10.0)
    assert verdict.p99_ms == pytest.approx(10.0)
    assert verdict.feasible and verdict.miss_share == 0


def test_two_tasks_wait_as_by_lindley():
    """Against the other model of clockwork arrivals, which knows one unit in order."""
    one, other = (11.0, 14.0), (29.0, 9.0)
    tasks = [task('a', *one, cv=0.2), task('b', *other, cv=0.2)]
    loads = [Load(rate, Service(ms, 0.2)) for rate, ms in (one, other)]
    found = predict(tasks, ONE, 'fcfs')
    for verdict, known in zip(found.values(), periodic_fcfs(loads)):
        assert verdict.mean_ms == pytest.approx(known.mean_ms, rel=0.02)
        assert verdict.p95_ms == pytest.approx(known.p95_ms, rel=0.05)


def test_tasks_of_one_stream_always_meet():
    """Frames of one camera come to both at once; two cameras seldom meet."""
    same = [task(name, 10.0, 20.0, stream='camera') for name in 'ab']
    apart = [task(name, 10.0, 20.0) for name in 'ab']
    means = sorted(verdict.mean_ms for verdict in predict(same, ONE).values())
    assert means == pytest.approx([20.0, 40.0])
    # waits 20 ms at most, for a fifth of all phases: 2 ms on average
    for verdict in predict(apart, ONE).values():
        assert verdict.mean_ms == pytest.approx(22.0, rel=0.05)


def test_every_nth_frame_meets_its_stream_once_in_n():
    full = task('full', 40.0, 5.0, stream='camera', priority=1)
    half = task('half', 20.0, 3.0, stream='camera', every_n=2)
    found = predict([full, half], ONE)
    assert found['half'].mean_ms == pytest.approx(8.0)
    assert found['full'].mean_ms == pytest.approx(5.0)


def test_the_urgent_one_waits_for_what_runs_and_no_more():
    tasks = [task('urgent', 31.0, 5.0, priority=1), task('other', 17.0, 15.0)]
    found = predict(tasks, ONE)
    assert found['urgent'].p99_ms <= 5.0 + 15.0


def test_a_higher_priority_helps_its_task_and_harms_another():
    others = [task('b', 23.0, 12.0), task('c', 17.0, 15.0)]
    low = predict([task('a', 31.0, 9.0, deadline_ms=90.0), *others], ONE)
    high = predict([task('a', 31.0, 9.0, deadline_ms=90.0, priority=1), *others], ONE)
    assert high['a'].mean_ms < 0.9 * low['a'].mean_ms
    assert high['c'].mean_ms > low['c'].mean_ms


def test_a_cascade_answers_after_the_task_before_it():
    tasks = [task('first', 20.0, 7.0), task('then', 20.0, 4.0, after='first')]
    found = predict(tasks, ONE)
    assert found['first'].mean_ms == pytest.approx(7.0)
    assert found['then'].mean_ms == pytest.approx(11.0)


@pytest.mark.parametrize('share', [0.3, 1e-4])
def test_a_rare_cascade_has_answers_too(share):
    tasks = [task('first', 20.0, 7.0), task('then', 20.0 * share, 4.0, after='first', share=share)]
    assert predict(tasks, ONE)['then'].mean_ms == pytest.approx(11.0)


def test_a_slow_task_disturbs_a_fast_one():
    tasks = [task('slow', 0.01, 90.0, deadline_ms=100.0), task('fast', 50.0, 2.0)]
    found = predict(tasks, ONE)
    assert found['fast'].p99_ms > 20.0
    assert found['slow'].feasible


def test_more_jobs_in_flight_use_more_units():
    alone = task('t', 15.0, both(60.0), in_flight=2)
    assert predict([alone], TWO)['t'].mean_ms == pytest.approx(60.0)
    one_by_one = predict([task('t', 15.0, both(70.0), in_flight=1)], TWO)['t']
    assert one_by_one.mean_ms > 140.0


def test_a_deadline_below_the_bare_time_is_named():
    verdict = predict([task('t', 5.0, 30.0, deadline_ms=20.0)], ONE)['t']
    assert not verdict.feasible
    assert 'deadline 20 ms is below the 30 ms' in verdict.reason


def test_an_overload_names_the_units_and_spares_the_urgent():
    tasks = [
        task('urgent', 30.0, both(20.0), priority=1, in_flight=2),
        task('other', 30.0, both(50.0), in_flight=2, deadline_ms=90.0),
        task('elsewhere', 30.0, {'gpu': 5.0}),
    ]
    found = predict(tasks, {**TWO, 'gpu': 1})
    assert 'cpu0, cpu1 would have 1.05' in found['other'].reason
    assert found['elsewhere'].feasible
    # waits until one other job ends, at most
    assert found['urgent'].p99_ms <= 20.0 + 50.0


def test_a_slight_overload_is_found_behind_a_long_deadline():
    verdict = predict([task('t', 10.0, 101.0, deadline_ms=60_000.0)], ONE)['t']
    assert 'would have 1.01' in verdict.reason


def test_it_is_a_function():
    tasks = [task(name, rate, both(9.0), cv=0.3) for name, rate in (('a', 30.0), ('b', 19.0))]
    assert predict(tasks, TWO) == predict(list(tasks), dict(TWO))


_TIMES = st.floats(0.5, 80.0)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.floats(1.0, 30.0), _TIMES, st.one_of(st.none(), _TIMES)),
        min_size=1,
        max_size=4,
    )
)
def test_the_least_load_is_what_no_division_beats(drawn):
    """Compared with random divisions, and with the work that has no choice."""
    tasks = [
        task(f't{index}', rate, {'cpu0': one} if other is None else {'cpu0': one, 'cpu1': other})
        for index, (rate, one, other) in enumerate(drawn)
    ]
    found = least_load(tasks, TWO)
    fixed = sum(rate * one / 1e3 for rate, one, other in drawn if other is None)
    assert found.share >= fixed - 1e-9
    generator = np.random.default_rng(1)
    for _ in range(20):
        busy = np.zeros(2)
        for rate, one, other in drawn:
            share = 1.0 if other is None else generator.uniform()
            busy += rate / 1e3 * np.array([share * one, (1 - share) * (other or 0.0)])
        assert busy.max() >= found.share - 1e-9
    double = [task(t.name, 2 * t.rate_per_s, *(dict(s.units) for s in t.stages)) for t in tasks]
    assert least_load(double, TWO).share == pytest.approx(2 * found.share)


@settings(deadline=None, max_examples=15)
@given(st.floats(5.0, 30.0), st.floats(5.0, 30.0), st.floats(1.0, 15.0), st.floats(1.0, 15.0))
def test_nobody_answers_sooner_than_alone(rate, other_rate, time, other_time):
    tasks = [task('a', rate, both(time)), task('b', other_rate, both(other_time), {'cpu1': 1.0})]
    found = predict(tasks, TWO)
    assert found['a'].mean_ms >= time - 1e-6
    assert found['b'].mean_ms >= other_time + 1.0 - 1e-6
    for verdict in found.values():
        assert verdict.p95_ms <= verdict.p99_ms
        assert 0 <= verdict.miss_share <= 1


def verdict(reason='', miss_share=0.0):
    return TaskVerdict(1.0, 1.0, 1.0, miss_share, 'cpu0', 0.5, reason)


@pytest.mark.parametrize(
    ('before', 'touched', 'named'),
    [
        ({'a': verdict(), 'b': verdict()}, ['a'], 'b'),
        ({'a': verdict(), 'b': verdict('late')}, ['a'], ''),
        ({'a': verdict(), 'b': verdict('late')}, ['b'], 'b'),
        ({'a': verdict()}, ['b'], 'b'),
    ],
)
def test_who_missed_before_is_not_to_blame(before, touched, named):
    after = {'a': verdict(), 'b': verdict('late', 0.5)}
    assert blamed(before, after, touched) == named


def test_an_overload_is_said_as_a_multiple():
    reason = predict([task('t', 100.0, 50.0, deadline_ms=90.0)], ONE)['t'].reason
    assert reason == 'cpu0 would have 5 times the work that it can do'
    reason = predict([task('t', 100.0, both(50.0), deadline_ms=90.0)], TWO)['t'].reason
    assert reason == 'cpu0, cpu1 would have 2.5 times the work that they can do'


def test_a_cpu_quota_is_an_overload_of_all_cores_together():
    # 30 / s of 10 ms: 0.3 of a core
    tasks = [task('t', 30.0, both(10.0))]
    slots = {'cpu0': 1, 'cpu1': 1}
    assert predict(tasks, slots)['t'].feasible
    assert predict(tasks, slots, cpus=0.35)['t'].feasible
    reason = predict(tasks, slots, cpus=0.25)['t'].reason
    assert (
        reason == 'cpu0, cpu1 would have 1.2 times the work that the CPU quota of 0.25 CPUs allows'
    )


def test_a_cpu_quota_does_not_limit_a_gpu():
    tasks = [task('t', 30.0, {'gpu0': 10.0, 'cpu0': 50.0})]
    assert predict(tasks, {'cpu0': 1, 'gpu0': 1}, cpus=0.1)['t'].feasible
