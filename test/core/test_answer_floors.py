# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tasks without an answer under overload: when their newest frame starts, and what is told."""

from __future__ import annotations

from itertools import pairwise

from harness import Bench
from harness import MS
from harness import of
from harness import task

from edge_sched_ros.core import reasons
from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.events import ClockJumped
from edge_sched_ros.core.events import ParametersChanged
from edge_sched_ros.core.events import Started
from edge_sched_ros.core.events import Stopped


class Hostile:
    """Drops every job, also while no unit is idle."""

    name = 'hostile'
    parameters = ()
    asks_when_busy = True

    def decide(self, view):
        return [Drop(job.id, job.task, reasons.SMART_DROP) for job in view.ready]


def _hostile(*tasks, floor_periods=3.0, units=('cpu0',)):
    return Bench(
        *tasks,
        units=units,
        policy='hostile',
        make_policy=lambda name, values: Hostile(),
        floor_periods=floor_periods,
    )


def _one(**settings):
    return task('t', **{'units': ('cpu0',), 'period_ns': 20 * MS, 'deadline_ms': 30.0, **settings})


def _starts(bench, until_ms, *, every_ms=20, finish=True):
    """Let frames come, and stages end just before the next one; return when stages started."""
    found = []
    for at_ms in range(0, until_ms, every_ms):
        if finish and bench.running:
            bench.finish(at_ms=at_ms - 1)
        found += [(at_ms, run.task) for run in of(bench.frame(at_ms=at_ms), Run)]
    return found


def test_a_task_that_is_never_started_is_started_every_few_periods():
    # silent from the first frame on; the third can be on time, half a period before the gap's last
    starts = [at_ms for at_ms, _ in _starts(_hostile(_one()), 800)]
    gaps = {b - a for a, b in pairwise(starts)}
    assert starts[0] == 40
    assert gaps <= {60, 80}


def test_a_frame_that_cannot_be_on_time_waits_half_a_period_longer():
    """Costs of 19 ms; with a deadline of 20 an eighth is not left before it, with 30 it is."""
    starts = {}
    for deadline_ms in (20.0, 30.0):
        bench = _hostile(_one(deadline_ms=deadline_ms))
        found = _starts(bench, 2000)
        # the first ones are before the costs are known
        starts[deadline_ms] = [b[0] - a[0] for a, b in pairwise(found[5:])]
    assert set(starts[20.0]) == {80}
    assert set(starts[30.0]) == {60}


def test_without_floors_nothing_is_started():
    assert not _starts(_hostile(_one(), floor_periods=0.0), 800)


def test_the_gap_is_no_shorter_than_the_deadline():
    starts = [at_ms for at_ms, _ in _starts(_hostile(_one(deadline_ms=200.0)), 2000)]
    assert min(b - a for a, b in pairwise(starts)) >= 180


def test_floors_leave_time_to_the_policy():
    """Two tasks of 19 ms on one unit: a round takes 38 ms, so that the gap is at least 57 ms."""
    bench = _hostile(_one(), task('u', units=('cpu0',), period_ns=20 * MS, deadline_ms=30.0))
    _starts(bench, 400)
    answers = bench.dispatcher
    assert answers.floor_starts.keys() == {'t', 'u'}
    slow = _hostile(_one(period_ns=2 * MS, deadline_ms=1.0))
    for at_ms in range(0, 400, 2):
        if slow.running and slow.now_ns - slow.running['cpu0'][1] >= 20 * MS:
            slow.finish(at_ms=at_ms)
        slow.frame(at_ms=at_ms)
    # runs of 20 ms with gaps of 30 ms after the first frame without an answer
    assert 400 / 60 <= slow.dispatcher.floor_starts['t'] <= 400 / 30


def test_a_due_job_waits_for_its_unit_and_is_not_dropped_meanwhile():
    bench = _hostile(_one(), task('u', units=('cpu0',), stream='other', deadline_ms=30.0))
    for at_ms in (0, 20, 40, 60):
        bench.frame(at_ms=at_ms)
    assert bench.running
    for at_ms in (61, 81, 101, 121, 141):
        assert not of(bench.frame('other', at_ms=at_ms), Run)
    assert [run.task for run in of(bench.finish(at_ms=150), Run)] == ['u']


def test_every_stage_of_it_runs_and_so_does_the_task_after_it():
    head = _one(stages=('a', 'b'))
    bench = _hostile(head, task('after', units=('cpu0',), after='t', deadline_ms=31.0))
    for at_ms in (0, 20, 40, 60):
        bench.frame(at_ms=at_ms)
    assert [run.stage for run in of(bench.finish(at_ms=100, items=1), Run)] == ['b']
    assert [run.task for run in of(bench.finish(at_ms=200, items=1), Run)] == ['after']
    bench.finish(at_ms=300, items=1)
    assert bench.account('t').late == bench.account('after').late == 1


def test_answers_without_the_floor_leave_it_alone():
    bench = Bench(_one(), units=('cpu0',), floor_periods=3.0)
    starts = _starts(bench, 400)
    assert len(starts) == 20
    assert not bench.dispatcher.floor_starts
    assert not bench.dispatcher.why_at_floor('t', bench.now_ns)


def test_a_silent_source_is_not_a_silent_task():
    bench = _hostile(_one())
    _starts(bench, 60)
    bench.finish(at_ms=59)
    count = bench.dispatcher.floor_starts['t']
    bench.frame(at_ms=10_000)
    bench.frame(at_ms=10_020)
    assert bench.dispatcher.floor_starts['t'] == count


def test_time_off_does_not_count():
    for off, on in (
        (Stopped(), Started()),
        (ClockJumped(-5 * MS), None),
        (
            ParametersChanged({'enabled': False}, task='t'),
            ParametersChanged({'enabled': True}, task='t'),
        ),
    ):
        bench = _hostile(_one())
        bench.frame(at_ms=0)
        bench.frame(at_ms=20)
        bench.send(off, at_ms=30)
        if on is not None:
            bench.send(on, at_ms=9000)
        assert not of(bench.frame(at_ms=9001), Run), off


def test_a_hung_call_keeps_its_task_off():
    bench = _hostile(_one())
    starts = _starts(bench, 400, finish=False)
    assert len(starts) == 1


def test_it_is_told_until_it_is_over():
    bench = _hostile(_one())
    _starts(bench, 400)
    told = bench.dispatcher.why_at_floor('t', bench.now_ns)
    assert told == 'is rarely on time at this load: answers at least every 60 ms'
    assert not bench.dispatcher.why_at_floor('t', bench.now_ns + 2_000_000_000)
    late = _hostile(_one(deadline_ms=1.0))
    _starts(late, 400)
    told = late.dispatcher.why_at_floor('t', late.now_ns)
    assert told == 'is never on time at this load: answers at least every 60 ms'
