# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A coordinator and its devices in virtual time: what is lost, what goes on, who is refused."""

from __future__ import annotations

import numpy as np
import pytest
from fleets import Fleet
from fleets import MS
from fleets import network
from fleets import picture

from edge_sched_ros.fleet.device import in_flight
from edge_sched_ros.fleet.wire.offers import Beat
from edge_sched_ros.fleet.wire.orders import Orders
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections


def test_a_device_answers_for_a_coordinator_that_runs_nothing():
    fleet = Fleet()
    fleet.add('orin')
    fleet.run(500)
    fleet.run(1000, fps=10)
    fleet.run(200)
    assert fleet.outcomes() == {'on_time': 10}
    assert all(isinstance(end.result, Detections) for end in fleet.ends)
    assert {stage.unit for end in fleet.ends for stage in end.stages} == {'orin/cpu0'}
    assert fleet.coordinator.done == {('orin', 'task'): 10}


def test_a_picture_goes_to_a_device_once_whatever_number_of_tasks_run_there():
    fleet = Fleet(tasks=('one', 'two', 'three'))
    orin = fleet.add('orin')
    fleet.run(500)
    fleet.run(1000, fps=10)
    fleet.run(200)
    assert fleet.outcomes() == {'on_time': 30}
    assert fleet.devices['home'].server.account.tensors_out == 10
    assert orin.server.account.tensors_in == 10
    assert orin.server.account.tensors_out == 30


def test_without_devices_every_frame_is_dropped_for_that():
    fleet = Fleet()
    fleet.run(1000, fps=10)
    fleet.run(500)
    assert fleet.outcomes() == {'dropped no_device': 10}


def test_one_device_without_a_network_is_the_same_code():
    fleet = Fleet(home_runs=True)
    fleet.run(1000, fps=10)
    fleet.run(200)
    assert fleet.outcomes() == {'on_time': 10}
    assert fleet.devices['home'].server.account.tensors_out == 0


@pytest.mark.parametrize('offset_ms', [-3_600_000, 0, 7_200_000])
def test_deadlines_and_times_are_those_of_the_coordinators_clock(offset_ms):
    fleet = Fleet()
    device = fleet.add('orin', offset_ns=offset_ms * MS)
    fleet.run(500)
    fleet.run(1000, fps=10)
    fleet.run(200)
    assert fleet.outcomes() == {'on_time': 10}
    member = fleet.coordinator.members.get('orin')
    assert member is not None and abs(member.clock.offset_ns - offset_ms * MS) < 110 * MS
    for end in fleet.ends:
        for stage in end.stages:
            assert abs(stage.started_ns - end.release_ns) < 300 * MS
    assert device.runner.ran == 10


def test_frames_and_tensors_are_let_go_of_everywhere():
    fleet = Fleet()
    orin = fleet.add('orin')
    fleet.run(500)
    fleet.run(2000, fps=20)
    fleet.run(500)
    for device in (orin, fleet.devices['home']):
        assert len(device.server._partitions.store) == 0
    assert len(fleet.coordinator._live._frames) == 0


def test_a_dead_device_is_noticed_within_500_ms_and_its_task_goes_on_elsewhere():
    fleet = Fleet()
    fleet.add('left')
    fleet.add('right')
    fleet.run(500)
    fleet.run(1000, fps=20)
    (busy,) = {stage.unit.partition('/')[0] for end in fleet.ends for stage in end.stages}
    died_ns = fleet.clock.now_ns
    fleet.kill(busy)
    while fleet.state(busy) == 'in use':
        fleet.run(10)
    assert fleet.clock.now_ns - died_ns <= 500 * MS
    before = len(fleet.ends)
    fleet.run(1000, fps=20)
    fleet.run(300)
    assert fleet.state(busy) == 'lost'
    after = fleet.ends[before:]
    assert [end.outcome for end in after[-15:]] == ['on_time'] * 15
    first = next(end for end in fleet.ends if end.release_ns >= died_ns and end.result is not None)
    assert first.release_ns + first.response_ns - died_ns < 1000 * MS


def test_jobs_of_a_dead_device_are_run_again_while_they_can_make_it():
    fleet = Fleet(deadline_ms=2000)
    fleet.add('left')
    fleet.add('right')
    fleet.run(500)
    fleet.frame()
    fleet.bus.pump()
    (busy,) = [name for name, one in fleet.devices.items() if one.server.account.in_flight]
    fleet.kill(busy)
    fleet.run(1500)
    assert fleet.outcomes() == {'on_time': 1}
    assert fleet.ends[0].stages[0].unit.partition('/')[0] not in ('', busy)


def test_jobs_of_a_dead_device_that_cannot_make_it_fail_with_the_reason():
    fleet = Fleet(deadline_ms=100)
    fleet.add('left')
    fleet.run(500)
    fleet.frame()
    fleet.bus.pump()
    fleet.kill('left')
    fleet.run(1500)
    assert len(fleet.ends) == 1
    assert fleet.ends[0].outcome in ('failed', 'dropped') and fleet.ends[0].reason


def test_a_hung_device_is_lost_and_used_again_when_it_goes_on():
    fleet = Fleet()
    fleet.add('left')
    fleet.run(500)
    fleet.run(300, fps=20)
    fleet.hang('left')
    fleet.run(700, fps=20)
    assert fleet.state('left') == 'lost'
    fleet.go_on('left')
    fleet.run(400)
    assert fleet.state('left') == 'in use'
    before = len(fleet.ends)
    fleet.run(1000, fps=10)
    fleet.run(200)
    assert [end.outcome for end in fleet.ends[before:]] == ['on_time'] * 10


def test_a_link_that_is_cut_and_restored_loses_only_what_was_under_way():
    fleet = Fleet(home_runs=True)
    fleet.add('left')
    fleet.run(500)
    fleet.run(500, fps=20)
    fleet.bus.cut.add('left')
    fleet.run(2500, fps=20)
    assert fleet.state('left') == 'lost'
    # its lease is over: it waits for whoever claims it next
    assert fleet.devices['left'].server.serves in ('', 'boss')
    fleet.bus.cut.clear()
    fleet.run(1500)
    assert fleet.state('left') == 'in use'
    fleet.run(1000, fps=20)
    fleet.run(300)
    assert fleet.outcomes().get('on_time', 0) >= 70


def test_a_device_that_starts_again_is_another_life():
    fleet = Fleet()
    fleet.add('left')
    fleet.run(500)
    fleet.run(300, fps=20)
    fleet.kill('left')
    fleet.add('left')
    fleet.run(1500, fps=20)
    assert fleet.state('left') == 'in use'
    member = fleet.coordinator.members.get('left')
    assert member is not None and member.times_lost == 1
    before = len(fleet.ends)
    fleet.run(500, fps=20)
    fleet.run(300)
    assert [end.outcome for end in fleet.ends[before:]] == ['on_time'] * 10


def test_a_second_coordinator_is_refused_by_name_and_disturbs_nothing():
    fleet = Fleet()
    left = fleet.add('left')
    fleet.run(500)
    for _ in range(3):
        left.server.hear(Beat('usurper', 88, fleet.clock.now_ns, 'home', {'left': 1}))
    left.server.take_orders(Orders('left', 88, 1, ended_jobs=(0, 1)))
    fleet.run(500, fps=10)
    fleet.run(200)
    assert left.server.serves == 'boss'
    assert left.server.account.rejected['coordinator_refused'] == 1
    assert left.server.account.rejected['stale_orders'] == 1
    assert "'usurper'" in left.server.status().problems[-1]
    assert fleet.outcomes() == {'on_time': 5}


def test_a_coordinator_that_falls_silent_leaves_the_device_to_the_next():
    fleet = Fleet()
    left = fleet.add('left')
    fleet.run(500)
    fleet.bus.cut.add('left')
    fleet.run(1200)
    left.server.tick()
    assert left.server.serves == ''
    left.server.hear(Beat('next', 88, 0, '', {'left': 1}))
    assert left.server.serves == 'next'


def _claim(name, instance):
    """Return a beat that claims a device."""
    return Beat('boss', 77, 0, 'home', {name: 1}, instances={name: instance})


def test_a_coordinator_that_stood_still_loads_its_device_again():
    fleet = Fleet()
    left = fleet.add('left')
    fleet.run(500)
    # the device hears nothing for longer than its lease, and the coordinator reads none of it
    for _ in range(12):
        fleet.clock.now_ns += 100 * MS
        left.server.tick()
    assert left.server.serves == ''
    fleet.run(1000)
    before = len(fleet.ends)
    fleet.run(500, fps=20)
    fleet.run(300)
    assert [end.outcome for end in fleet.ends[before:]] == ['on_time'] * 10
    assert left.server.serves == 'boss'


def test_a_second_device_of_one_name_waits_and_says_so():
    fleet = Fleet()
    first = fleet.add('left')
    fleet.run(500)
    fleet.bus.leave('left')
    second = fleet.add('left')
    fleet.bus.join_device(first.server)  # both hear what is for that name
    second.server.hear(_claim('left', first.server.instance))
    assert second.server.serves == ''
    assert "another device called 'left'" in second.server.status().problems[-1]
    fleet.devices['left'] = first
    fleet.run(500, fps=20)
    fleet.run(300)
    assert fleet.outcomes() == {'on_time': 10}
    assert second.runner.ran == 0


def test_a_device_called_like_the_coordinators_own_is_not_used_and_says_so(caplog):
    fleet = Fleet(home_runs=True)
    fleet.run(300)
    own = fleet.devices['home']
    fleet.bus.leave('home')
    other = fleet.add('home')
    fleet.bus.join_device(own.server)
    fleet.devices['home'] = own
    other.server.hear(_claim('home', own.server.instance))
    assert other.server.serves == ''
    fleet.run(500, fps=20)
    fleet.run(300)
    assert "like the coordinator's own" in caplog.text
    assert fleet.outcomes() == {'on_time': 10}


def test_a_device_with_another_version_of_a_network_is_not_used_for_it():
    fleet = Fleet()
    fleet.add('old', served=network(digest='sha256:2'))
    fleet.run(500)
    fleet.run(500, fps=10)
    fleet.run(300)
    assert fleet.outcomes() == {'dropped no_device': 5}
    assert any('old' in line and 'net' in line for line in fleet.dispatcher.problems)


@pytest.mark.parametrize(
    'value', [np.ones(99, np.float32), np.ones(100, np.float64), np.ones((10, 10), np.float32)]
)
def test_a_device_that_gives_other_tensors_than_its_network_is_refused_by_name(value, caplog):
    fleet = Fleet(policy=Halves())
    liar, honest = fleet.add('a_liar'), fleet.add('b_honest')
    liar.runner.outputs['b'] = value
    fleet.run(500)
    fleet.run(1000, fps=10)
    fleet.run(500)
    assert fleet.state('a_liar') == 'refused'
    assert fleet.state('b_honest') == 'in use'
    assert any("refused the device 'a_liar'" in line for line in caplog.messages)
    assert sum(fleet.coordinator.rejected.values()) >= 1
    assert honest.server.account.exited > 0
    assert fleet.outcomes().get('on_time', 0) >= 8


_DEPTH = DepthMap(np.ones((4, 4), np.float32), 1.0, 1.0)


@pytest.mark.parametrize('described', [True, False])
@pytest.mark.parametrize('answer', [np.zeros((2, 6), np.float32), _DEPTH, picture()])
def test_a_device_that_gives_another_kind_of_answer_is_refused_by_name(
    described, answer, caplog, monkeypatch
):
    if not described:
        # a device may say nothing of what it sends
        monkeypatch.setattr(in_flight, 'described', lambda outputs: ())
    fleet = Fleet()
    liar, honest = fleet.add('a_liar'), fleet.add('b_honest')
    liar.runner.outputs['result'] = answer
    fleet.run(500)
    fleet.run(1000, fps=10)
    fleet.run(500)
    assert all(isinstance(e.result, Detections) for e in fleet.ends if e.outcome == 'on_time')
    assert fleet.outcomes().get('on_time', 0) >= 8
    assert fleet.state('a_liar') == 'refused'
    assert any("refused the device 'a_liar': its" in line for line in caplog.messages)
    assert 'bad_result' in fleet.coordinator.rejected
    assert fleet.state('b_honest') == 'in use'
    assert honest.server.account.exited > 0


def test_two_devices_of_one_name_are_told_and_the_first_is_used(caplog):
    fleet = Fleet()
    first = fleet.add('twin')
    fleet.run(500)
    fleet.add('twin')
    # both go on talking: the first still has its place on the bus of this test
    fleet.bus.join_device(first.server)
    fleet.devices['other'] = first
    fleet.run(300)
    assert any("calls itself 'twin'" in line for line in caplog.messages)


def test_only_wanted_devices_are_claimed():
    fleet = Fleet(wanted=('left',))
    fleet.add('left')
    right = fleet.add('right')
    fleet.run(500)
    assert fleet.state('left') == 'in use'
    assert fleet.state('right') == 'unknown' and right.server.serves == ''


def test_a_coordinator_that_stood_still_blames_nobody():
    fleet = Fleet()
    fleet.add('left')
    fleet.run(500)
    fleet.clock.now_ns += 800 * MS
    fleet.run(300)
    member = fleet.coordinator.members.get('left')
    assert fleet.state('left') == 'in use' and member is not None and not member.times_lost


@pytest.mark.parametrize('policy', ['look_ahead', 'earliest_finish'])
def test_a_slow_and_lossy_link_costs_and_does_not_stall(policy):
    done = {}
    for slow in (False, True):
        fleet = Fleet(policy=policy, home_runs=True)
        fleet.add('far', served=network(cost_ms=4))
        if slow:
            fleet.bus.slow_ns['far'] = 50 * MS
            fleet.bus.lose_every = 5
        fleet.run(3000)
        assert fleet.state('far') == 'in use'
        fleet.run(3000, fps=20)
        fleet.run(500)
        member = fleet.coordinator.members.get('far')
        assert member is not None and not member.times_lost
        assert (member.clock.latency_ns > 40 * MS) is slow
        assert fleet.outcomes() == {'on_time': 60}
        done[slow] = fleet.coordinator.done[('far', 'task')]
    # the far device is faster, and worth the way only where that is short
    assert done[False] > 50 > 5 > done[True]


def test_a_link_that_becomes_slow_is_found_out():
    fleet = Fleet(policy='look_ahead', home_runs=True)
    fleet.add('far', served=network(cost_ms=4))
    fleet.run(1000, fps=20)
    before = fleet.coordinator.done[('far', 'task')]
    fleet.bus.slow_ns['far'] = 80 * MS
    fleet.run(8000, fps=20)
    fleet.run(500)
    later = fleet.coordinator.done[('home', 'task')]
    assert before > 10 and later > 80
    assert sum(fleet.outcomes().values()) == fleet.frames
    assert fleet.outcomes()['on_time'] > fleet.frames - 40


class Halves:
    """A policy that runs the first half of a network on the first device, the rest on the last."""

    name = 'halves'
    parameters = ()

    def cuts(self, task, view):
        from edge_sched_ros.core.high_level.cutting import blocks

        return (blocks(task.graph, [2]),)

    def assign(self, job, view):
        from edge_sched_ros.core.high_level.policy import Assignment

        devices = sorted(name for name in view.devices if name != 'home')
        if not devices:
            return 'no_device'
        open_ = [
            part.name
            for part in (job.open if job.cut else view.cuts[job.task][0].partitions.values())
        ]
        first = next(iter(view.cuts[job.task][0].names & {'preprocess..first'}))
        return [
            Assignment(name, devices[0] if name == first else devices[-1], job.deadline_ns)
            for name in open_
        ]


def test_a_status_that_was_overtaken_changes_nothing():
    fleet = Fleet()
    left = fleet.add('left')
    early = left.server.status()
    fleet.run(500)
    assert fleet.state('left') == 'in use'
    fleet.coordinator.take_status(early)
    assert fleet.state('left') == 'in use'
