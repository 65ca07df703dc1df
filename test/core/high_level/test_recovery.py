# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Devices and transfers that are lost while jobs are in flight."""

from __future__ import annotations

from fleet_bench import chain
from fleet_bench import FleetBench
from fleet_bench import MS
from fleet_bench import of
from fleet_bench import offer
from fleet_bench import placed
from fleet_bench import pushes
from fleet_bench import sends
from fleet_bench import task

from edge_sched_ros.core import reasons
from edge_sched_ros.core.high_level.decisions import Cancel
from edge_sched_ros.core.high_level.decisions import JobCompleted
from edge_sched_ros.core.high_level.decisions import JobFailed
from edge_sched_ros.core.high_level.decisions import Load


def three(**settings):
    """Return three devices with a segment each, and a job in flight."""
    net = chain()
    bench = placed(task('detector', net, **settings), s0='robot', s1='desk', s2='orin')
    bench.join(offer('robot', net), offer('desk', net), offer('orin', net))
    bench.frame()
    return bench


def test_only_what_is_lost_runs_again_from_the_tensors_that_exist():
    bench = three()
    bench.run(bench.pushed[0, 's0'], ms=3)
    decisions = bench.lose('desk')
    assert pushes(decisions) == [('s1', 'robot')]
    assert sends(decisions) == [('t1', 'robot', 'orin')]
    bench.finish_all()
    assert bench.account('detector').on_time == 1
    assert bench.dispatcher.losses == {'desk': {'silent': 1}}


def test_a_partition_that_had_ended_runs_again_when_its_tensor_is_lost():
    bench = three()
    bench.run(bench.pushed[0, 's0'])
    bench.deliver(bench.orders[0, 't0', 'desk'])
    bench.run(bench.pushed[0, 's1'])
    assert pushes(bench.lose('desk')) == [('s1', 'robot')]
    bench.finish_all()
    assert bench.account('detector').on_time == 1


def test_nothing_runs_again_when_the_tensor_has_come_where_it_is_needed():
    bench = three()
    bench.run(bench.pushed[0, 's0'])
    bench.deliver(bench.orders[0, 't0', 'desk'])
    bench.run(bench.pushed[0, 's1'])
    bench.deliver(bench.orders[0, 't1', 'orin'])
    assert bench.lose('desk') == []
    bench.finish_all()
    assert bench.account('detector').on_time == 1


def test_a_lost_frame_tensor_comes_from_home_again():
    net = chain()
    bench = FleetBench(task('detector', net))
    bench.join(offer('desk', net), offer('orin', net))
    bench.frame()
    bench.deliver(bench.orders[0, 'image', 'desk'])
    decisions = bench.lose('desk')
    assert pushes(decisions) == [('s0..s2', 'orin')]
    assert sends(decisions) == [('image', 'robot', 'orin'), ('result', 'orin', 'robot')]


def test_a_job_that_cannot_make_it_any_more_fails_with_the_reason():
    bench = three(deadline_ns=10 * MS)
    bench.now_ns = 8 * MS
    (failed,) = of(bench.lose('desk'), JobFailed)
    assert failed.reason == reasons.DEVICE_LOST
    assert bench.account('detector').failed == {'device_lost': 1}


def test_losing_one_device_loses_nothing_of_tasks_elsewhere():
    net = chain()
    bench = FleetBench(task('here', net, stream='a'), task('there', net, stream='b', home='d1'))
    bench.join(offer('robot', net), offer('d1', net))
    bench.frame('a')
    bench.frame('b')
    assert {one.device for one in bench.pushed.values()} == {'robot', 'd1'}
    bench.lose('d1')
    bench.finish_all()
    assert bench.account('here').on_time == 1


def test_the_last_device_leaves_and_comes_back():
    net = chain()
    bench = FleetBench(task('detector', net))
    bench.join(offer('desk', net))
    bench.frame()
    (failed,) = of(bench.lose('desk'), JobFailed)
    assert failed.reason == reasons.DEVICE_LOST
    bench.frame()
    assert bench.account('detector').dropped == {'no_device': 1}
    assert of(bench.join(offer('desk', net)), Load)
    bench.frame()
    bench.finish_all()
    assert bench.account('detector').on_time == 1


def test_a_device_that_joins_again_has_lost_what_it_had():
    net = chain()
    bench = FleetBench(task('detector', net))
    bench.join(offer('desk', net), offer('orin', net, ms=5))
    bench.frame()
    decisions = bench.join(offer('desk', net))
    assert pushes(decisions) == [('s0..s2', 'orin')]
    assert [one.device for one in of(decisions, Load)] == ['desk']
    assert bench.dispatcher.losses == {'desk': {'restarted': 1}}
    bench.finish_all()
    assert bench.account('detector').on_time == 1


def test_a_partition_of_an_earlier_cut_is_loaded_before_it_is_pushed():
    net = chain(segments=4)
    bench = FleetBench(task('detector', net), policy='balanced_cut')
    bench.join(offer('robot', net), offer('desk', net))
    bench.frame()
    before = {one.partition for one in bench.pushed.values()}
    bench.lose('desk')  # the bench refuses a push of what was not loaded
    assert {one.partition for one in bench.pushed.values()} == before
    bench.finish_all()
    assert bench.account('detector').on_time == 1


def test_a_transfer_is_asked_for_again_and_then_the_partition_goes_elsewhere():
    bench = three()
    bench.run(bench.pushed[0, 's0'])
    assert sends(bench.lose_transfer(bench.orders[0, 't0', 'desk'])) == [('t0', 'robot', 'desk')]
    decisions = bench.lose_transfer(bench.orders[0, 't0', 'desk'])
    assert [(one.partition, one.device) for one in of(decisions, Cancel)] == [('s1', 'desk')]
    assert pushes(decisions) == [('s1', 'robot')]
    bench.finish_all()
    assert bench.account('detector').on_time == 1


def test_a_picture_that_does_not_come_is_asked_for_again_for_all_jobs():
    net = chain()
    bench = FleetBench(task('detector', net), task('depth', net))
    bench.join(offer('desk', net), offer('orin', net, ms=9))
    bench.frame()
    order = bench.orders[0, 'image', 'desk']
    assert sends(bench.lose_transfer(order)) == [('image', 'robot', 'desk')]
    (order,) = [one for key, one in bench.orders.items() if key[1] == 'image']
    decisions = bench.lose_transfer(order)
    assert {device for _, device in pushes(decisions)} == {'orin'}
    assert sends(decisions).count(('image', 'robot', 'orin')) == 1
    bench.finish_all()
    assert bench.account('detector').on_time == bench.account('depth').on_time == 1


def test_an_answer_that_does_not_come_home_is_made_elsewhere():
    net = chain()
    bench = FleetBench(task('detector', net))
    bench.join(offer('desk', net), offer('orin', net, ms=9))
    bench.frame()
    bench.deliver(bench.orders[0, 'image', 'desk'])
    bench.run(bench.pushed[0, 's0..s2'])
    bench.lose_transfer(bench.orders[0, 'result', 'robot'])
    assert pushes(bench.lose_transfer(bench.orders[0, 'result', 'robot'])) == [('s0..s2', 'orin')]
    assert of(bench.finish_all(), JobCompleted)


def test_transfers_that_never_come_end_the_job_with_the_reason():
    net = chain()
    bench = FleetBench(task('detector', net))
    bench.join(offer('desk', net))
    bench.frame()
    bench.lose_transfer(bench.orders[0, 'image', 'desk'])
    (failed,) = of(bench.lose_transfer(bench.orders[0, 'image', 'desk']), JobFailed)
    assert failed.reason == reasons.TRANSFER_FAILED
