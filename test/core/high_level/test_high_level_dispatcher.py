# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The high-level dispatcher: one event in, a list of decisions out."""

from __future__ import annotations

import pytest
from fleet_bench import chain
from fleet_bench import diamond
from fleet_bench import FleetBench
from fleet_bench import MS
from fleet_bench import of
from fleet_bench import offer
from fleet_bench import placed
from fleet_bench import pushes
from fleet_bench import sends
from fleet_bench import task

from edge_sched_ros.core import reasons
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.core.events import ClockJumped
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.events import Started
from edge_sched_ros.core.events import Stopped
from edge_sched_ros.core.events import TimerFired
from edge_sched_ros.core.high_level.decisions import Cancel
from edge_sched_ros.core.high_level.decisions import JobCompleted
from edge_sched_ros.core.high_level.decisions import JobDropped
from edge_sched_ros.core.high_level.decisions import JobFailed
from edge_sched_ros.core.high_level.decisions import JobReleased
from edge_sched_ros.core.high_level.decisions import Load
from edge_sched_ros.core.high_level.decisions import Push
from edge_sched_ros.core.high_level.decisions import Send
from edge_sched_ros.core.high_level.events import DeviceJoined
from edge_sched_ros.core.high_level.events import DeviceLoad
from edge_sched_ros.core.high_level.events import LinkMeasured
from edge_sched_ros.core.high_level.events import PartitionExited
from edge_sched_ros.core.high_level.events import TaskChanged
from edge_sched_ros.core.high_level.events import TensorArrived
from edge_sched_ros.core.high_level.offer import DeviceOffer
from edge_sched_ros.core.units import Unit


def test_one_local_device_runs_and_completes_on_time():
    net = chain()
    bench = FleetBench(task('detector', net))
    (load,) = of(bench.join(offer('robot', net)), Load)
    assert load.partitions == (('s0..s2', ('s0', 's1', 's2')),)
    decisions = bench.frame(at_ms=5)
    assert len(of(decisions, JobReleased)) == 1
    (push,) = of(decisions, Push)
    assert (push.partition, push.device, push.deadline_ns) == ('s0..s2', 'robot', 105 * MS)
    assert not of(decisions, Send)
    (done,) = bench.run(push, ms=9)
    assert isinstance(done, JobCompleted)
    assert (done.on_time, done.response_ns, done.device) == (True, 9 * MS, 'robot')
    assert [(t.partition, t.device) for t in done.partitions] == [('s0..s2', 'robot')]


def test_a_remote_device_gets_the_picture_and_sends_the_answer_home():
    net = chain()
    bench = FleetBench(task('detector', net))
    bench.join(offer('desk', net))
    assert sends(bench.frame()) == [('image', 'robot', 'desk'), ('result', 'desk', 'robot')]
    bench.deliver(bench.orders[0, 'image', 'desk'])
    assert bench.run(bench.runnable()[0], ms=9) == []
    (done,) = bench.deliver(bench.orders[0, 'result', 'robot'])
    assert isinstance(done, JobCompleted)


def test_every_partition_is_pushed_at_once_and_orders_stand_before_tensors_exist():
    net = chain()
    bench = placed(task('detector', net), s0='robot', s1='desk', s2='orin')
    bench.join(offer('robot', net), offer('desk', net), offer('orin', net))
    decisions = bench.frame()
    assert pushes(decisions) == [('s0', 'robot'), ('s1', 'desk'), ('s2', 'orin')]
    assert sends(decisions) == [
        ('t0', 'robot', 'desk'), ('t1', 'desk', 'orin'), ('result', 'orin', 'robot'),
    ]  # fmt: skip
    bench.finish_all()
    assert bench.account('detector').on_time == 1


def test_a_tensor_that_two_branches_need_goes_to_a_device_once():
    net = diamond()
    bench = placed(task('detector', net), stem='robot', left='desk', right='desk', join='robot')
    bench.join(offer('robot', net), offer('desk', net))
    assert sorted(sends(bench.frame())) == [
        ('a', 'robot', 'desk'), ('b', 'desk', 'robot'), ('c', 'desk', 'robot'),
    ]  # fmt: skip
    bench.finish_all()
    assert bench.account('detector').on_time == 1


def test_a_picture_goes_to_a_device_once_for_all_tasks():
    net, other = chain(), chain('other', 2)
    bench = FleetBench(task('detector', net), task('depth', other))
    bench.join(offer('desk', net, other))
    tensors = [one.tensor for one in of(bench.frame(), Send)]
    assert sorted(tensors) == ['image', 'result', 'result']
    bench.finish_all()
    assert bench.account('detector').on_time == bench.account('depth').on_time == 1


def test_without_devices_jobs_are_dropped_and_counted():
    bench = FleetBench(task('detector', chain()))
    assert [one.reason for one in of(bench.frame(), JobDropped)] == [reasons.NO_DEVICE]
    assert bench.account('detector').dropped == {'no_device': 1}
    assert bench.dispatcher.problems == [
        'task detector: no device can run its network (net), or a part of it'
    ]


def test_a_device_with_other_files_is_refused_by_name():
    net = chain(digest='sha256:a')
    bench = FleetBench(task('detector', net))
    assert bench.join(offer('desk', net, digests={'net': 'sha256:b'})) == []
    (problem, _) = bench.dispatcher.problems
    assert problem == 'device desk: network net: has other files (sha256:b), not sha256:a'
    assert of(bench.frame(), JobDropped)[0].reason == reasons.NO_DEVICE
    bench.join(offer('orin', net))
    assert pushes(bench.frame()) == [('s0..s2', 'orin')]


def test_segments_that_keep_state_run_at_home_only():
    net = chain(home_only=(2,))
    bench = FleetBench(task('tracker', net))
    bench.join(offer('desk', net, ms=0.1), offer('robot', net, ms=50))
    assert pushes(bench.frame()) == [('s0..s1', 'desk'), ('s2', 'robot')]
    bench.lose('robot')
    assert of(bench.frame(), JobDropped)[-1].reason == reasons.NO_DEVICE


def test_the_newest_frame_wins_and_no_more_jobs_are_in_flight_than_allowed():
    net = chain()
    bench = FleetBench(task('detector', net, max_in_flight=2))
    bench.join(offer('robot', net))
    assert [len(of(bench.frame(), Push)) for _ in range(4)] == [1, 1, 0, 0]
    assert bench.account('detector').dropped == {'superseded': 1}
    decisions = bench.run(bench.pushed[0, 's0..s2'])
    assert [one.job for one in of(decisions, Push)] == [3]


def test_an_answer_to_a_newer_frame_ends_the_older_job_wherever_it_is():
    net = chain()
    bench = FleetBench(task('detector', net))
    bench.join(offer('robot', net))
    bench.frame()
    bench.frame()
    decisions = bench.run(bench.pushed[1, 's0..s2'])
    assert [type(one) for one in decisions] == [JobCompleted, Cancel, JobDropped]
    assert bench.account('detector').dropped == {'overtaken': 1}


def test_more_urgent_tasks_choose_first():
    net = chain()
    bench = FleetBench(
        task('slow', net), task('fast', net, deadline_ns=50 * MS),
        task('vital', net, priority=1), policy='least_loaded',
    )  # fmt: skip
    bench.join(offer('robot', net), offer('desk', net, ms=3.1))
    assert [one.task for one in of(bench.frame(), Push)] == ['vital', 'fast', 'slow']


def test_every_nth_frame_and_a_deadline_that_a_frame_brings():
    net = chain()
    bench = FleetBench(task('detector', net, every_n=2))
    bench.join(offer('robot', net))
    assert [len(of(bench.frame(), JobReleased)) for _ in range(3)] == [1, 0, 1]
    bench.frame()
    (released,) = of(bench.send(FrameArrived('camera', 99, 0, 7 * MS)), JobReleased)
    assert released.deadline_ns == 7 * MS


def test_what_is_said_of_jobs_that_ended_or_by_earlier_pushes_is_ignored():
    net = chain()
    bench = FleetBench(task('detector', net))
    bench.join(offer('robot', net), offer('desk', net))
    bench.frame()
    done = bench.pushed[0, 's0..s2']
    bench.fail(done)
    assert bench.pushed[0, 's0..s2'].attempt == 1
    late = PartitionExited(0, 's0..s2', 'desk', 0, 0, attempt=0)
    assert bench.send(late) == []
    bench.finish_all()
    assert bench.send(late) == []
    assert bench.send(TensorArrived(0, 'result', 'robot')) == []
    assert bench.account('detector').on_time == 1


def test_a_device_that_cannot_run_a_partition_lets_others_try_and_then_the_job_fails():
    net = chain()
    bench = FleetBench(task('detector', net))
    bench.join(offer('robot', net), offer('desk', net))
    bench.frame()
    assert pushes(bench.fail(bench.pushed[0, 's0..s2'], 'no_unit')) == [('s0..s2', 'desk')]
    (failed,) = of(bench.fail(bench.pushed[0, 's0..s2'], 'broken'), JobFailed)
    assert failed.reason == 'broken'
    bench.frame()
    (failed,) = bench.fail(bench.pushed[1, 's0..s2'], 'bad_shape', retry=False)
    assert failed == JobFailed(1, 'detector', 'bad_shape')


def test_a_device_that_never_answers_is_given_up_long_after_the_deadline():
    net = chain()
    bench = FleetBench(task('detector', net))
    bench.join(offer('robot', net))
    wake = bench.frame(at_ms=1)[-1]
    assert wake.time_ns == 5001 * MS
    bench.frame(at_ms=2)
    bench.now_ns = wake.time_ns
    decisions = bench.send(TimerFired())
    assert [one.reason for one in of(decisions, JobFailed)] == [reasons.NO_ANSWER]
    assert decisions[-1].time_ns == 5002 * MS


def test_settings_change_while_running():
    net = chain()
    bench = FleetBench(task('detector', net, max_in_flight=1))
    bench.join(offer('robot', net), offer('desk', net, ms=1))
    bench.frame()
    bench.frame()
    assert pushes(bench.send(TaskChanged({'max_in_flight': 2}, task='detector')))
    bench.frame()
    off = bench.send(TaskChanged({'enabled': False}, task='detector'))
    assert [one.reason for one in of(off, JobDropped)] == [reasons.DISABLED]
    assert not bench.frame()
    bench.send(TaskChanged({'enabled': True, 'deadline_ns': 5 * MS}, task='detector'))
    bench.finish_all()
    assert of(bench.frame(), JobReleased)[0].deadline_ns == bench.now_ns + 5 * MS
    bench.send(TaskChanged({'policy': 'earliest_finish', 'max_partitions': 3}))
    assert bench.dispatcher.policy_name == 'earliest_finish'
    assert len(pushes(bench.frame())) == 3


@pytest.mark.parametrize(
    ('event', 'message'),
    [
        (TaskChanged({'deadline_ns': 1}, task='what'), "there is no task named 'what'"),
        (TaskChanged({'graph': None}, task='detector'), 'detector.graph: cannot change'),
        (TaskChanged({'every_n': 0}, task='detector'), 'detector.every_n: must be greater'),
        (TaskChanged({'policy': 'look_ahed'}), "did you mean 'look_ahead'"),
        (TaskChanged({'policy': 'look_ahead', 'gain': 9}), 'policy.gain: must be a number'),
        (TaskChanged({'gain': 1}), 'whole_network has no such parameter'),
        (
            DeviceJoined(DeviceOffer('desk', (), {('net', 's0'): {'gpu0': 1}})),
            "device desk: net/s0 names unknown unit 'gpu0'",
        ),
        (
            DeviceJoined(DeviceOffer('desk', (Unit('a'), Unit('a')))),
            'device desk: two units have the same name',
        ),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(event, message):
    bench = FleetBench(task('detector', chain()))
    with pytest.raises(ConfigError, match=message):
        bench.send(event)
    bench.dispatcher.validate()
    assert bench.dispatcher.policy_name == 'whole_network'
    assert not bench.dispatcher.devices


def test_stopping_and_clock_jumps_drop_everything_and_cancel_it():
    net = chain()
    bench = FleetBench(task('detector', net, max_in_flight=1))
    bench.join(offer('robot', net))
    bench.frame()
    bench.frame()
    decisions = bench.send(ClockJumped(-5))
    assert [type(one) for one in decisions] == [Cancel, JobDropped, JobDropped]
    bench.frame()
    bench.send(Stopped())
    assert not bench.frame()
    bench.send(Started())
    assert bench.frame()
    assert bench.account('detector').dropped == {'clock_jump': 2, 'shutdown': 1}


def test_costs_are_learned_and_move_work_to_others():
    net = chain(segments=1)
    bench = FleetBench(task('detector', net), policy='least_loaded')
    bench.join(offer('robot', net, ms=3), offer('desk', net, ms=4))
    for _ in range(12):
        (push,) = of(bench.frame(), Push)
        bench.now_ns += 20 * MS
        bench.deliver(bench.sendable()[0]) if push.device == 'desk' else None
        bench.run(push, ms=9 if push.device == 'robot' else 4, costs=True)
        bench.finish_all()
    assert push.device == 'desk'


def test_a_slow_link_makes_the_other_device_the_better_one():
    net = chain()
    bench = FleetBench(task('detector', net), policy='look_ahead')
    bench.join(offer('robot', net, ms=4), offer('desk', net, ms=1))
    assert pushes(bench.frame())[0][1] == 'desk'
    bench.finish_all()
    for _ in range(9):
        bench.send(LinkMeasured('robot', 'desk', 60 * MS, 1e6))
    assert pushes(bench.frame()) == [('s0..s2', 'robot')]


def test_what_a_device_says_of_its_load_counts():
    net = chain()
    bench = FleetBench(task('detector', net), policy='least_loaded')
    bench.join(offer('robot', net), offer('desk', net, ms=3.1))
    bench.send(DeviceLoad('robot', {'cpu0': 50 * MS}))
    assert pushes(bench.frame())[0][1] == 'desk'
    bench.finish_all()
    bench.send(DeviceLoad('desk', {}, unavailable=('cpu0',)), at_ms=100)
    assert pushes(bench.frame())[0][1] == 'robot'


def test_a_policy_that_says_what_cannot_be_is_named():
    net = chain()
    bench = placed(task('detector', net), s0='robot', s1='robot', s2='nobody')
    bench.join(offer('robot', net))
    with pytest.raises(InvariantError, match="placed: s2 of detector cannot run on 'nobody'"):
        bench.frame()


def test_validate_finds_a_partition_nobody_runs():
    net = chain()
    bench = FleetBench(task('detector', net))
    bench.join(offer('robot', net))
    bench.frame()
    bench.dispatcher.jobs[0].runs['s0..s2'].state = 'open'
    with pytest.raises(InvariantError, match='has no device'):
        bench.dispatcher.validate()


def test_validate_finds_a_tensor_nobody_sends():
    net = chain()
    bench = FleetBench(task('detector', net))
    bench.join(offer('desk', net))
    bench.frame()
    bench.dispatcher.jobs[0].orders.clear()
    with pytest.raises(InvariantError, match='nobody sends result to robot'):
        bench.dispatcher.validate()
