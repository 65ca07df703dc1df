# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The high-level dispatcher: one event in, a list of decisions out."""

from __future__ import annotations

from fleet_bench import chain
from fleet_bench import FleetBench
from fleet_bench import MS
from fleet_bench import of
from fleet_bench import offer
from fleet_bench import task

from edge_sched_ros.core import reasons
from edge_sched_ros.core.high_level.decisions import JobCompleted
from edge_sched_ros.core.high_level.decisions import JobDropped
from edge_sched_ros.core.high_level.decisions import JobReleased
from edge_sched_ros.core.high_level.decisions import Load
from edge_sched_ros.core.high_level.decisions import Push
from edge_sched_ros.core.high_level.decisions import Send


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
    decisions = bench.frame()
    sends = [(one.tensor, one.source, one.target) for one in of(decisions, Send)]
    assert sends == [('image', 'robot', 'desk'), ('result', 'desk', 'robot')]
    bench.deliver(bench.orders[0, 'image', 'desk'])
    assert bench.run(bench.runnable()[0], ms=9) == []
    (done,) = bench.deliver(bench.orders[0, 'result', 'robot'])
    assert isinstance(done, JobCompleted)


def test_a_picture_goes_to_a_device_once_for_all_tasks():
    net, other = chain(), chain('other', 2)
    bench = FleetBench(task('detector', net), task('depth', other))
    bench.join(offer('desk', net, other))
    sends = [one.tensor for one in of(bench.frame(), Send)]
    assert sorted(sends) == ['image', 'result', 'result']
    bench.finish_all()
    assert bench.account('detector').on_time == bench.account('depth').on_time == 1


def test_without_devices_jobs_are_dropped_and_counted():
    bench = FleetBench(task('detector', chain()))
    assert [one.reason for one in of(bench.frame(), JobDropped)] == [reasons.NO_DEVICE]
    assert bench.account('detector').dropped == {'no_device': 1}
