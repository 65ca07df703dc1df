# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Workers, alarm and delivery around the core, with real threads and no sleeping."""

from __future__ import annotations

import os
import re
import threading
from functools import partial
from types import SimpleNamespace

import pytest
from children import run_together
from children import TIMEOUT_S
from desk import Desk
from desk import Script
from harness import task
from images import frame

from edge_sched_ros.core.events import UnitChanged
from edge_sched_ros.core.hung_calls import HungCall
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.core.units import UNAVAILABLE
from edge_sched_ros.core.watchdog import Watchdog
from edge_sched_ros.execution import runtime
from edge_sched_ros.execution.alarm import Alarm
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.hung_units import HungUnits
from edge_sched_ros.execution.runtime import _END_TIMEOUT_S
from edge_sched_ros.execution.runtime import _STOP_TIMEOUT_S


def test_a_core_that_comes_back_has_its_thread_again():
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        pytest.skip('needs two cores')
    seen = []

    def look():
        seen.append(os.sched_getaffinity(0))

    where = {'units': ('cpu1',), 'core': cores[1]}
    with Desk({'a': Script(look, look, look)}, task('a', units=('cpu1',)), **where) as desk:
        desk.runtime.submit(frame(seq=1))
        desk.wait_for(1)
        # what the kernel does to the threads of a core that is switched off
        thread = desk.runtime._workers['cpu1'].thread.native_id
        desk.runtime.post(UnitChanged('cpu1', UNAVAILABLE))
        os.sched_setaffinity(thread, cores)
        desk.runtime.post(UnitChanged('cpu1', AVAILABLE))
        desk.runtime.submit(frame(seq=2))
        desk.wait_for(2)
        # slower or faster, it stays where it is
        desk.runtime.post(UnitChanged('cpu1', AVAILABLE, 'slower', 0.5))
        desk.runtime.submit(frame(seq=3))
        desk.wait_for(3)
    assert seen == [{cores[1]}] * 3
    # of a thread that has ended nothing is asked
    desk.runtime._workers['cpu1'].pin()


def test_the_energy_of_a_stage_is_estimated_from_its_units_power():
    """1 W while busy; nothing where no rail is known."""
    with Desk(
        {'a': Script(), 'b': Script()}, task('a', units=('cpu0',)), task('b', units=('cpu1',))
    ) as desk:
        desk.runtime.busy_power_mw = {'cpu0': 1000.0}
        desk.runtime.submit(frame(seq=1))
        desk.wait_for(2)
    cpu0, cpu1 = (desk.dispatcher.units[name] for name in ('cpu0', 'cpu1'))
    assert cpu0.busy_ns > 0
    assert cpu0.energy_mj == pytest.approx(cpu0.busy_ns * 1e-6)
    assert desk.dispatcher.ledger.tasks['a'].energy_mj == cpu0.energy_mj
    assert (cpu1.energy_mj, cpu1.stages_done) == (0.0, 1)


def test_a_frame_becomes_a_result_with_its_timing():
    with Desk({'a': Script()}, task('a')) as desk:
        desk.runtime.submit(frame(seq=7), age_ns=5_000_000)
        desk.wait_for(1)
    (end,) = desk.ends
    assert (end.outcome, end.result, end.frame.seq, end.age_ns) == ('on_time', 7, 7, 5_000_000)
    assert end.response_ns >= 5_000_000
    assert end.stages[0].started_ns <= end.stages[0].finished_ns


def _deliverers(desk):
    """Return a list of the names of the threads that deliver, which grows."""
    threads, take = [], desk.runtime._deliver
    desk.runtime._delivery._deliver = lambda end: (
        threads.append(threading.current_thread().name),
        take(end),
    )
    return threads


@pytest.mark.parametrize('kind', ['cpu', 'gpu'])
def test_an_idle_unit_delivers_what_it_has_found_itself(kind):
    units = (f'{kind}0',)
    with Desk({'a': Script()}, task('a', units=units), units=units, kind=kind) as desk:
        threads = _deliverers(desk)
        desk.runtime.submit(frame())
        desk.wait_for(1)
    assert threads[0] == f'unit-{kind}0'


def test_a_device_with_more_to_do_leaves_the_delivery_to_another_thread():
    """The second job is decided on with the end of the first, and ends after its delivery."""
    units = ('gpu0',)
    tasks = task('a', units=units), task('b', units=units, after='a')
    after = Script(lambda: desk.wait_for(1))
    with Desk({'a': Script(), 'b': after}, *tasks, units=units, kind='gpu') as desk:
        threads = _deliverers(desk)
        desk.runtime.submit(frame())
        desk.wait_for(2)
    assert threads == ['delivery', 'unit-gpu0']
    assert [end.task for end in desk.ends] == ['a', 'b']


def test_a_cascade_gets_the_result_before_it():
    first, second = Script('boxes'), Script()
    with Desk({'a': first, 'b': second}, task('a'), task('b', after='a')) as desk:
        desk.runtime.submit(frame())
        desk.wait_for(2)
    assert second.parents == ['boxes']
    assert [(e.task, e.items) for e in desk.ends] == [('a', 1), ('b', 3)]


def test_a_join_gets_all_results_of_a_frame_and_keeps_none():
    """The result that is there first waits for the other, also over later events."""
    go_on = threading.Event()
    slow = Script(lambda: go_on.wait(TIMEOUT_S) and 'depth', ValueError('no depth'))
    both = Script()
    tasks = (
        task('a', units=('cpu0',)),
        task('b', units=('cpu1',)),
        task('c', after='a', joined_with=('b',)),
    )
    with Desk({'a': Script('boxes', 'boxes'), 'b': slow, 'c': both}, *tasks) as desk:
        desk.runtime.submit(frame(seq=1), age_ns=5_000_000)
        desk.wait_for(1)
        assert len(desk.runtime._kept) == 1
        go_on.set()
        desk.wait_for(3)
        desk.runtime.submit(frame(seq=2))
        desk.wait_for(6)
        assert not desk.runtime._kept
    assert both.parents == ['boxes']
    assert both.all_parents == [{'a': 'boxes', 'b': 'depth'}]
    ends = [(end.task, end.outcome, end.reason, end.frame.seq) for end in desk.ends]
    assert ends[2] == ('c', 'on_time', '', 1)
    assert ends[5] == ('c', 'dropped', 'join_incomplete', 2)
    assert desk.ends[2].age_ns == 5_000_000


def test_a_frame_that_cannot_be_used_is_logged_once_in_one_line(caplog):
    program = Script(*[FrameError('corrupt_image', 'broken')] * 2, ValueError('what'))
    with Desk({'a': program}, task('a', units=('cpu0',), queue_depth=3)) as desk:
        for seq in range(3):
            desk.runtime.submit(frame(seq=seq))
        desk.wait_for(3)
    expected, defect = caplog.records
    topic = frame().stream
    assert expected.getMessage() == f'{topic}: a/infer failed (corrupt_image): broken'
    assert expected.exc_info is None and defect.exc_info is not None


def test_each_topic_of_frames_that_cannot_be_used_is_named_once(caplog):
    streams = {'a': 'camera', 'b': 'rear', 'c': 'camera'}
    programs = {name: Script(*[FrameError('corrupt_image', 'broken')] * 2) for name in streams}
    tasks = [
        task(name, units=('cpu0',), stream=stream, queue_depth=8)
        for name, stream in streams.items()
    ]
    with Desk(programs, *tasks) as desk:
        for seq in range(2):
            for stream in ('camera', 'rear'):
                desk.runtime.submit(frame(stream, seq=seq))
        desk.wait_for(6)
    assert sorted(record.getMessage().split(': ')[0] for record in caplog.records) == [
        'camera', 'rear',
    ]  # fmt: skip


def test_errors_become_reasons_and_the_unit_goes_on():
    program = Script(FrameError('corrupt_image', 'broken'), ValueError('what'), None)
    with Desk({'a': program}, task('a', units=('cpu0',), queue_depth=3)) as desk:
        for seq in range(3):
            desk.runtime.submit(frame(seq=seq))
        desk.wait_for(3)
    assert [(e.outcome, e.reason) for e in desk.ends] == [
        ('failed', 'corrupt_image'),
        ('failed', 'ValueError'),
        ('on_time', ''),
    ]


def test_every_unit_has_its_own_thread():
    both = threading.Barrier(2)
    program = Script(*[lambda: both.wait(TIMEOUT_S)] * 2)
    with Desk({'a': program}, task('a', max_in_flight=2)) as desk:
        desk.runtime.submit(frame(seq=1))
        desk.runtime.submit(frame(seq=2))
        desk.wait_for(2)
    assert sorted(program.threads) == ['unit-cpu0', 'unit-cpu1']


def test_a_hang_costs_its_job_alone_and_the_unit_goes_on_with_a_new_thread(caplog):
    release = threading.Event()
    stuck, other = Script(lambda: release.wait(TIMEOUT_S)), Script()
    desk = Desk(
        {'a': stuck, 'b': other},
        task('a', units=('cpu0',), stream='a'),
        task('b', units=('cpu0',), stream='b'),
        units=('cpu0',),
        watchdog=Watchdog(factor=2, floor_ns=30_000_000),
    )
    with desk:
        desk.runtime.submit(frame('a'))
        desk.wait_for(1)
        assert (desk.ends[0].outcome, desk.ends[0].reason) == ('failed', 'unit_hung')
        desk.runtime.submit(frame('a'))
        desk.runtime.submit(frame('b'))
        desk.wait_for(3)
        assert {(end.task, end.outcome, end.reason) for end in desk.ends[1:]} == {
            ('a', 'failed', 'task_hung'),
            ('b', 'on_time', ''),
        }
        (left,) = desk.runtime._workers['cpu0'].abandoned
        assert desk.runtime.abandoned == {'cpu0'}
        release.set()
        left.join(TIMEOUT_S)
        assert not left.is_alive() and not desk.runtime.abandoned
        desk.runtime.submit(frame('a'))
        desk.wait_for(4)
    assert desk.ends[3].outcome == 'on_time'
    hung, back = (record.getMessage() for record in caplog.records)
    assert re.match(
        r'unit cpu0: hung: a/infer has run for [\d.]+ s \(its cost is not known\); '
        r'the unit goes on with a new thread; a is tried again when it returns',
        hung,
    )
    assert re.match(
        r'unit cpu0: back after [\d.]+ s; it was hung in a/infer, whose result is not used', back
    )


def test_what_hangs_is_said_with_what_it_usually_takes():
    call = HungCall(1, 'find', 'infer', 'gpu0', 10**9, 12_500_000, abandoned=False)
    hung = HungUnits()
    assert hung.report({}, lambda task: '', 2 * 10**9) == [] and not hung
    why = 'infer has run for 2 s; tried again when it returns'
    ((_, line),) = hung.report({1: call}, lambda task: why, 3 * 10**9)
    assert line == (
        'unit gpu0: hung: find/infer has run for 2 s (it usually takes 12.5 ms); '
        'nothing is started on the unit until that ends; find is tried again when it returns'
    )
    assert hung.report({1: call}, lambda task: why, 4 * 10**9) == [] and hung
    ((_, line),) = hung.report({}, lambda task: '', 6 * 10**9)
    assert line == (
        'unit gpu0: back after 5 s; it was hung in find/infer, whose result is not used'
    )
    assert not hung


def test_any_number_of_hanging_calls_is_left_by_one_common_end(monkeypatch):
    """Each of them had two seconds of its own."""
    release, units = threading.Event(), tuple(f'cpu{index}' for index in range(6))
    stuck = Script(*[lambda: release.wait(TIMEOUT_S)] * 6)
    desk = Desk({'a': stuck}, task('a', units=units, max_in_flight=6), units=units)
    waits = []

    def join(worker, timeout_s):
        waits.append(timeout_s)
        return False

    # each wait takes as long as it may
    clock = SimpleNamespace(monotonic=lambda: 1000.0 + sum(waits))
    monkeypatch.setattr(runtime, 'time', clock)
    desk.runtime.start()
    for seq in range(6):
        desk.runtime.submit(frame(seq=seq))
    for worker in desk.runtime._workers.values():
        worker.join = partial(join, worker)
    desk.runtime.stop()
    assert len(waits) == 6 and sum(waits) == pytest.approx(_STOP_TIMEOUT_S)
    # services wait for a deactivation, and answer within a second
    assert _STOP_TIMEOUT_S + _END_TIMEOUT_S <= 0.8
    assert [end.reason for end in desk.ends] == ['shutdown'] * 6
    desk.dispatcher.validate()
    assert desk.runtime.abandoned == set(units)
    threads = [thread for _, thread in desk.runtime._abandoned]
    release.set()
    for thread in threads:
        thread.join(TIMEOUT_S)
    assert not desk.runtime.abandoned


def test_after_a_restart_a_task_waits_for_the_call_that_was_left():
    release = threading.Event()
    program = Script(lambda: release.wait(TIMEOUT_S))
    desk = Desk({'a': program}, task('a', units=('cpu0',)), units=('cpu0',))
    with desk:
        desk.runtime.submit(frame(seq=1))
        desk.runtime._workers['cpu0'].join = lambda timeout_s: False
    with desk:
        desk.runtime.submit(frame(seq=2))
        desk.wait_for(2)
        assert [end.reason for end in desk.ends] == ['shutdown', 'task_hung']
        ((_, thread),) = desk.runtime._abandoned
        release.set()
        thread.join(TIMEOUT_S)
        desk.runtime.submit(frame(seq=3))
        desk.wait_for(3)
    assert desk.ends[2].outcome == 'on_time'


def test_a_defect_in_the_dispatcher_does_not_end_the_watchdog(caplog):
    """An exception ended the thread that looks for hung calls."""
    rings, enough = [], threading.Event()

    def ring():
        rings.append(len(rings))
        if len(rings) < 3:
            raise (SystemExit if len(rings) > 1 else KeyError)('boom')
        enough.set()

    clock = iter(range(0, 10**15, 10**10))
    alarm = Alarm(lambda: next(clock), ring)
    alarm.start()
    alarm.set(0)
    assert enough.wait(TIMEOUT_S)
    alarm.stop()
    assert [record.getMessage() for record in caplog.records] == [
        "a defect in the scheduler, tried again: KeyError: 'boom'",
        'a defect in the scheduler, tried again: SystemExit: boom',
    ]


def test_stopping_ends_every_job_and_starting_again_works():
    release = threading.Event()
    program = Script(lambda: release.wait(TIMEOUT_S))
    desk = Desk({'a': program}, task('a', units=('cpu0',)), units=('cpu0',))
    with desk:
        desk.runtime.submit(frame(seq=1))
        desk.runtime.submit(frame(seq=2))
        release.set()
        desk.wait_for(2)
        desk.runtime.submit(frame(seq=3))
    assert len(desk.ends) == 3
    with desk:
        desk.runtime.submit(frame(seq=4))
        desk.wait_for(4)
    assert desk.ends[3].outcome == 'on_time'


def test_a_subscriber_that_raises_loses_only_its_own_result(caplog):
    desk = Desk({'a': Script()}, task('a', queue_depth=5))
    taken = desk._take

    def choosy(end):
        if end.frame.seq == 1:
            raise RuntimeError('full')
        taken(end)

    desk.runtime._deliver = choosy
    with desk:
        desk.runtime.submit(frame(seq=1))
        desk.runtime.submit(frame(seq=2))
        desk.wait_for(1)
    assert desk.ends[0].frame.seq == 2
    assert 'was not delivered' in caplog.text


def test_a_trigger_before_any_image_is_a_reasoned_failure():
    desk = Desk({'a': Script()}, task('a'))
    desk.runtime._frame_for = lambda name, trigger: None
    with desk:
        desk.runtime.submit(frame())
        desk.wait_for(1)
    assert (desk.ends[0].outcome, desk.ends[0].reason) == ('failed', 'no_fresh_image')


@pytest.mark.parametrize('seed', range(3))
def test_under_fire_from_many_threads_every_frame_is_accounted_for(seed):
    desk = Desk(
        {'a': Script(), 'b': Script(), 'c': Script()},
        task('a', max_in_flight=2),
        task('b', after='a'),
        task('c', stream='rear'),
    )
    with desk:
        threads = [
            threading.Thread(
                target=lambda s=stream: [desk.runtime.submit(frame(s, seq=n)) for n in range(200)]
            )
            for stream in ('camera', 'rear', 'camera')
        ]
        run_together(*threads)
    released = sum(account.released for account in desk.dispatcher.ledger.tasks.values())
    assert len(desk.ends) == released
    assert desk.dispatcher.ledger.tasks['a'].released == 400
    assert not desk.runtime._live
