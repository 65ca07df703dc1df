# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tasks that are activated by frames of two streams together."""

from __future__ import annotations

import pytest
from harness import Bench
from harness import kinds
from harness import of
from harness import task

from edge_sched_ros.core import reasons
from edge_sched_ros.core.codec import from_dict
from edge_sched_ros.core.codec import to_dict
from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.decisions import Release
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.events import TasksAdded


def _bench(**stereo):
    return Bench(
        task('detector'),
        task('stereo', units=('cpu1',), paired_with='right', **stereo),
        task('after', after='stereo'),
    )


def _stream():
    return task('detector').stream


def test_a_pair_activates_only_the_tasks_of_that_pair():
    bench = _bench()
    alone = bench.send(FrameArrived(_stream(), 1, 0))
    assert [one.task for one in of(alone, Release)] == ['detector']
    both = bench.send(FrameArrived(_stream(), 1, 0, paired_with='right'))
    assert [(one.task, one.seq) for one in of(both, Release)] == [('stereo', 1)]
    other = bench.send(FrameArrived(_stream(), 1, 0, paired_with='left'))
    assert kinds(other) == []


def test_a_frame_without_its_pair_ends_at_once_with_what_comes_after():
    bench = _bench()
    out = bench.send(FrameArrived(_stream(), 4, 0, paired_with='right', unpaired=True))
    assert [(one.task, one.reason) for one in of(out, Drop)] == [
        ('stereo', reasons.UNPAIRED),
        ('after', reasons.UPSTREAM),
    ]
    account = bench.account('stereo')
    assert (account.released, account.dropped) == (1, {'unpaired': 1})


def test_every_nth_pair_counts_with_and_without_its_second_frame():
    bench = _bench(every_n=2)
    released = []
    for number in range(1, 5):
        event = FrameArrived(_stream(), number, 0, paired_with='right', unpaired=number < 3)
        released += [one.seq for one in of(bench.send(event), Release) if one.task == 'stereo']
    assert len(released) == 2


def test_a_join_of_two_tasks_on_pairs_gets_both_results_or_ends_once():
    bench = Bench(
        task('detector', paired_with='right'),
        task('stereo', units=('cpu1',), paired_with='right'),
        task('boxes_3d', after='detector', joined_with=('stereo',)),
    )
    bench.send(FrameArrived(_stream(), 1, 0, paired_with='right'))
    bench.finish('cpu0', items=2)
    out = bench.finish('cpu1')
    assert [(one.task, one.items) for one in of(out, Release)] == [('boxes_3d', 2)]
    bench.finish('cpu0')
    out = bench.send(FrameArrived(_stream(), 2, 0, paired_with='right', unpaired=True))
    assert [(one.task, one.reason) for one in of(out, Drop)] == [
        ('detector', reasons.UNPAIRED),
        ('stereo', reasons.UNPAIRED),
        ('boxes_3d', reasons.JOIN_INCOMPLETE),
    ]


def test_pairs_survive_a_log():
    event = FrameArrived('left', 1, 2, paired_with='right', unpaired=True)
    added = TasksAdded((task('stereo', paired_with='right'),))
    assert [from_dict(to_dict(one)) for one in (event, added)] == [event, added]


@pytest.mark.parametrize('settings', [{'after': 'x'}, {'stream': 'right'}])
def test_a_pair_needs_two_streams(settings):
    with pytest.raises(ConfigError, match=r'^one\.paired_with: needs another input stream'):
        task('one', paired_with='right', **settings)
