# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A hung call is confined to its task: the others keep their units."""

from __future__ import annotations

import pytest
from harness import Bench
from harness import kinds
from harness import MS
from harness import of
from harness import task

from edge_sched_ros.core import reasons
from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Fail
from edge_sched_ros.core.decisions import ReplaceWorker
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.decisions import WakeAt
from edge_sched_ros.core.events import Started
from edge_sched_ros.core.events import Stopped
from edge_sched_ros.core.events import TimerFired
from edge_sched_ros.core.events import UnitChanged
from edge_sched_ros.core.events import WorkerReplaced
from edge_sched_ros.core.watchdog import Watchdog

#: hung after 100 ms; pauses of 1 s, 2 s, 4 s, 4 s, ...
WATCHDOG = Watchdog(factor=2, floor_ns=100 * MS, pause_ns=1000 * MS, max_pause_ns=4000 * MS)


def _bench(*tasks, units=('cpu0', 'cpu1'), **settings):
    return Bench(*tasks, units=units, **{'watchdog': WATCHDOG, **settings})


def _hang(bench, at_ms, **settings):
    """Let a frame come, its call hang, and the watchdog notice after 100 ms."""
    bench.frame(at_ms=at_ms, **settings)
    return bench.send(TimerFired(), at_ms=at_ms + 100)


def _reasons(decisions):
    return [(fail.task, fail.reason) for fail in of(decisions, Fail)]


def _tasks_started(decisions):
    return [run.task for run in of(decisions, Run)]


def test_a_task_with_a_hung_call_starts_nowhere_else_and_others_keep_the_unit():
    bench = _bench(task('bad', stream='bad', max_in_flight=2), task('good', stream='good'))
    decisions = _hang(bench, 0, stream='bad')
    assert _reasons(decisions) == [('bad', reasons.UNIT_HUNG)]
    assert of(decisions, ReplaceWorker) == [ReplaceWorker('cpu0', 0)]
    for at_ms in (110, 120, 130):
        assert _reasons(bench.frame('bad', at_ms=at_ms)) == [('bad', reasons.TASK_HUNG)]
    assert _tasks_started(bench.frame('good', at_ms=140)) == ['good']
    assert of(bench.finish('cpu0', at_ms=150), Complete)
    assert bench.account('bad').failed == {reasons.UNIT_HUNG: 1, reasons.TASK_HUNG: 3}
    assert bench.account('good').failed == {}


def test_a_call_that_is_overdue_keeps_its_task_from_the_other_units():
    """It took all units with its next frames, before the watchdog noticed the first."""
    bench = _bench(
        task('bad', stream='bad', max_in_flight=2, priority=1),
        task('good', stream='good'),
        watchdog=Watchdog(),
    )
    for at_ms in (0, 1):  # once on each unit
        bench.frame('bad', at_ms=at_ms)
    for unit in ('cpu0', 'cpu1'):
        bench.finish(unit, at_ms=10)
    assert of(bench.frame('bad', at_ms=33), Run)[0].unit == 'cpu1'  # hangs
    for at_ms in (66, 99, 133):
        assert not of(bench.frame('bad', at_ms=at_ms), Run)
        assert _tasks_started(bench.frame('good', at_ms=at_ms + 1)) == ['good']
        assert not of(bench.finish('cpu0', at_ms=at_ms + 20), Run)
    # it only took long: the newest frame runs, and two at a time again
    assert _tasks_started(bench.finish('cpu1', at_ms=170)) == ['bad']
    assert _tasks_started(bench.frame('bad', at_ms=171)) == ['bad']
    assert bench.account('bad').failed == {}


def test_a_task_is_held_back_for_an_overdue_call_only_while_its_unit_runs_it():
    bench = _bench(task('bad', max_in_flight=2, deadline_ms=20), watchdog=Watchdog())
    bench.frame(at_ms=0)
    assert not of(bench.frame(at_ms=30), Run), 'its cost is not known: a deadline is long'
    decisions = bench.send(UnitChanged('cpu0', 'unavailable'), at_ms=40)
    assert _tasks_started(decisions) == ['bad']


def test_the_first_hung_call_is_forgiven_when_it_returns():
    bench = _bench(task('bad'))
    _hang(bench, 0)
    assert bench.return_late(0, at_ms=300) == []
    assert bench.account('bad').on_time == 0, 'the late result is not used'
    assert of(bench.frame(at_ms=310), Run)


def test_what_waits_behind_a_hung_call_fails_with_its_own_reason_and_so_do_cascades():
    bench = _bench(
        task('bad', stages=('a', 'b'), max_in_flight=2, queue_depth=2, units=('cpu0', 'cpu1')),
        task('next', after='bad'),
    )
    for at_ms in (0, 1, 2):  # one on each core, one waits
        bench.frame(at_ms=at_ms)
    decisions = bench.send(TimerFired(), at_ms=100)
    assert _reasons(decisions) == [('bad', 'unit_hung'), ('bad', 'task_hung')]
    # the call on the other core ends in time, but its job has another stage
    assert _reasons(bench.finish('cpu1', at_ms=100)) == [('bad', 'task_hung')]
    assert bench.account('next').dropped == {reasons.UPSTREAM: 3}


def test_a_call_of_3_s_that_repeats_for_ever_takes_less_and_less_from_others():
    """It took every second frame of the others on the only core, for ever."""
    bench = _bench(
        task('bad', stream='bad', units=('cpu0',)),
        task('good', stream='good', units=('cpu0',), priority=-1),
        units=('cpu0',),
        watchdog=Watchdog(),
    )
    for at_ms in range(0, 200_000, 50):
        for job, (_, started_ns) in list(bench.left.items()):
            if started_ns + 3000 * MS <= at_ms * MS:
                bench.return_late(job, at_ms=at_ms)
        bench.send(TimerFired(), at_ms=at_ms)
        bench.frame('bad', at_ms=at_ms)
        bench.frame('good', at_ms=at_ms)
        if bench.running['cpu0'][0].task == 'good':
            bench.finish('cpu0', at_ms=at_ms)
    bad, good = bench.account('bad'), bench.account('good')
    assert bad.failed['unit_hung'] <= 9, 'pauses of 0, 2, 4, 8, ... 60 s'
    # twice 2 s, then 0.2 s each time
    assert good.on_time >= good.released - (2 * 2000 + 7 * 250) / 50


def test_pauses_grow_end_with_a_trial_and_are_forgotten():
    bench = _bench(task('bad', max_in_flight=2))
    at_ms = 0
    for pause_ms in (0, 2000, 4000, 4000):
        job = of(_hang(bench, at_ms), ReplaceWorker)[0].job
        bench.return_late(job, at_ms=at_ms + 100)
        at_ms += 100 + pause_ms
        if pause_ms:
            bench.send(TimerFired(), at_ms=at_ms - 1)
            assert _reasons(bench.frame()) == [('bad', 'task_hung')]
        bench.send(TimerFired(), at_ms=at_ms)
    # on trial it has one call at a time until one ends in time
    assert len(of(bench.frame(at_ms=at_ms), Run)) == 1
    assert not of(bench.frame(at_ms=at_ms + 1), Run)
    assert len(of(bench.finish(at_ms=at_ms + 10), Run)) == 1
    assert len(of(bench.frame(at_ms=at_ms + 11), Run)) == 1, 'two at a time again'
    # long after that, a hung call is the first in a row again
    for unit in list(bench.running):
        bench.finish(unit, at_ms=at_ms + 20)
    at_ms += 9000
    job = of(_hang(bench, at_ms), ReplaceWorker)[0].job
    bench.return_late(job, at_ms=at_ms + 150)
    assert of(bench.frame(at_ms=at_ms + 160), Run)


def test_calls_that_never_return_leave_a_limited_number_of_threads():
    watchdog = Watchdog(floor_ns=100 * MS, pause_ns=1000 * MS, max_abandoned=2)
    bench = _bench(
        task('bad', stream='bad', max_in_flight=9), task('good', stream='good'), watchdog=watchdog
    )
    at_ms = 0
    for left in (1, 2):
        _hang(bench, at_ms, stream='bad')
        assert len(bench.left) == left
        at_ms += 100_000
        bench.send(TimerFired(), at_ms=at_ms)
    assert _reasons(bench.frame('bad', at_ms=at_ms + 1)) == [('bad', 'task_hung')]
    assert 'when one of 2 abandoned threads returns' in bench.dispatcher.why_off('bad', at_ms * MS)
    assert _tasks_started(bench.frame('good', at_ms=at_ms + 2)) == ['good']
    bench.return_late(0, at_ms=at_ms + 3)
    assert _tasks_started(bench.frame('bad', at_ms=at_ms + 4)) == ['bad']


def test_a_unit_without_a_new_thread_has_one_when_an_abandoned_one_returns():
    watchdog = Watchdog(floor_ns=100 * MS, pause_ns=1000 * MS, max_abandoned=1)
    bench = _bench(task('one', units=('cpu0',)), task('two', units=('cpu1',)), watchdog=watchdog)
    decisions = _hang(bench, 0)
    assert of(decisions, ReplaceWorker) == [ReplaceWorker('cpu0', 0)]
    assert bench.dispatcher.units['cpu1'].state == 'hung'
    assert of(bench.return_late(0, at_ms=200), ReplaceWorker) == [ReplaceWorker('cpu1', 1)]
    assert bench.dispatcher.units['cpu1'].state == 'available'


def test_a_task_that_holds_an_accelerator_waits_for_its_return_whatever_the_pause():
    bench = _bench(
        task('bad', units=('gpu0', 'cpu0'), max_in_flight=2), task('good', units=('cpu1',)),
        units=('gpu0', 'cpu0', 'cpu1'),
    )  # fmt: skip
    bench.frame(at_ms=0)
    bench.finish('cpu1', at_ms=1)
    assert not of(bench.send(TimerFired(), at_ms=100), ReplaceWorker)
    assert bench.dispatcher.units['gpu0'].state == 'hung'
    bench.send(TimerFired(), at_ms=50_000)
    decisions = bench.frame(at_ms=50_001)
    assert (_reasons(decisions), _tasks_started(decisions)) == ([('bad', 'task_hung')], ['good'])
    bench.finish('gpu0', at_ms=60_000)
    assert bench.dispatcher.units['gpu0'].state == 'available'
    bench.finish('cpu1', at_ms=60_000)
    assert _tasks_started(bench.frame(at_ms=60_001)) == ['bad', 'good']


def test_a_task_that_may_run_once_is_not_tried_beside_its_own_hung_call():
    """A tracker keeps state between frames."""
    bench = _bench(task('tracker', max_in_flight=1))
    _hang(bench, 0)
    bench.send(TimerFired(), at_ms=50_000)
    assert _reasons(bench.frame(at_ms=50_001)) == [('tracker', 'task_hung')]
    assert bench.dispatcher.why_off('tracker', 50_001 * MS) == (
        'infer on cpu0 has run for 50.0 s; tried again when it returns'
    )


def test_tasks_with_the_same_code_are_off_together():
    """Partitions of one network are tasks of their own on a device."""
    both = {'hang_group': 'network', 'max_in_flight': 2}
    bench = _bench(task('a', stream='a', **both), task('b', stream='b', **both), task('c'))
    _hang(bench, 0, stream='a')
    assert _reasons(bench.frame('b', at_ms=110)) == [('b', 'task_hung')]
    assert _tasks_started(bench.frame(at_ms=120)) == ['c']
    bench.return_late(0, at_ms=130)
    assert _tasks_started(bench.frame('b', at_ms=140)) == ['b']


def test_a_restart_leaves_busy_workers_behind_and_tries_every_task_again():
    bench = _bench(task('slow', units=('cpu0',)), task('bad', units=('gpu0',)),
                   units=('cpu0', 'gpu0'))  # fmt: skip
    bench.frame(at_ms=0)
    bench.send(Stopped(), at_ms=50)
    for unit in ('cpu0', 'gpu0'):
        call = bench.running.pop(unit)
        bench.left[call[0].job] = call
        bench.send(WorkerReplaced(unit))
    bench.send(Started())
    assert _reasons(bench.frame(at_ms=60)) == [('slow', 'task_hung'), ('bad', 'task_hung')]
    bench.return_late(0, at_ms=70)
    assert _tasks_started(bench.frame(at_ms=80)) == ['slow']
    bench.return_late(1, at_ms=90)
    assert _tasks_started(bench.frame(at_ms=91)) == ['bad']


def test_a_start_ends_the_pauses_of_tasks_without_hung_calls():
    bench = _bench(task('bad'))
    for at_ms in (0, 200):
        job = of(_hang(bench, at_ms), ReplaceWorker)[0].job
        bench.return_late(job, at_ms=at_ms + 150)
    assert _reasons(bench.frame(at_ms=400)) == [('bad', 'task_hung')]
    bench.send(Stopped(), at_ms=410)
    bench.send(Started(), at_ms=420)
    assert of(bench.frame(at_ms=430), Run)


def test_a_hung_unit_that_is_said_to_be_available_serves_without_its_old_call():
    bench = _bench(task('bad', units=('gpu0',)), task('good', units=('gpu0',), stream='good'),
                   units=('gpu0',))  # fmt: skip
    _hang(bench, 0)
    bench.left[0] = bench.running.pop('gpu0')
    bench.send(UnitChanged('gpu0', 'available'), at_ms=200)
    assert _tasks_started(bench.frame('good', at_ms=210)) == ['good']
    assert _reasons(bench.frame(at_ms=220)) == [('bad', 'task_hung')]
    bench.return_late(0, at_ms=230)
    bench.finish('gpu0', at_ms=240)
    assert _tasks_started(bench.frame(at_ms=250)) == ['bad']


def test_the_dispatcher_wakes_for_the_end_of_a_pause():
    bench = _bench(task('bad'))
    for at_ms in (0, 200):
        decisions = _hang(bench, at_ms)
        bench.return_late(of(decisions, ReplaceWorker)[0].job, at_ms=at_ms + 150)
    assert of(decisions, WakeAt)[-1].time_ns == 300 * MS + 2000 * MS
    assert kinds(bench.send(TimerFired(), at_ms=2300)) == []
    assert of(bench.frame(at_ms=2301), Run)


@pytest.mark.parametrize(('hangs', 'pause_s'), [(1, 1), (2, 2), (5, 16), (7, 60), (900, 60)])
def test_the_pause_doubles_up_to_its_maximum(hangs, pause_s):
    assert Watchdog().pause_after_ns(hangs) == pause_s * 1000 * MS


def test_after_a_stop_the_driver_is_asked_for_a_wake_up_again():
    """The driver's timer ends with the stop: no call of the next activation would ever hang."""
    bench = _bench(task('bad'))
    assert of(bench.frame(at_ms=0), WakeAt) == [WakeAt(100 * MS)]
    bench.finish('cpu0', at_ms=10)
    bench.send(Stopped(), at_ms=20)
    bench.send(Started(), at_ms=30)
    assert of(bench.frame(at_ms=40), WakeAt) == [WakeAt(140 * MS)]
    assert _reasons(bench.send(TimerFired(), at_ms=140)) == [('bad', reasons.UNIT_HUNG)]
