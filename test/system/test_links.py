# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Links between the devices of a system file."""

from __future__ import annotations

import pytest

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.links import link_table
from edge_sched_ros.system.links import LinkSpeed
from edge_sched_ros.system.parsing import make_system
from edge_sched_ros.system.parsing import parse_system

DEVICES = {'desk': {'units': ['cpu0']}, 'orin': {'units': ['gpu0'], 'count': 2}}


def table(*links, **keys):
    """Return the table of links between the devices."""
    return link_table(make_system({'devices': DEVICES, 'links': list(links), **keys}))


def wrong(*links):
    """Return the one line that links get."""
    with pytest.raises(ConfigError) as error:
        parse_system(('a', {'devices': DEVICES}), ('b', {'links': list(links)}))
    return str(error.value)


def test_a_link_leads_both_ways_to_all_devices_of_a_count():
    link = {'from': 'desk', 'to': 'orin', 'latency_ms': 0.3, 'bandwidth_mbps': 940, 'loss': 0.1}
    speed = LinkSpeed(300_000, 117_500_000.0, 0.1)
    assert table(link) == {
        ('desk', 'orin-0'): speed,
        ('orin-0', 'desk'): speed,
        ('desk', 'orin-1'): speed,
        ('orin-1', 'desk'): speed,
    }


def test_each_way_may_have_a_speed_of_its_own():
    one = {'from': 'desk', 'to': 'orin-1', 'one_way': True, 'bandwidth_mbps': 8}
    other = {'from': 'orin-1', 'to': 'desk', 'one_way': True}
    assert table(one, other) == {
        ('desk', 'orin-1'): LinkSpeed(0, 1e6, 0.0),
        ('orin-1', 'desk'): LinkSpeed(0, 0.0, 0.0),
    }


@pytest.mark.parametrize('keys', [{'units': ['cpu0']}, {'latency_cv': 2.0}, {'memory_mib': 5.0}])
def test_a_file_with_devices_has_no_keys_of_a_device_beside_them(keys):
    (key,) = keys
    with pytest.raises(ConfigError) as error:
        table({'from': 'desk', 'to': 'orin-0'}, **keys)
    problem = 'is of a device, and the file has several (desk, orin): put it under one'
    assert str(error.value).endswith(f'{key}: {problem}')


@pytest.mark.parametrize(
    ('links', 'line'),
    [
        ([{'from': 'desk', 'to': 'orn'}], "0.to: there is no device 'orn' (there are desk, orin)"),
        ([{'from': 'desk', 'to': 'desk'}], "0: leads from 'desk' to itself"),
        (
            [{'from': 'desk', 'to': 'orin'}, {'from': 'orin-1', 'to': 'desk', 'one_way': True}],
            '1: is a second link from orin-1 to desk',
        ),
        ([{'from': 'desk', 'to': 'orin', 'loss': 1}], '0.loss: must be less than 1, not 1'),
        (
            [{'from': 'desk', 'to': 'orin', 'latency': 1}],
            "0.latency: there is no such key; did you mean 'latency_ms'?",
        ),
    ],
)
def test_a_wrong_link_is_named_with_its_file(links, line):
    assert wrong(*links) == f'b: links.{line}'
