# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The dispatcher: one event in, a list of decisions out."""

from __future__ import annotations

import pytest
from harness import Bench
from harness import kinds
from harness import MS
from harness import of
from harness import task

from edge_sched_ros.core import reasons
from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.decisions import Fail
from edge_sched_ros.core.decisions import Release
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.decisions import WakeAt
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import ClockJumped
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.events import ParametersChanged
from edge_sched_ros.core.events import StageFinished
from edge_sched_ros.core.events import Started
from edge_sched_ros.core.events import Stopped
from edge_sched_ros.core.events import TimerFired
from edge_sched_ros.core.events import UnitChanged
from edge_sched_ros.core.watchdog import Watchdog


def test_a_frame_runs_and_completes_on_time():
    bench = Bench(task('detector', deadline_ms=50))
    decisions = bench.frame(at_ms=1)
    assert kinds(decisions) == ['Release', 'Run']
    assert of(decisions, Run)[0].unit == 'cpu0'
    (complete,) = bench.finish(at_ms=31)
    assert (complete.on_time, complete.response_ns) == (True, 30 * MS)
    assert [(s.unit, s.started_ns, s.finished_ns) for s in complete.stages] == [
        ('cpu0', 1 * MS, 31 * MS)
    ]


def test_response_counts_from_the_release_not_from_the_arrival():
    bench = Bench(task('detector', deadline_ms=50))
    bench.frame(at_ms=100, age_ms=30)
    (complete,) = bench.finish(at_ms=121)
    assert (complete.on_time, complete.response_ns) == (False, 51 * MS)
    assert bench.account('detector').late == 1


def test_a_frame_may_bring_the_deadline_of_its_jobs():
    bench = Bench(task('detector', deadline_ms=50), task('depth', deadline_ms=50))
    released = of(bench.send(FrameArrived('camera', 1, 0, 20 * MS), at_ms=5), Release)
    assert [(r.release_ns, r.deadline_ns) for r in released] == [(0, 20 * MS)] * 2
    assert bench.finish(at_ms=21)[0].on_time is False
    assert bench.finish('cpu1', at_ms=21)[0].on_time is False


def test_the_deadline_of_a_frame_orders_jobs_and_is_not_its_cascades():
    bench = Bench(
        task('first', units=('cpu0',), max_in_flight=2, queue_depth=3),
        task('second', units=('cpu0',), after='first', deadline_ms=40),
        units=('cpu0',),
    )
    bench.send(FrameArrived('camera', 1, 0, 90 * MS), at_ms=0)
    bench.send(FrameArrived('camera', 2, 0, 80 * MS), at_ms=1)
    bench.send(FrameArrived('camera', 3, 0, 70 * MS), at_ms=2)
    decisions = bench.finish(at_ms=10)
    assert [r.deadline_ns for r in of(decisions, Release)] == [40 * MS]
    assert bench.running['cpu0'][0].task == 'second'
    assert of(bench.finish(at_ms=11), Run)[0].job == 2  # the third frame's deadline is first


def test_stages_run_one_after_the_other():
    bench = Bench(task('detector', stages=('preprocess', 'infer', 'postprocess')))
    bench.frame()
    assert [of(bench.finish(), Run)[0].stage for _ in range(2)] == ['infer', 'postprocess']
    (complete,) = bench.finish()
    assert [timing.stage for timing in complete.stages] == ['preprocess', 'infer', 'postprocess']


def test_one_frame_activates_every_task_of_its_stream_and_no_other():
    bench = Bench(task('detector'), task('depth'), task('other', stream='rear'))
    assert [r.task for r in of(bench.frame(), Release)] == ['detector', 'depth']


def test_every_third_frame():
    bench = Bench(task('detector', every_n=3, queue_depth=9))
    released = [len(of(bench.frame(), Release)) for _ in range(7)]
    assert released == [1, 0, 0, 1, 0, 0, 1]


def test_the_newest_frame_wins_and_the_older_is_counted():
    bench = Bench(task('detector', units=('cpu0',)))
    bench.frame()
    bench.frame()
    decisions = bench.frame()
    assert of(decisions, Drop)[0].reason == reasons.SUPERSEDED
    assert bench.account('detector').dropped == {reasons.SUPERSEDED: 1}
    assert of(bench.finish(), Run)[0].job == 2


def test_a_started_job_is_not_superseded():
    bench = Bench(task('detector', units=('cpu0',), stages=('a', 'b')), units=('cpu0',))
    bench.frame()
    bench.frame()
    assert of(bench.finish(), Run)[0].job == 0


def test_as_many_jobs_of_a_task_as_allowed_run_at_once():
    bench = Bench(task('detector', max_in_flight=2, queue_depth=2), units=('cpu0', 'cpu1'))
    assert of(bench.frame(), Run)
    assert of(bench.frame(), Run)
    serial = Bench(task('tracker', max_in_flight=1))
    assert of(serial.frame(), Run)
    assert not of(serial.frame(), Run)


def test_an_older_frame_that_a_newer_one_overtook_is_not_answered():
    bench = Bench(task('detector', max_in_flight=2))
    bench.frame()
    bench.frame()
    assert of(bench.finish('cpu1'), Complete)
    assert of(bench.finish('cpu0'), Drop)[0].reason == reasons.OVERTAKEN


def test_a_cascade_follows_its_parent_with_the_fan_out_and_the_frames_release():
    bench = Bench(task('detector'), task('tracker', after='detector'))
    bench.frame(at_ms=5)
    decisions = bench.finish(at_ms=25, items=4)
    assert kinds(decisions) == ['Complete', 'Release', 'Run']
    release = of(decisions, Release)[0]
    assert (release.task, release.parent, release.items, release.release_ns) == (
        'tracker',
        0,
        4,
        5 * MS,
    )
    assert of(decisions, Run)[0].items == 4


def test_what_a_lost_parent_owes_is_accounted_for_down_the_cascade():
    bench = Bench(
        task('detector'), task('tracker', after='detector'), task('pose', after='tracker')
    )
    bench.frame()
    decisions = bench.fail()
    assert kinds(decisions) == ['Fail', 'Release', 'Drop', 'Release', 'Drop']
    assert bench.account('pose').dropped == {reasons.UPSTREAM: 1}


def test_a_fault_in_one_task_leaves_the_others_alone():
    bench = Bench(task('detector', units=('cpu0',)), task('depth', units=('cpu1',)))
    bench.frame()
    (fail,) = bench.fail('cpu0', 'corrupt_image')
    assert fail == Fail(0, 'detector', 'corrupt_image', fail.stages)
    assert of(bench.finish('cpu1'), Complete)
    assert bench.account('detector').failed == {'corrupt_image': 1}


def test_a_hung_unit_is_given_up_and_the_rest_goes_on():
    watchdog = Watchdog(factor=10, floor_ns=100 * MS)
    bench = Bench(
        task('detector', units=('gpu0',)),
        task('depth', units=('cpu1',)),
        watchdog=watchdog,
        units=('gpu0', 'cpu1'),
    )
    wake = of(bench.frame(at_ms=0), WakeAt)[0]
    assert wake.time_ns == 100 * MS
    bench.finish('cpu1', at_ms=20)
    decisions = bench.send(TimerFired(), at_ms=100)
    assert of(decisions, Fail)[0].reason == reasons.UNIT_HUNG
    assert bench.dispatcher.units['gpu0'].state == 'hung'
    assert [d.reason for d in of(bench.frame(), Fail)] == [reasons.TASK_HUNG]
    # the native call returns after all: the unit serves again, its old job stays failed
    assert not of(bench.finish('gpu0', at_ms=500), Complete)
    assert bench.dispatcher.units['gpu0'].state == 'available'
    assert of(bench.frame(), Run)


def test_the_watchdog_waits_for_many_times_the_worst_run():
    bench = Bench(
        task('detector', units=('gpu0',)), watchdog=Watchdog(10, 1 * MS), units=('gpu0',)
    )
    bench.frame(at_ms=0)
    bench.finish('gpu0', at_ms=30)
    bench.frame(at_ms=100)
    bench.send(TimerFired(), at_ms=399)
    assert bench.dispatcher.units['gpu0'].state == 'available'
    bench.send(TimerFired(), at_ms=400)
    assert bench.dispatcher.units['gpu0'].state == 'hung'


def test_a_lost_unit_fails_its_job_and_comes_back():
    bench = Bench(task('detector', units=('cpu0',)), units=('cpu0',))
    bench.frame()
    decisions = bench.send(UnitChanged('cpu0', 'unavailable', 'too hot'))
    assert of(decisions, Fail)[0].reason == reasons.UNIT_LOST
    bench.send(UnitChanged('cpu0', 'available'))
    assert of(bench.frame(), Run)


def test_work_of_a_worker_that_was_replaced_is_ignored():
    bench = Bench(task('detector', units=('cpu0',)), units=('cpu0',))
    bench.frame()
    bench.send(UnitChanged('cpu0', 'unavailable'))
    bench.send(UnitChanged('cpu0', 'available'))
    bench.frame()
    assert bench.send(StageFinished(0, 'infer', 'cpu0', 0, 9)) == []
    assert of(bench.finish('cpu0'), Complete)


def test_half_speed_doubles_what_is_expected():
    bench = Bench(
        task('detector', units=('cpu0',), deadline_ms=50), policy='edf+drop', units=('cpu0',)
    )
    bench.frame(at_ms=0)
    bench.finish(at_ms=30)
    bench.send(UnitChanged('cpu0', 'available', speed=0.5))
    assert of(bench.frame(at_ms=100), Drop)[0].reason == reasons.DEADLINE_UNREACHABLE


def test_a_clock_jump_drops_what_is_in_flight_even_while_it_runs():
    bench = Bench(task('detector', units=('cpu0',)), units=('cpu0',))
    bench.frame()
    bench.frame()
    dropped = of(bench.send(ClockJumped(-5 * MS)), Drop)
    assert [drop.reason for drop in dropped] == [reasons.CLOCK_JUMP] * 2
    assert bench.finish() == []
    assert of(bench.frame(), Run)


def test_stopping_drops_everything_and_ignores_frames_until_started():
    bench = Bench(task('detector', units=('cpu0',)), units=('cpu0',))
    bench.frame()
    assert of(bench.send(Stopped()), Drop)[0].reason == reasons.SHUTDOWN
    assert bench.frame() == []
    bench.send(Started())
    assert of(bench.frame(), Release)
    assert not bench.running.get('cpu1')


def test_a_new_deadline_holds_for_jobs_released_after():
    bench = Bench(task('detector', deadline_ms=100))
    old = of(bench.frame(at_ms=0), Release)[0]
    bench.send(ParametersChanged({'deadline_ns': 20 * MS}, task='detector'))
    new = of(bench.frame(at_ms=10), Release)[0]
    assert (old.deadline_ns, new.deadline_ns) == (100 * MS, 30 * MS)


def test_a_disabled_task_drops_what_waits_and_releases_no_more():
    bench = Bench(task('detector', units=('cpu0',)), units=('cpu0',))
    bench.frame()
    bench.frame()
    dropped = of(bench.send(ParametersChanged({'enabled': False}, task='detector')), Drop)
    assert [drop.reason for drop in dropped] == [reasons.DISABLED]
    assert not of(bench.frame(), Release)
    assert of(bench.finish(), Complete)


def test_changing_the_policy_keeps_the_queue():
    bench = Bench(
        task('a', deadline_ms=90, units=('cpu0',)),
        task('b', deadline_ms=10, units=('cpu0',)),
        policy='fcfs',
        units=('cpu0',),
    )
    bench.frame(at_ms=0)
    bench.frame(at_ms=1)
    before = bench.account('b').in_flight
    bench.send(ParametersChanged({'policy': 'edf'}))
    assert bench.account('b').in_flight == before
    assert of(bench.finish(at_ms=2), Run)[0].task == 'b'


@pytest.mark.parametrize(
    ('event', 'message'),
    [
        (ParametersChanged({'policy': 'edff'}), "did you mean 'edf'"),
        (ParametersChanged({'speed': 2}), 'policy.speed'),
        (ParametersChanged({'deadline_ns': -1}, task='detector'), 'detector.deadline_ms'),
        (ParametersChanged({'stream': 'x'}, task='detector'), 'cannot change while running'),
        (ParametersChanged({'enabled': True}, task='nobody'), 'nobody'),
        (UnitChanged('gpu7', 'available'), 'gpu7'),
        (UnitChanged('cpu0', 'available', speed=0), 'cpu0'),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(event, message):
    bench = Bench(task('detector'))
    with pytest.raises(ConfigError, match=message):
        bench.send(event)
    assert of(bench.frame(), Run)


def test_utilisation_counts_the_running_stage():
    bench = Bench(task('detector', units=('cpu0',)), units=('cpu0',))
    bench.frame(at_ms=0)
    bench.finish(at_ms=30)
    bench.frame(at_ms=50)
    assert bench.dispatcher.units['cpu0'].busy_until_now_ns(60 * MS) == 40 * MS
