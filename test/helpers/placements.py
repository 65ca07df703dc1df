# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Small clusters and applications for tests of placement."""

from __future__ import annotations

from typing import Any

from capacity_systems import problem_of

from edge_sched_ros.capacity.placement.problem import Problem

DEVICES: dict[str, Any] = {
    'gpu': {
        'count': 2,
        'memory_mib': 4000,
        'network_ms': 10,
        'units': {'gpu0': {'kind': 'gpu'}, 'cpu0': {'kind': 'cpu'}},
    },
    'tpu': {
        'count': 2,
        'memory_mib': 2000,
        'network_ms': 10,
        'units': {'tpu0': {'kind': 'tpu'}, 'cpu0': {'kind': 'cpu'}},
    },
}
COSTS: dict[str, Any] = {
    'decode': {'cpu': 20},
    'small': {
        'gpu': {'latency_ms': 13, 'memory_mib': 700},
        'tpu': {'latency_ms': 7, 'swap_ms': 10},
    },
    'large': {
        'gpu': {'latency_ms': 30, 'memory_mib': 1100},
        'tpu': {'latency_ms': 65, 'swap_ms': 19},
    },
    'only-gpu': {'gpu': {'latency_ms': 20, 'memory_mib': 900}},
}


def app(network: str = 'small', **keys: Any) -> dict[str, Any]:
    """Return a task as a file has it."""
    return {
        'network': network,
        'preprocess': 'decode',
        'rate_per_s': 6,
        'deadline_ms': 300,
        **keys,
    }


def problem(apps: dict[str, Any], **keys: Any) -> Problem:
    """Return a problem on two GPU and two edgeTPU nodes."""
    return problem_of({'devices': DEVICES, 'costs': COSTS, 'tasks': apps, **keys})
