# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Frames whose home cannot reach the coordinator count, and so do tensors on a cut link."""

from __future__ import annotations

import pytest
from simulated_fleets import duo
from simulated_fleets import fleet_of
from simulated_fleets import NETWORK
from simulated_fleets import run

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.simulation.fleet.outcome import fleet_outcome

CUT = {'at_s': 1.0, 'link': ['desk', 'orin'], 'set': {'state': 'unavailable'}}


def _task(**keys):
    return {'detector': {'network': 'net', 'period_ms': 20, 'deadline_ms': 60, **keys}}


def test_frames_of_a_home_that_is_cut_off_fail():
    found = fleet_outcome(run(duo(tasks=_task(device='orin'), changes=[CUT])))
    task = found['tasks']['detector']
    assert task['released'] == 100
    # those since the cut, and none before it but what was under way
    assert 50 <= task['failed']['unreachable'] <= 51
    assert found['miss_ratio'] >= 0.5


@pytest.mark.parametrize('ends', [('orin', 'desk'), ('desk', 'orin')])
def test_a_home_that_links_do_not_join_both_ways_is_refused(ends):
    link = {'from': ends[0], 'to': ends[1], 'one_way': True}
    with pytest.raises(ConfigError) as error:
        fleet_of(duo(tasks=_task(device='orin'), links=[link]))
    line = f'tasks.detector.device: no link leads from {ends[1]} to {ends[0]}'
    assert str(error.value).endswith(line)


def test_what_is_on_a_link_when_it_is_cut_counts_as_failed():
    slow = {
        'from': 'desk',
        'to': 'orin',
        'latency_ms': 1,
        'bandwidth_mbps': 42,
    }  # busy for 19 of 20 ms
    cut = {**CUT, 'at_s': 0.21}
    stages = [{**stage, 'cost': {'gpu': 2}} for stage in NETWORK['stages']]  # on orin only
    networks = {'net': {**NETWORK, 'stages': stages}}
    data = duo(tasks=_task(), links=[slow], changes=[cut], networks=networks)
    found = fleet_outcome(run(data, policy='whole_network'))
    sent = sum(device['sent_bytes'] for device in found['devices'].values())
    received = sum(device['received_bytes'] for device in found['devices'].values())
    assert sum(link['failed'] for link in found['links'].values()) >= 1
    assert sent > received
