# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Digests of the logs of simulated runs; ``python -m decision_logs`` prints them."""

from __future__ import annotations

import hashlib
from typing import Any

from edge_sched_ros.core.compiled import why_not
from edge_sched_ros.policies.registry import policy_classes
from edge_sched_ros.simulation.load import at_load
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.loading import load_platform
from edge_sched_ros.system.loading import load_workload

#: workload, platform, load: cascades, skips and changes; variants; overload
_CASES = (
    ('robot_drone', 'orin_nx', 1.3),
    ('robot_drone_throttled', 'orin_nx', 0.8),
    ('robot_cpu', 'four_cpus', 1.6),
)
_SECONDS = 0.3


def log_digests() -> list[str]:
    """Return a line for every policy in every case."""
    names = [form for name in sorted(policy_classes()) for form in (name, f'{name}+drop')]
    return [
        f'{workload} {load:g} {name} {_digest(workload, platform, load, name)}'
        for workload, platform, load in _CASES
        for name in names
    ]


def _digest(workload: str, platform: str, load: float, policy: str) -> str:
    system = at_load(load_workload(workload), load_platform(platform), load)
    found = hashlib.sha256()

    def listen(*entry: Any) -> None:
        found.update(repr(entry).encode())
        simulator.dispatcher.validate()

    simulator = Simulator(system, policy=policy, seed=3, listener=listen)
    simulator.run(_SECONDS)
    return found.hexdigest()[:16]


if __name__ == '__main__':
    print('in Python' if why_not() else 'compiled')
    print('\n'.join(log_digests()))
