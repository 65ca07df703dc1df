# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Rate and delay of topics under the keys of topic monitors, and the names of statuses."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
import yaml

from edge_sched_ros.bags.typestore import make
from edge_sched_ros.pipeline.health.health import examine
from edge_sched_ros.pipeline.health.health import Limits
from edge_sched_ros.pipeline.health.input_problems import with_problems
from edge_sched_ros.pipeline.health.rates import rates_between
from edge_sched_ros.pipeline.health.status import Status
from edge_sched_ros.pipeline.health.status import UnitReport
from edge_sched_ros.pipeline.health.status_messages import diagnostic_array
from edge_sched_ros.pipeline.health.topic_monitor import monitor_values
from edge_sched_ros.pipeline.inputs.inputs_account import InputAccounts
from edge_sched_ros.pipeline.inputs.stamp_age import Age
from edge_sched_ros.pipeline.inputs.stamp_age import UNKNOWN
from edge_sched_ros.pipeline.settings.resources import share_of

S = 1_000_000_000
LIMITS = Limits(error_after_ns=9 * S, silent_after_ns=9 * S)


def _status(now_s, accounts, *, tasks=(), feeds=None):
    unit = UnitReport('cpu0', 'cpu', 'available', '', '', 0, 0)
    return Status(
        round(now_s * S),
        0,
        'edf',
        {},
        0.0,
        0.0,
        tasks,
        (unit,),
        accounts.snapshot(),
        {},
        feeds=feeds or {},
    )


def _second(accounts, *, ages=(), stamps=(), begin_s=10.0):
    """Return the status before and after frames with these ages and stamps came in a second."""
    before = _status(begin_s, accounts)
    for age, stamp_ns in zip(ages, stamps):
        accounts.received('/cam', round(begin_s * S), age, stamp_ns)
    return before, _status(begin_s + 1, accounts)


def test_rates_are_those_of_arrival_and_of_stamps():
    accounts = InputAccounts(('/cam',))
    # a bag at twice its rate: 40 frames a second come, stamped at 20 Hz
    stamps = [100 * S + n * S // 20 for n in range(80)]
    first = _second(accounts, ages=[Age(5_000_000)] * 40, stamps=stamps[:40])
    before, now = _second(accounts, ages=[Age(7_500_000)] * 40, stamps=stamps[40:], begin_s=11.0)
    values = monitor_values('/cam', now, rates_between(before, now))
    assert values == {
        'frame_rate_node': '40.00',
        'frame_rate_msg': '20.00',
        'current_delay_from_realtime_ms': '7.500',
        'expected_frequency': '0.00',
        'tolerance': '0.00',
    }
    # of the first second no earlier stamp is known
    assert monitor_values('/cam', first[1], rates_between(*first))['frame_rate_msg'] == '0.00'


@pytest.mark.parametrize(
    ('age', 'delay'),
    [
        (UNKNOWN, 'N/A'),
        (Age(doubt='zero_stamp'), 'N/A'),
        (Age(doubt='future_stamp', ahead_ns=80_000_000), '-80.000'),
        (Age(doubt='clock_lags', ahead_ns=900_000_000), '-900.000'),
        (Age(0), '0.000'),
    ],
)
def test_delays(age, delay):
    before, now = _second(InputAccounts(('/cam',)), ages=[age], stamps=[S])
    rates = rates_between(before, now)
    assert monitor_values('/cam', now, rates)['current_delay_from_realtime_ms'] == delay


def test_what_is_expected_is_the_greatest_rate_of_the_tasks():
    accounts = InputAccounts(('/cam',))
    tasks = tuple(
        SimpleNamespace(name=name, period_ns=period_ns)
        for name, period_ns in (('a', S // 10), ('b', S // 30), ('c', S // 60), ('d', 0))
    )
    now = _status(1, accounts)
    rates = rates_between(now, now)
    status = _status(1, accounts, tasks=tasks, feeds={'/cam': ('a', 'b', 'd')})
    assert monitor_values('/cam', status, rates)['expected_frequency'] == '30.00'


def _array(node, problems=None, **more):
    status = _status(1, InputAccounts(('/cam',)))
    health = examine(status, rates_between(status, status), LIMITS)
    health = with_problems(health, problems or {})
    return diagnostic_array(
        make, health, node=node, stamp=make('builtin_interfaces/msg/Time'), **more
    )


def test_statuses_are_told_apart_by_the_nodes_full_name_and_topics_by_their_own():
    names = {node: {s.name for s in _array(node).status} for node in ('/a/sched', '/b/sched')}
    assert names['/a/sched'] == {'/a/sched: unit cpu0', '/a/sched: input /cam', '/cam'}
    assert names['/a/sched'] & names['/b/sched'] == {'/cam'}
    (topic,) = [s for s in _array('/a/sched').status if s.name == '/cam']
    assert topic.hardware_id == '/a/sched'
    assert {v.key for v in topic.values} >= {'frame_rate_msg', 'expected_frequency'}


@pytest.mark.parametrize(
    ('node', 'name'),
    [('/sched', 'sched/cam'), ('/b/sched', 'b.sched/cam'), ('/x/y/sched', 'x.y.sched/cam')],
)
def test_what_another_node_tells_by_the_bare_name_has_the_nodes_before_it(node, name):
    statuses = _array(node, told_by_others={'/cam'}).status
    assert {s.name for s in statuses} == {f'{node}: unit cpu0', f'{node}: input /cam', name}
    (topic,) = [s for s in statuses if s.name == name]
    # where greenwave_monitor looks for the topic's name
    assert name[name.find('/') :] == '/cam' and topic.hardware_id == node


def test_problems_of_publishers_are_in_the_status_of_the_input():
    array = _array('/s', {'/cam': ['no messages can be received from /x: why', 'no CameraInfo']})
    (status,) = [s for s in array.status if s.name == '/s: input /cam']
    assert status.level == b'\x01'
    assert status.message.endswith('; no messages can be received from /x: why; no CameraInfo')


@pytest.mark.parametrize('node', ['/scheduler', '/robot/scheduler', '/fleet/robot_1/scheduler'])
def test_the_aggregators_groups_take_every_status(node):
    file = share_of() / 'config' / 'diagnostics' / 'analyzers.yaml'
    groups = yaml.safe_load(file.read_text())['/**']['ros__parameters']
    patterns = {
        name: re.compile(pattern)
        for name, group in groups.items()
        if name != 'path'
        for pattern in group['regex']
    }

    def groups_of(name):
        return [group for group, pattern in patterns.items() if pattern.search(name)]

    assert groups_of(f'{node}: detector') == ['tasks']
    assert groups_of(f'{node}: unit cpu0') == ['units']
    assert groups_of(f'{node}: input /camera/image_raw') == ['inputs']
    boss = node.replace('scheduler', 'coordinator')
    assert groups_of(f'{boss}: detector') == ['tasks']
    assert groups_of(f'{boss}: device orin') == groups_of(f'{boss}: devices') == ['devices']
    assert groups_of('/camera/image_raw') == []
    assert groups_of('/other: detector') == []
