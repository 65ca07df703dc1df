# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Joins: a task that is activated when several tasks have a result for one frame."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest
from harness import Bench
from harness import kinds
from harness import MS
from harness import of
from harness import task
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from edge_sched_ros.core import reasons
from edge_sched_ros.core.codec import from_dict
from edge_sched_ros.core.codec import to_dict
from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.decisions import Fail
from edge_sched_ros.core.decisions import Release
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import ClockJumped
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.events import JobCancelled
from edge_sched_ros.core.events import ParametersChanged
from edge_sched_ros.core.events import Started
from edge_sched_ros.core.events import Stopped
from edge_sched_ros.core.events import TasksAdded
from edge_sched_ros.core.rate_floors import gaps_ns
from edge_sched_ros.plugins.policies import policy_names


def _bench(*more, policy='edf', join=None, **of_depth) -> Bench:
    """Return a detector on cpu0, depth on cpu1, and their join on any of the two."""
    return Bench(
        task('detector', units=('cpu0',)),
        task('depth', units=('cpu1',), **of_depth),
        join or _join(),
        *more,
        policy=policy,
    )


def _join(**settings):
    given = {'after': 'detector', 'joined_with': ('depth',), 'deadline_ms': 60, **settings}
    return task('boxes_3d', **given)


def test_it_is_released_when_all_results_of_a_frame_are_there():
    bench = _bench()
    bench.frame(at_ms=10)
    assert 'Release' not in kinds(bench.finish('cpu0', at_ms=30, items=3))
    assert bench.dispatcher.awaited == {0}
    decisions = bench.finish('cpu1', at_ms=40, items=1)
    (release,) = of(decisions, Release)
    assert (release.task, release.stream, release.seq) == ('boxes_3d', 'camera', 1)
    assert (release.parent, release.parents, release.items) == (0, (0, 1), 3)
    assert (release.release_ns, release.deadline_ns) == (10 * MS, 70 * MS)
    assert of(decisions, Run)[0].task == 'boxes_3d'
    assert not bench.dispatcher.awaited
    assert of(bench.finish('cpu0', at_ms=70), Complete)[0].on_time


def test_the_order_of_the_results_is_of_no_importance():
    bench = _bench()
    bench.frame()
    bench.finish('cpu1', items=1)
    (release,) = of(bench.finish('cpu0', items=3), Release)
    assert (release.parents, release.items) == ((0, 1), 3)


@pytest.mark.parametrize('first', ['cpu0', 'cpu1'])
def test_a_failed_half_makes_it_incomplete(first):
    bench = _bench(task('last', after='boxes_3d'))
    bench.frame()
    other = 'cpu1' if first == 'cpu0' else 'cpu0'
    bench.fail(first)
    decisions = bench.finish(other)
    drops = {drop.task: drop.reason for drop in of(decisions, Drop)}
    assert drops == {'boxes_3d': reasons.JOIN_INCOMPLETE, 'last': reasons.UPSTREAM}
    assert of(decisions, Release)[0].parents == (0, 1)
    assert bench.account('boxes_3d').dropped == {reasons.JOIN_INCOMPLETE: 1}


def test_a_superseded_half_makes_it_incomplete_and_the_next_frame_is_joined():
    bench = _bench()
    for _ in range(3):  # depth takes the first and third frame, the second is superseded
        bench.frame()
        bench.finish('cpu0')
    assert bench.account('boxes_3d').dropped == {reasons.JOIN_INCOMPLETE: 1}
    decisions = bench.finish('cpu1')
    assert [release.seq for release in of(decisions, Release)] == [1]


def test_a_half_overtaken_by_a_newer_result_makes_it_incomplete():
    bench = Bench(
        task('detector', units=('gpu0',)),
        task('depth', units=('cpu0', 'cpu1'), max_in_flight=2),
        _join(units=('gpu0',)),
        units=('cpu0', 'cpu1', 'gpu0'),
    )
    for _ in range(2):
        bench.frame()
        bench.finish('gpu0')
    bench.finish('cpu1')  # the second frame's depth comes first
    bench.finish('gpu0')
    bench.finish('cpu0')
    assert bench.account('boxes_3d').dropped == {reasons.JOIN_INCOMPLETE: 1}
    assert bench.account('boxes_3d').on_time == 1


def test_a_frame_that_only_one_of_them_takes_activates_nothing():
    bench = _bench(every_n=2)
    bench.frame()
    bench.finish('cpu1')
    bench.finish('cpu0')
    bench.finish('cpu0')
    bench.frame()
    bench.finish('cpu0')
    account = bench.account('boxes_3d')
    assert (account.released, account.on_time) == (1, 1)
    assert not bench.dispatcher.awaited


def test_every_n_counts_joined_frames():
    bench = _bench(join=_join(every_n=2))
    for _ in range(4):
        bench.frame()
        bench.finish('cpu1')
        bench.finish('cpu0')
        for unit in list(bench.running):
            bench.finish(unit)
    assert bench.account('boxes_3d').on_time == 2


def test_with_needs_items_every_result_must_have_some():
    bench = _bench(join=_join(needs_items=True))
    for boxes, ends in ((0, 0), (2, 1)):
        bench.frame()
        bench.finish('cpu0', items=boxes)
        bench.finish('cpu1', items=1)
        assert bench.account('boxes_3d').released == ends
    bench.finish('cpu0')
    bench.frame()
    bench.finish('cpu0', items=2)
    bench.fail('cpu1')
    assert bench.account('boxes_3d').dropped == {reasons.JOIN_INCOMPLETE: 1}


def test_cascades_may_be_joined_that_begin_in_one_task():
    """The half without a job yet can still come while the task before it runs."""
    bench = Bench(
        task('camera', units=('cpu0',)),
        task('left', after='camera', units=('cpu0',)),
        task('right', after='camera', units=('cpu1',)),
        task('slow', after='right', units=('cpu1',)),
        task('both', after='left', joined_with=('slow',)),
    )
    bench.frame()
    bench.finish('cpu0')
    bench.finish('cpu0')
    assert bench.dispatcher.awaited
    bench.finish('cpu1')
    (release,) = of(bench.finish('cpu1'), Release)
    assert release.task == 'both'


def test_a_join_may_come_after_a_join():
    bench = _bench(task('all', after='boxes_3d', joined_with=('depth',)))
    bench.frame()
    bench.finish('cpu0')
    bench.finish('cpu1')
    (release,) = of(bench.finish('cpu0'), Release)
    assert release.task == 'all'
    bench.finish('cpu0')
    bench.frame()
    bench.fail('cpu0')
    bench.finish('cpu1')
    assert bench.account('all').dropped == {reasons.JOIN_INCOMPLETE: 1}


@pytest.mark.parametrize('event', [ClockJumped(-5), Stopped(), JobCancelled(1, 'cancelled')])
def test_what_waits_ends_with_the_job_that_it_waits_for(event):
    bench = _bench()
    bench.frame()
    bench.finish('cpu0')
    bench.send(event)
    assert bench.account('boxes_3d').dropped == {reasons.JOIN_INCOMPLETE: 1}
    assert not bench.dispatcher.awaited


def test_a_disabled_task_before_it_is_not_waited_for():
    bench = _bench()
    bench.send(ParametersChanged({'enabled': False}, task='depth'))
    bench.frame()
    bench.finish('cpu0')
    assert bench.account('boxes_3d').released == 0
    assert not bench.dispatcher.awaited


def test_a_disabled_join_releases_nothing():
    bench = _bench()
    bench.frame()
    bench.finish('cpu0')
    bench.send(ParametersChanged({'enabled': False}, task='boxes_3d'))
    bench.finish('cpu1')
    assert bench.account('boxes_3d').released == 0


def test_it_can_be_added_while_its_tasks_run():
    bench = Bench(task('detector', units=('cpu0',)), task('depth', units=('cpu1',)))
    bench.frame()
    event = from_dict(json.loads(json.dumps(to_dict(TasksAdded((_join(),))))))
    assert event == TasksAdded((_join(),))
    bench.send(event)
    bench.finish('cpu0')
    (release,) = of(bench.finish('cpu1'), Release)
    assert from_dict(json.loads(json.dumps(to_dict(release)))) == release


def test_a_minimum_rate_is_that_of_all_tasks_before_it():
    specs = (task('detector'), task('depth'), _join(min_rate_hz=5.0, every_n=2))
    found = gaps_ns({spec.name: spec for spec in specs})
    assert found == {'detector': 100 * MS, 'depth': 100 * MS, 'boxes_3d': 200 * MS}


@pytest.mark.parametrize(
    ('tasks', 'problem'),
    [
        ((task('detector'), _join()), "there is no task named 'depth'"),
        ((task('detector'), _join(joined_with=('boxes_3d',))), 'the cascade is a loop'),
        (
            (task('detector'), task('depth', stream='rear'), _join()),
            'joins results of different streams: detector on camera, depth on rear',
        ),
    ],
)
def test_tasks_that_cannot_be_joined_are_refused(tasks, problem):
    with pytest.raises(ConfigError, match=f'boxes_3d.after: {problem}'):
        Bench(*tasks)


def test_a_task_is_joined_once():
    with pytest.raises(ConfigError, match=r'boxes_3d\.after: names a task twice'):
        _join(joined_with=('detector',))
    with pytest.raises(ConfigError, match='the first task of a join is missing'):
        replace(task('boxes_3d'), joined_with=('depth',))


# --- with a second stream -------------------------------------------------------------------


def _pair(seq, **more):
    return FrameArrived('camera', seq, 0, paired_with='right', **more)


def test_a_result_waits_for_the_pair_of_its_frame():
    """The boxes of the left picture are there before the right one has come."""
    bench = _bench(paired_with='right')
    bench.send(FrameArrived('camera', 1, 0))
    bench.finish('cpu0')
    assert bench.dispatcher.awaited
    bench.send(_pair(1))
    (release,) = of(bench.finish('cpu1'), Release)
    assert (release.task, release.seq) == ('boxes_3d', 1)


def test_a_frame_without_a_pair_is_incomplete():
    bench = _bench(paired_with='right')
    bench.send(FrameArrived('camera', 1, 0))
    bench.finish('cpu0')
    bench.send(_pair(1, unpaired=True))
    assert bench.account('boxes_3d').dropped == {reasons.JOIN_INCOMPLETE: 1}


@pytest.mark.parametrize('event', [ClockJumped(-5), Stopped()])
def test_no_pair_is_waited_for_after_everything_has_ended(event):
    bench = _bench(paired_with='right')
    bench.send(FrameArrived('camera', 1, 0))
    bench.finish('cpu0')
    bench.send(event)
    assert not bench.dispatcher.awaited


def test_frames_whose_pair_never_comes_are_forgotten_in_the_end():
    bench = _bench(paired_with='right')
    for seq in range(1, 200):
        bench.send(FrameArrived('camera', seq, 0))
        bench.finish('cpu0')
    assert len(bench.dispatcher.awaited) <= 64


# --- any run -------------------------------------------------------------------------------

_STEP = st.one_of(
    st.tuples(st.just('frame'), st.integers(0, 50)),
    st.tuples(st.just('finish'), st.integers(0, 3)),
    st.tuples(st.just('finish'), st.integers(0, 3)),
    st.tuples(st.just('fail'), st.integers(0, 3)),
    st.tuples(st.just('pair'), st.integers(0, 3)),
    st.tuples(
        st.sampled_from([ClockJumped(-7), Stopped(), Started(), JobCancelled(2, 'cancelled')]),
        st.just(0),
    ),
)
_UNITS = ('cpu0', 'cpu1', 'gpu0')


def _joins():
    return (
        task('detector', units=('gpu0', 'cpu0'), max_in_flight=2, stages=('pre', 'infer')),
        task('depth', units=('cpu0', 'cpu1'), queue_depth=2),
        task('crops', after='detector', units=('gpu0',), needs_items=True),
        task('boxes_3d', after='detector', joined_with=('depth',), deadline_ms=30),
        task('all', after='boxes_3d', joined_with=('depth', 'detector')),
        task('some', after='crops', joined_with=('depth',), every_n=2),
        task('stereo', units=('cpu0', 'cpu1'), paired_with='right'),
        task('far', after='detector', joined_with=('stereo',)),
    )


class _Driver:
    """Follows the decisions as the runtime does: what a join is made of must still be there."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.live: dict[int, Release] = {}
        self.kept: set[int] = set()
        #: frames that wait for their pair, oldest first
        self.pairing: list[int] = []
        self.ends: Counter[tuple[str, int]] = Counter()

    def follow(self, decisions: list) -> None:
        ended: set[int] = set()
        for decision in decisions:
            if isinstance(decision, Release):
                assert {*decision.parents} <= self.kept | ended
                self.live[decision.job] = decision
            elif isinstance(decision, (Complete, Drop, Fail)):
                release = self.live.pop(decision.job)
                self.ends[release.task, release.seq] += 1
                ended.add(decision.job)
        self.kept = self.bench.dispatcher.awaited
        assert not self.kept & self.live.keys()
        assert len(self.kept) <= 4 * (len(self.live) + len(self.pairing))

    def pair(self, *, unpaired: bool) -> None:
        """End the wait of the oldest frame."""
        if self.pairing:
            seq = self.pairing.pop(0)
            self.follow(self.bench.send(_pair(seq, unpaired=unpaired)))


def _steps(bench: Bench, driver: _Driver, steps) -> None:
    for what, number in steps:
        if what == 'frame':
            driver.pairing.append(bench.seq + 1)
            driver.follow(bench.frame(age_ms=number))
        elif what == 'pair':
            driver.pair(unpaired=number == 0)
        elif not isinstance(what, str):
            while driver.pairing and not isinstance(what, JobCancelled):
                driver.pair(unpaired=True)
            driver.follow(bench.send(what))
        elif bench.running:
            unit = sorted(bench.running)[number % len(bench.running)]
            end = bench.fail(unit) if what == 'fail' else bench.finish(unit, items=number)
            driver.follow(end)
        bench.now_ns += number * MS


@settings(max_examples=80, deadline=None)
@given(st.lists(_STEP, max_size=60), st.sampled_from(policy_names()))
def test_every_frame_of_a_join_ends_once_under_any_policy(steps, policy):
    """``Bench.send`` validates every invariant after every event."""
    bench = Bench(*_joins(), policy=policy, units=_UNITS)
    driver = _Driver(bench)
    _steps(bench, driver, steps)
    while bench.running or driver.pairing:
        driver.pair(unpaired=False)
        if bench.running:
            driver.follow(bench.finish(sorted(bench.running)[0], items=1))
    driver.follow(bench.send(Stopped()))
    assert not bench.dispatcher.awaited
    assert set(driver.ends.values()) <= {1}
    frames = {seq for name, seq in driver.ends if name == 'detector'}
    assert frames == {seq for name, seq in driver.ends if name == 'boxes_3d'}
    assert frames == {seq for name, seq in driver.ends if name == 'all'}
    assert frames == {seq for name, seq in driver.ends if name == 'far'}
