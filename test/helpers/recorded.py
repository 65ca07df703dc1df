# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A recorded run for tests: a detector and a slow other task on two units, overloaded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.simulation.trace import trace_file
from edge_sched_ros.system.parsing import parse_system
from edge_sched_ros.system.system import System
from edge_sched_ros.tracing.setup import setup_data

TASKS: dict[str, Any] = {
    'units': {'gpu0': {'kind': 'gpu', 'active_mw': 5000}, 'cpu0': {'kind': 'cpu'}},
    'transitions': [{'from': 'cpu', 'to': 'gpu', 'ms': 0.5}],
    'networks': {
        'boxes': {
            'variants': {
                'full': {
                    'stages': [
                        {'name': 'resize', 'cost': {'cpu': 2}},
                        {'name': 'infer', 'cost': {'gpu': 20, 'cpu': 60}},
                    ]
                },
                'small': {
                    'accuracy': 0.8,
                    'stages': [
                        {'name': 'resize', 'cost': {'cpu': 2}},
                        {'name': 'infer', 'cost': {'gpu': 8, 'cpu': 25}},
                    ],
                },
            }
        },
        'looks': {'stages': [{'name': 'infer', 'cost': {'gpu': 6, 'cpu': 12}}]},
        'depth': {'stages': [{'name': 'infer', 'cost': {'gpu': 25, 'cpu': 70}}]},
    },
    'streams': {'camera': {'period_ms': 33.3}},
    'tasks': {
        'boxes': {'stream': 'camera', 'network': 'boxes', 'deadline_ms': 50},
        'tracks': {'after': 'boxes', 'network': 'looks', 'fan_out': [1, 3], 'deadline_ms': 66},
        'depth': {'stream': 'camera', 'network': 'depth', 'deadline_ms': 60},
    },
    'latency_cv': 0.2,
}


def simulate(path: Path, *, seconds: float = 3.0, policy: str = 'edf+drop', **more: Any) -> Any:
    """Record a simulated run; return the simulator."""
    file = parse_system(('system', {**TASKS, **more}))
    system = System(file, file)
    head = {
        'policy': policy,
        'made_by': 'simulate',
        'setup': setup_data(system.tasks, system.units, system.profiles()),
    }
    with trace_file(path, head) as listener:
        simulator = Simulator(system, policy=policy, listener=listener)
        simulator.dispatcher.tell_scores(listener.scores)
        simulator.run(seconds)
    return simulator


def lines(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a trace."""
    return [json.loads(line) for line in path.read_text().splitlines()]
