# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Joins on a coordinator: a job for a frame that all tasks before it have answered."""

from __future__ import annotations

import pytest
from fleet_bench import chain
from fleet_bench import FleetBench
from fleet_bench import MS
from fleet_bench import of
from fleet_bench import offer
from fleet_bench import task

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import ClockJumped
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.high_level.codec import from_dict
from edge_sched_ros.core.high_level.codec import to_dict
from edge_sched_ros.core.high_level.decisions import JobCompleted
from edge_sched_ros.core.high_level.decisions import JobDropped
from edge_sched_ros.core.high_level.decisions import JobReleased
from edge_sched_ros.core.high_level.events import FrameLost
from edge_sched_ros.core.high_level.events import TaskChanged

NET = chain('net', 1)
JOIN = {'stream': 'made', 'after': 'boxes', 'joined_with': ('depth',)}


def bench_of(**settings) -> FleetBench:
    """Return boxes and depth of one camera, their join, and a task after that."""
    bench = FleetBench(
        task('boxes', NET, **settings.pop('boxes', {})),
        task('depth', NET, **settings.pop('depth', {})),
        task('both', NET, **{**JOIN, **settings}),
        task('last', NET, after='both', stream='made'),
    )
    bench.join(offer('robot', NET))
    return bench


def run(bench, name, *, fails=False):
    """Let the oldest job of a task end."""
    push = min((p for p in bench.runnable() if p.task == name), key=lambda p: p.job)
    return bench.fail(push, retry=False) if fails else bench.run(push)


@pytest.mark.parametrize('order', [('boxes', 'depth'), ('depth', 'boxes')])
def test_it_begins_with_the_last_answer_and_knows_all_jobs(order):
    bench = bench_of()
    bench.frame(at_ms=5)
    assert not of(run(bench, order[0]), JobReleased)
    assert len(bench.dispatcher.awaited) == 1
    decisions = run(bench, order[1])
    (released,) = of(decisions, JobReleased)
    assert released == JobReleased(
        2, 'both', 'made', 1, 5 * MS, 105 * MS, parent=0, items=0, joined=(1,)
    )  # fmt: skip
    # whoever drives it has the answer before the job that works on it
    assert decisions.index(of(decisions, JobCompleted)[0]) < decisions.index(released)
    assert from_dict(to_dict(released)) == released
    assert not bench.dispatcher.awaited
    bench.finish_all()
    assert bench.account('last').on_time == 1


@pytest.mark.parametrize('first', ['boxes', 'depth'])
def test_a_frame_that_one_task_gives_no_answer_for_is_told(first):
    bench = bench_of()
    bench.frame()
    second = 'depth' if first == 'boxes' else 'boxes'
    run(bench, first, fails=True)
    # the other answer may still come, and belongs to the same account
    assert not bench.account('both').released
    decisions = run(bench, second)
    assert [(one.task, one.reason) for one in of(decisions, JobDropped)] == [
        ('both', 'join_incomplete'), ('last', 'upstream'),
    ]  # fmt: skip


def test_frames_do_not_mix():
    bench = bench_of(max_in_flight=2, boxes={'queue_depth': 3}, depth={'queue_depth': 3})
    for _ in range(3):
        bench.frame()
    run(bench, 'boxes')
    run(bench, 'boxes')
    run(bench, 'depth', fails=True)
    (released,) = of(run(bench, 'depth'), JobReleased)
    assert (released.task, released.seq, bench.account('both').dropped) == (
        'both', 2, {'join_incomplete': 1},
    )  # fmt: skip


def test_a_frame_that_one_task_does_not_take_is_none_of_the_joins():
    bench = bench_of(depth={'every_n': 2})
    for _ in range(4):
        bench.frame()
        bench.finish_all()
    assert bench.account('both').on_time == 2
    bench.send(TaskChanged({'enabled': False}, task='depth'))
    bench.frame()
    bench.finish_all()
    assert bench.account('both').released == 2
    assert not bench.dispatcher.awaited


def test_lost_frames_and_jumps_are_accounted_for_once():
    bench = bench_of()
    bench.send(FrameLost('camera', 9, 0, 'corrupt_image'))
    assert bench.account('both').dropped == {'join_incomplete': 1}
    bench.frame()
    run(bench, 'boxes')
    bench.send(ClockJumped(-1))
    assert bench.account('both').dropped == {'join_incomplete': 2}
    assert bench.account('last').dropped == {'upstream': 2}
    assert not bench.dispatcher.jobs and not bench.dispatcher.awaited


def test_a_join_after_a_cascade_and_its_head_counts_as_one_frame():
    """The frames of a cascade are made of answers; they go back to the same camera."""
    bench = FleetBench(
        task('boxes', NET),
        task('tracks', NET, after='boxes', stream='camera>boxes'),
        task('both', NET, stream='made', after='tracks', joined_with=('boxes',)),
    )
    bench.join(offer('robot', NET))
    bench.send(FrameArrived('camera', 7, 0))
    run(bench, 'boxes')
    (released,) = of(run(bench, 'tracks'), JobReleased)
    assert (released.task, released.parent, released.joined) == ('both', 1, (0,))


@pytest.mark.parametrize(
    ('join', 'problem'),
    [
        ({'joined_with': ('nobody',)}, "there is no task named 'nobody'"),
        ({'joined_with': ('both',)}, 'the cascade is a loop: both -> both'),
        ({'joined_with': ('other',)}, 'joins results of different streams: boxes on camera, oth'),
        ({'joined_with': ('far',)}, "'far' has its answers on desk"),
        ({'after': '', 'joined_with': ('boxes',)}, 'the first task of a join is missing'),
    ],
)
def test_what_cannot_be_joined_is_refused(join, problem):
    with pytest.raises(ConfigError, match=problem) as told:
        FleetBench(
            task('boxes', NET),
            task('other', NET, stream='rear'),
            task('far', NET, home='desk'),
            task('both', NET, **{**JOIN, **join}),
        )
    assert told.value.where == 'both.after'
