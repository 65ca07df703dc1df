# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What each high-level policy is for."""

from __future__ import annotations

from pathlib import Path

import pytest
from fleet_bench import chain
from fleet_bench import diamond
from fleet_bench import FleetBench
from fleet_bench import MS
from fleet_bench import of
from fleet_bench import offer
from fleet_bench import pushes
from fleet_bench import sends
from fleet_bench import task

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.high_level.decisions import JobDropped
from edge_sched_ros.core.high_level.decisions import Push
from edge_sched_ros.core.high_level.links import Link
from edge_sched_ros.plugins.high_level_policies import make_high_level_policy
from edge_sched_ros.policies.high_level.registry import high_level_policy_classes

POLICIES = sorted(high_level_policy_classes())


def test_the_policies_of_this_package():
    assert POLICIES == [
        'balanced_cut', 'deadline_split', 'earliest_finish', 'least_loaded', 'look_ahead',
        'whole_network',
    ]  # fmt: skip
    with pytest.raises(ConfigError, match='no such parameter'):
        make_high_level_policy('look_ahead', {'nothing': 1})
    with pytest.raises(ConfigError, match='from 1 to 8'):
        make_high_level_policy('look_ahead', {'max_partitions': 9})


@pytest.mark.parametrize('policy', POLICIES)
@pytest.mark.parametrize('net', [chain(segments=5, home_only=(4,)), diamond()])
def test_a_single_device_does_everything_without_a_transfer(policy, net):
    bench = FleetBench(task('detector', net), policy=policy)
    bench.join(offer('robot', net, units=('cpu0', 'gpu0')))
    assert not sends(bench.frame())
    bench.finish_all()
    assert bench.account('detector').on_time == 1


@pytest.mark.parametrize('policy', POLICIES)
def test_a_network_that_no_device_can_run_alone(policy):
    net = chain(segments=2)
    bench = FleetBench(task('detector', net), policy=policy)
    bench.join(
        offer('robot', net, times={'s0': {'cpu0': 1}, 's1': {}}),
        offer('desk', net, times={'s0': {}, 's1': {'cpu0': 1}}),
    )
    whole = policy in ('whole_network', 'least_loaded')
    decisions = bench.frame()
    assert pushes(decisions) == ([] if whole else [('s0', 'robot'), ('s1', 'desk')])
    assert [one.reason for one in of(decisions, JobDropped)] == ['no_device'] * whole


def test_whole_networks_spread_over_devices_and_stay_there():
    net = chain()
    bench = FleetBench(task('one', net), task('two', net), policy='whole_network')
    bench.join(offer('robot', net), offer('desk', net))
    for _ in range(3):
        assert pushes(bench.frame()) == [('s0..s2', 'robot'), ('s0..s2', 'desk')]
        bench.finish_all()


def test_the_least_loaded_device_is_the_one_with_nothing_in_flight():
    net = chain()
    bench = FleetBench(task('one', net), policy='least_loaded')
    bench.join(*(offer(name, net) for name in ('robot', 'desk', 'orin')))
    assert [pushes(bench.frame())[0][1] for _ in range(3)] == ['robot', 'desk', 'orin']


def test_a_balanced_cut_halves_a_network_over_two_equal_devices():
    net = chain(segments=4)
    bench = FleetBench(task('one', net), policy='balanced_cut')
    bench.join(offer('robot', net), offer('desk', net))
    assert pushes(bench.frame()) == [('s0..s1', 'robot'), ('s2..s3', 'desk')]
    assert [one.unit_of[0] for one in bench.pushed.values()] == [('s0', 'cpu0'), ('s2', 'cpu0')]


def test_a_balanced_cut_weighs_unequal_units_and_what_other_tasks_made_busy():
    net, other = chain(segments=4), chain('other', 4)
    bench = FleetBench(task('one', net), policy='balanced_cut')
    bench.join(offer('robot', net, units=('cpu0', 'gpu0'), times={
        f's{n}': {'cpu0': 3, 'gpu0': 1} for n in range(4)
    }))  # fmt: skip
    units = {one.partition: dict(one.unit_of).popitem()[1] for one in of(bench.frame(), Push)}
    assert units == {'s0..s2': 'gpu0', 's3': 'cpu0'} or units == {'s0': 'cpu0', 's1..s3': 'gpu0'}
    bench = FleetBench(
        task('one', net), task('two', other), policy='balanced_cut', max_partitions=1
    )
    bench.join(offer('robot', net, other), offer('desk', net, other))
    assert [device for _, device in pushes(bench.frame())] == ['robot', 'desk']


def test_a_balanced_cut_keeps_the_deadline_first():
    net = chain(segments=4, kib=1000)
    slow = {('robot', 'desk'): Link(0, 50e6), ('desk', 'robot'): Link(0, 50e6)}
    tight = task('one', net, deadline_ns=15 * MS)
    bench = FleetBench(tight, policy='balanced_cut', links=slow)
    bench.join(offer('robot', net), offer('desk', net))
    assert pushes(bench.frame()) == [('s0..s3', 'robot')]


def test_branches_run_at_the_same_time_where_the_answer_is_first():
    net = diamond()
    bench = FleetBench(task('one', net), policy='earliest_finish')
    bench.join(offer('robot', net, units=('cpu0', 'cpu1')))
    assert [one.partition for one in of(bench.frame(), Push)] == ['stem', 'left', 'right', 'join']
    bench.finish_all()
    # two devices with one unit each: a branch goes to the other one
    bench = FleetBench(task('one', net), policy='earliest_finish', pin_units=True)
    bench.join(offer('robot', net), offer('desk', net))
    devices = dict(pushes(bench.frame()))
    assert {devices['left'], devices['right']} == {'robot', 'desk'}
    assert bench.pushed[0, 'left'].unit_of == (('left', 'cpu0'),)
    bench.finish_all()
    assert bench.account('one').on_time == 1


def test_earliest_finish_stays_at_home_when_the_link_costs_more_than_it_gains():
    net = chain(segments=2, kib=1000)
    for bytes_per_s, device in ((1e9, 'desk'), (1e6, 'robot')):
        links = {('robot', 'desk'): Link(0, bytes_per_s), ('desk', 'robot'): Link(0, bytes_per_s)}
        bench = FleetBench(
            task('one', net), policy='earliest_finish', links=links, max_partitions=1
        )
        bench.join(offer('robot', net, ms=9), offer('desk', net, ms=1))
        assert pushes(bench.frame()) == [('s0..s1', device)]


def test_the_deadline_is_split_by_the_critical_path():
    net = chain(segments=4)
    bench = FleetBench(task('one', net), policy='deadline_split', max_partitions=4)
    times = {'s0': {'cpu0': 1}, 's1': {'cpu0': 2}, 's2': {'cpu0': 3}, 's3': {'cpu0': 4}}
    bench.join(offer('robot', net, times=times))
    deadlines = [one.deadline_ns / MS for one in of(bench.frame(), Push)]
    assert deadlines == pytest.approx([10, 30, 60, 100], abs=0.1)


def test_the_deadline_split_uses_the_unit_with_the_least_work_that_is_in_time():
    net = chain(segments=1)
    bench = FleetBench(task('one', net, deadline_ns=20 * MS), policy='deadline_split')
    times = {'s0': {'gpu0': 4, 'cpu0': 15}}
    bench.join(offer('robot', net, units=('gpu0', 'cpu0'), times=times))
    expected = []
    for _ in range(4):
        bench.frame()
        expected.append(dict(bench.dispatcher.waiting))
    # the fourth would still be in time behind three on the GPU
    assert expected[-1] == {('robot', 'gpu0'): (4, 16 * MS)}


def test_sub_deadlines_leave_time_for_what_comes_after():
    net = chain(segments=2, kib=1000)
    links = {('robot', 'desk'): Link(MS, 1e9), ('desk', 'robot'): Link(MS, 1e9)}
    bench = FleetBench(task('one', net), policy='whole_network', links=links)
    bench.join(offer('desk', net))
    (push,) = of(bench.frame(), Push)
    assert push.deadline_ns == 100 * MS - MS - 1_024_000


def test_looking_ahead_cuts_only_where_that_helps():
    # the second half is fast on the desk, and little crosses the cut
    net = chain(segments=4, kib=1)
    times = {
        'robot': {'s0': 1, 's1': 1, 's2': 20, 's3': 20},
        'desk': {'s0': 20, 's1': 20, 's2': 1, 's3': 1},
    }
    bench = FleetBench(task('one', net), policy='look_ahead')
    bench.join(
        *(
            offer(name, net, times={s: {'cpu0': ms} for s, ms in on.items()})
            for name, on in times.items()
        )
    )
    assert pushes(bench.frame()) == [('s0..s1', 'robot'), ('s2..s3', 'desk')]
    bench.finish_all()
    alike = FleetBench(task('one', net), policy='look_ahead')
    alike.join(offer('robot', net), offer('desk', net))
    assert pushes(alike.frame()) == [('s0..s3', 'robot')]
    assert pushes(alike.frame()) == [('s0..s3', 'desk')]


def test_looking_ahead_takes_the_slower_unit_when_the_faster_is_busy_long_enough():
    net = chain(segments=1)
    times = {'s0': {'gpu0': 4, 'dla0': 7}}
    bench = FleetBench(task('one', net), policy='look_ahead')
    bench.join(offer('robot', net, units=('gpu0', 'dla0'), times=times))
    units = [of(bench.frame(), Push)[0].unit_of[0][1] for _ in range(3)]
    assert units == ['gpu0', 'dla0', 'gpu0']
    free = FleetBench(task('one', net), policy='look_ahead', pin_units=False)
    free.join(offer('robot', net, units=('gpu0', 'dla0'), times=times))
    assert of(free.frame(), Push)[0].unit_of == ()


def test_looking_ahead_lets_a_device_choose_between_equal_units():
    """A job that was bound to one of equal units was overtaken where that took a little longer."""
    net = chain(segments=1)
    units = ('cpu0', 'cpu1')
    bench = FleetBench(task('one', net), policy='look_ahead')
    # what was learned of equal units is not quite equal
    bench.join(offer('robot', net, units=units, times={'s0': {'cpu0': 4.0, 'cpu1': 4.2}}))
    pushed = [of(bench.frame(), Push)[0] for _ in range(3)]
    assert [one.unit_of for one in pushed] == [(), (), ()]
    # the account says all the same which of them has how much to do
    waiting = bench.dispatcher.waiting
    assert {key[1]: count for key, (count, _) in waiting.items()} == {'cpu0': 2, 'cpu1': 1}
    slow = FleetBench(task('one', net), policy='look_ahead')
    slow.join(offer('robot', net, units=units, times={'s0': {'cpu0': 4.0, 'cpu1': 5.0}}))
    assert of(slow.frame(), Push)[0].unit_of == (('s0', 'cpu0'),)


def test_looking_ahead_drops_what_cannot_be_on_time_when_asked_to_and_tries_again():
    net = chain(segments=1)
    bench = FleetBench(task('one', net, deadline_ns=2 * MS), policy='look_ahead', drop_late=True)
    bench.join(offer('robot', net, ms=3))
    pushed = [len(pushes(bench.frame())) for _ in range(9)]
    assert pushed == [0] * 7 + [1, 0]
    assert bench.account('one').dropped['deadline_unreachable'] == 8


def test_the_page_of_policies_names_every_one_and_its_parameters():
    page = (Path(__file__).parents[3] / 'docs' / 'high_level_policies.md').read_text()
    for name, kind in high_level_policy_classes().items():
        assert f'| `{name}` |' in page
        for parameter in kind.parameters:
            assert f'`{parameter.name}`' in page
            value = parameter.default
            text = str(value).lower() if isinstance(value, bool) else f'{value:g}'
            assert f'| `{parameter.name}` | {text} |' in page
