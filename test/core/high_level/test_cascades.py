# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tasks after another one on a coordinator: released by its answer, each frame accounted for."""

from __future__ import annotations

import pytest
from fleet_bench import chain
from fleet_bench import FleetBench
from fleet_bench import MS
from fleet_bench import of
from fleet_bench import offer
from fleet_bench import pushes
from fleet_bench import task

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import ClockJumped
from edge_sched_ros.core.high_level.decisions import JobCompleted
from edge_sched_ros.core.high_level.decisions import JobDropped
from edge_sched_ros.core.high_level.decisions import JobFailed
from edge_sched_ros.core.high_level.decisions import JobReleased
from edge_sched_ros.core.high_level.decisions import Push
from edge_sched_ros.core.high_level.events import FrameLost
from edge_sched_ros.core.high_level.events import PartitionExited
from edge_sched_ros.core.high_level.events import TaskChanged
from edge_sched_ros.core.high_level.events import TensorArrived

DETECTOR, TRACKER = chain(), chain('tracker', 2, home_only=(0, 1))


def cascade(*more, **settings) -> FleetBench:
    """Return a robot and a desk with a detector and what comes after it."""
    bench = FleetBench(
        task('detector', DETECTOR, max_in_flight=4),
        task('tracker', TRACKER, after='detector', stream='camera>detector', **settings),
        *more,
    )
    bench.join(offer('robot', TRACKER), offer('desk', DETECTOR))
    return bench


def test_a_job_of_the_next_task_enters_when_the_answer_came_home():
    bench = cascade(deadline_ns=80 * MS)
    bench.frame(at_ms=5)
    assert [one.task for one in bench.released.values()] == ['detector']
    bench.deliver(bench.orders[0, 'image', 'desk'])
    bench.run(bench.runnable()[0], ms=9)
    decisions = bench.deliver(bench.orders[0, 'result', 'robot'])
    done, released, push = decisions
    assert isinstance(done, JobCompleted) and isinstance(push, Push)
    assert released == JobReleased(
        1, 'tracker', 'camera>detector', 1, 5 * MS, 85 * MS, parent=0, items=0
    )  # fmt: skip
    assert pushes(decisions) == [('s0..s1', 'robot')]
    bench.finish_all()
    assert bench.account('tracker').on_time == 1


def test_what_was_found_is_the_fan_out_of_the_next_job():
    """From the report of the last partition, or, where that comes later, with the answer."""
    bench = cascade()
    bench.frame()
    bench.deliver(bench.orders[0, 'image', 'desk'])
    bench.tensors['desk'].add((0, 'result'))
    decisions = bench.send(TensorArrived(0, 'result', 'robot', items=3))
    assert [one.items for one in of(decisions, JobReleased)] == [3]
    local = FleetBench(
        task('detector', DETECTOR), task('tracker', TRACKER, after='detector', stream='made')
    )
    local.join(offer('robot', DETECTOR, TRACKER))
    (push,) = of(local.frame(), Push)
    done = local.send(PartitionExited(push.job, push.partition, 'robot', 0, 1, items=7))
    assert [one.items for one in of(done, JobReleased)] == [7]


def test_jobs_that_get_no_input_are_dropped_as_upstream_all_the_way():
    third = task('third', chain('third', 1, home_only=(0,)), after='tracker', stream='made')
    bench = cascade(third)
    bench.frame()
    (push,) = bench.pushed.values()
    decisions = bench.fail(push, retry=False)
    assert [one.task for one in of(decisions, JobFailed)] == ['detector']
    assert [(one.task, one.reason) for one in of(decisions, JobDropped)] == [
        ('tracker', 'upstream'), ('third', 'upstream'),
    ]  # fmt: skip
    lost = bench.send(FrameLost('camera', 9, 0, 'corrupt_image'))
    assert [one.task for one in of(lost, JobDropped)] == ['tracker', 'third']
    assert bench.account('third').dropped == {'upstream': 2}
    bench.lose('desk')
    bench.frame()
    assert bench.account('detector').dropped == {'no_device': 1}
    assert bench.account('tracker').dropped == {'upstream': 3}


def test_every_n_counts_answers_and_frames_without_one():
    bench = cascade(every_n=2)
    for _ in range(4):
        bench.frame()
        bench.finish_all()
    assert bench.account('tracker').released == 2
    bench.frame()
    bench.fail(next(iter(bench.pushed.values())), retry=False)
    assert bench.account('tracker').dropped == {'upstream': 1}


def test_a_disabled_task_gets_no_job_and_a_full_queue_gives_way_to_the_newest():
    bench = cascade(max_in_flight=1)
    for _ in range(3):
        bench.frame()
    for push in list(bench.pushed.values()):
        bench.deliver(next(o for o in bench.sendable() if o.job == push.job))
        bench.run(push)
        bench.deliver(next(o for o in bench.sendable() if o.job == push.job))
    assert bench.account('tracker').dropped == {'superseded': 1}
    bench.send(TaskChanged({'enabled': False}, task='tracker'))
    bench.finish_all()
    released = bench.account('tracker').released
    bench.frame()
    bench.finish_all()
    assert bench.account('tracker').released == released


def test_a_clock_that_jumps_ends_both_and_what_would_have_come():
    bench = cascade()
    bench.frame()
    bench.send(ClockJumped(-1))
    assert bench.account('detector').dropped == {'clock_jump': 1}
    assert bench.account('tracker').dropped == {'upstream': 1}
    assert not bench.dispatcher.jobs


def test_two_tasks_after_one_share_what_their_answer_is_made_of():
    bench = FleetBench(
        task('denoise', chain('denoise', 1, home_only=(0,))),
        *(task(name, DETECTOR, after='denoise', stream='made') for name in ('one', 'two')),
    )
    bench.join(offer('robot', chain('denoise', 1, home_only=(0,))), offer('desk', DETECTOR))
    bench.frame()
    bench.finish_all()
    assert bench.account('one').on_time == bench.account('two').on_time == 1
    sent = [d for d in bench.decisions if getattr(d, 'tensor', '') == 'image']
    assert len(sent) == 1


@pytest.mark.parametrize(
    ('settings', 'where', 'problem'),
    [
        ({'after': 'nobody'}, 'two.after', "there is no task named 'nobody'"),
        ({'after': 'two'}, 'two.after', 'the cascade is a loop: two -> two'),
        ({'after': 'one', 'home': 'desk'}, 'two.after', "'one' has its answers on robot"),
    ],
)
def test_tasks_that_cannot_come_after_each_other(settings, where, problem):
    with pytest.raises(ConfigError) as caught:
        FleetBench(task('one', DETECTOR), task('two', DETECTOR, **settings))
    assert (caught.value.where, caught.value.problem) == (where, problem)
