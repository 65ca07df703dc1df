# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A log of a run round-trips through dicts and gives the same decisions again."""

from __future__ import annotations

import json

import pytest
from harness import Bench
from harness import MS
from harness import task
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from edge_sched_ros.core import reasons
from edge_sched_ros.core.codec import from_dict
from edge_sched_ros.core.codec import to_dict
from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import StageTiming
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import ClockJumped
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.events import JobCancelled
from edge_sched_ros.core.events import ParametersChanged
from edge_sched_ros.core.events import Started
from edge_sched_ros.core.events import Stopped
from edge_sched_ros.core.events import TimerFired
from edge_sched_ros.core.events import UnitChanged
from edge_sched_ros.core.watchdog import Watchdog


def _tasks():
    return (
        task('detector', deadline_ms=40, stages=('preprocess', 'infer'), max_in_flight=2),
        task('tracker', deadline_ms=60, after='detector', queue_depth=2),
        task('depth', deadline_ms=80, every_n=2, min_rate_hz=2.0),
        task('rear', deadline_ms=30, stream='rear', units=('cpu1',), priority=1),
        task('fast', deadline_ms=30, units=('gpu0', 'cpu0'), max_in_flight=2, hang_group='one'),
        task('after', deadline_ms=90, after='fast', units=('gpu0',), hang_group='one'),
        task('join', deadline_ms=70, after='detector', joined_with=('depth',)),
    )


#: few threads and short pauses, so that limits are met
_WATCHDOG = Watchdog(pause_ns=500 * MS, max_pause_ns=4000 * MS, max_abandoned=2)
_UNITS = ('cpu0', 'cpu1', 'gpu0')


STEP = st.one_of(
    st.tuples(st.just('frame'), st.sampled_from(['camera', 'rear']), st.integers(0, 50)),
    st.tuples(st.just('finish'), st.integers(0, 3), st.integers(0, 5)),
    st.tuples(st.just('fail'), st.integers(0, 3), st.just(0)),
    st.tuples(st.just('late'), st.integers(0, 3), st.just(0)),
    st.tuples(
        st.just('event'),
        st.sampled_from(
            [
                UnitChanged('cpu1', 'unavailable', 'off'),
                UnitChanged('cpu1', 'available', speed=0.5),
                ParametersChanged({'enabled': False}, task='depth'),
                ParametersChanged({'deadline_ns': 5 * MS, 'enabled': True}, task='depth'),
                ParametersChanged({'policy': 'fcfs+drop'}),
                ParametersChanged({'policy': 'edf+drop', 'margin_ms': 2.0}),
                ClockJumped(-7),
                JobCancelled(0, reasons.CANCELLED),
                JobCancelled(3, reasons.CANCELLED),
                UnitChanged('gpu0', 'available'),
                ParametersChanged({'max_in_flight': 1}, task='fast'),
                ParametersChanged({'min_rate_hz': 9.0}, task='tracker'),
                ParametersChanged({'min_rate_hz': 0.0}, task='depth'),
                TimerFired(),
                Stopped(),
                Started(),
            ]
        ),
        st.just(0),
    ),
)


def _drive(bench: Bench, steps) -> list:
    decisions = []
    for wait_ms, (what, which, number) in steps:
        _wait(bench, wait_ms * MS, decisions)
        if what == 'frame':
            decisions += bench.frame(which, age_ms=number)
        elif what == 'event':
            decisions += bench.send(which)
        elif what == 'late':
            if bench.left:
                decisions += bench.return_late(sorted(bench.left)[which % len(bench.left)])
        elif bench.running:
            unit = sorted(bench.running)[which % len(bench.running)]
            if what == 'finish':
                decisions += bench.finish(unit, items=number)
            else:
                decisions += bench.fail(unit)
    return decisions


def _wait(bench: Bench, wait_ns: int, decisions: list) -> None:
    """Let time pass, with the timer that the dispatcher has asked for."""
    end_ns = bench.now_ns + wait_ns
    while bench.wake_ns is not None and bench.wake_ns <= end_ns:
        bench.now_ns = max(bench.now_ns, bench.wake_ns)
        decisions += bench.send(TimerFired())
    bench.now_ns = end_ns


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3000), STEP), max_size=60))
def test_any_run_keeps_the_books_and_replays_to_the_same_decisions(steps):
    """``Bench.send`` validates every invariant after every event."""
    bench = Bench(*_tasks(), policy='edf+drop', units=_UNITS, watchdog=_WATCHDOG)
    decisions = _drive(bench, steps)
    log = json.loads(json.dumps([(at, to_dict(event)) for at, event in bench.log]))
    again = Bench(*_tasks(), policy='edf+drop', units=_UNITS, watchdog=_WATCHDOG).dispatcher
    replayed = [d for at, event in log for d in again.handle(from_dict(event), at)]
    assert replayed == decisions
    assert [from_dict(json.loads(json.dumps(to_dict(d)))) for d in decisions] == decisions


def test_a_log_written_before_frames_had_deadlines_is_read():
    frame = {'type': 'FrameArrived', 'stream': 'camera', 'seq': 1, 'release_ns': 5}
    assert from_dict(frame) == FrameArrived('camera', 1, 5)
    assert from_dict({**frame, 'deadline_ns': 9}) == FrameArrived('camera', 1, 5, 9)


def test_stage_timings_round_trip():
    complete = Complete(1, 'a', True, 5, (StageTiming('infer', 'cpu0', 1, 2, 3),))
    assert from_dict(to_dict(complete)) == complete


@pytest.mark.parametrize(
    ('data', 'message'),
    [
        ({'type': 'Explode'}, "unknown event or decision type 'Explode'"),
        ({'type': 'WakeAt', 'when': 3}, 'WakeAt has no field when'),
        ({'type': 'WakeAt'}, 'time_ns'),
    ],
)
def test_a_log_that_cannot_be_read(data, message):
    with pytest.raises(ConfigError, match=message):
        from_dict(data)
