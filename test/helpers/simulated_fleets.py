# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Fleets for tests, and runs that are checked when they have ended."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.simulation.fleet.limits import check_fleet
from edge_sched_ros.simulation.fleet.outcome import fleet_outcome
from edge_sched_ros.simulation.fleet.simulator import FleetSimulator
from edge_sched_ros.simulation.fleet.system import FleetSystem
from edge_sched_ros.system.parsing import parse_system

#: a picture of 100 kB and what is made of it
NETWORK: dict[str, Any] = {
    'inputs': ['image'],
    'outputs': ['out'],
    'tensors': {
        'image': {'dtype': 'uint8', 'shape': [100_000]},
        'mid': {'dtype': 'float32', 'shape': [5_000]},
        'out': {'dtype': 'float32', 'shape': [25]},
    },
    'stages': [
        {'name': 'head', 'inputs': ['image'], 'outputs': ['mid'], 'cost': {'cpu': 10, 'gpu': 2}},
        {'name': 'tail', 'inputs': ['mid'], 'outputs': ['out'], 'cost': {'cpu': 10, 'gpu': 2}},
    ],
}


def duo(**changed: Any) -> dict[str, Any]:
    """Return a desk computer with a camera and a robot's computer that is faster."""
    return {
        'devices': {
            'desk': {'units': ['cpu0'], 'latency_cv': 0.1},
            'orin': {'units': {'gpu0': {'kind': 'gpu'}, 'cpu0': {}}, 'latency_cv': 0.1},
        },
        'links': [{'from': 'desk', 'to': 'orin', 'latency_ms': 1, 'bandwidth_mbps': 800}],
        'tasks': {
            'detector': {'network': 'net', 'period_ms': 20, 'deadline_ms': 60},
            'depth': {'network': 'net', 'period_ms': 50, 'deadline_ms': 80},
        },
        'networks': {'net': NETWORK},
        **changed,
    }


def fleet_of(data: dict[str, Any]) -> FleetSystem:
    """Return the fleet that a file describes."""
    return FleetSystem(parse_system(('fleet.yaml', data), name='fleet'))


def run(data: dict[str, Any], seconds: float = 2.0, **settings: Any) -> FleetSimulator:
    """Run a fleet and check every account."""
    fleet = fleet_of(data)
    check_fleet(fleet, seconds)
    simulator = FleetSimulator(fleet, **settings)
    simulator.run(seconds)
    simulator.validate()
    check_ends(simulator)
    return simulator


def check_ends(simulator: FleetSimulator) -> None:
    """Check that every job and every partition has ended, once."""
    accounts = simulator.dispatcher.ledger.tasks.values()
    assert all(account.in_flight == 0 for account in accounts)
    for device in simulator.accounts.values():
        ended = device.exited + sum(device.failed.values()) + device.cancelled + device.lost
        assert device.pushed == ended
    found = fleet_outcome(simulator)
    sent = sum(device['sent_bytes'] for device in found['devices'].values())
    assert sent >= sum(device['received_bytes'] for device in found['devices'].values())
