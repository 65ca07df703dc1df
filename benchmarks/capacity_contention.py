# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The slowdown by other units in the queueing models, against the simulator:
``dev/env.sh python benchmarks/capacity_contention.py [--requests N] [--seed N] [--rows]``.

A GPU, a DLA and a CPU core, each first come, first served, with Poisson requests to one network of
its own; services of 5, 5 to 100 and 10 ms; loads of 0.24 to 0.56 alone; a memory with each of the
three laws of contention. Printed are the largest relative errors of mean, p95 and p99, and those
of the mean without contention in the model.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from edge_sched_ros.capacity.analysis import analyse
from edge_sched_ros.capacity.cluster import make_cluster
from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.events import Event
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.parsing import make_system
from edge_sched_ros.system.system import System

LAWS: dict[str, dict[str, Any]] = {
    'bandwidth': {'model': 'bandwidth', 'bandwidth_gbps': 50},
    'piecewise': {
        'model': 'piecewise',
        'knee_gbps': 30,
        'slope': 1.0,
        'bandwidth_gbps': 60,
        'limit': 3,
    },
    'pairwise': {
        'model': 'pairwise',
        'slowdown': {
            'gpu0': {'dla0': 1.5, 'cpu0': 1.2},
            'dla0': {'gpu0': 1.3},
            'cpu0': {'gpu0': 1.6},
        },
    },
}
DEMANDS_GBPS = {'gpu0': 35.0, 'dla0': 20.0, 'cpu0': 10.0}
LOADS, RATIOS = (0.24, 0.4, 0.56), (1, 5, 20)


def systems(law: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the data of systems with a law, and what they are."""
    for load, ratio in product(LOADS, RATIOS):
        times_ms = {'gpu0': 5.0, 'dla0': 5.0 * ratio, 'cpu0': 10.0}
        yield (
            f'{law}, load {load:g}, DLA {ratio} x',
            {
                'units': {unit: {'discipline': 'fcfs'} for unit in times_ms},
                'contention': LAWS[law],
                'costs': {
                    unit: {unit: {'latency_ms': ms, 'demand_gbps': DEMANDS_GBPS[unit]}}
                    for unit, ms in times_ms.items()
                },
                'tasks': {
                    unit: {
                        'network': unit,
                        'rate_per_s': 1e3 * load / ms,
                        'deadline_ms': 1e6,
                        'queue_depth': 1_000_000,
                    }
                    for unit, ms in times_ms.items()
                },
            },
        )


def simulated_ms(data: dict[str, Any], seconds: float, seed: int) -> dict[str, list[float]]:
    """Return the responses of each task."""
    found: dict[str, list[float]] = {name: [] for name in data['tasks']}

    def listen(_now_ns: int, _event: Event, decisions: list[Decision]) -> None:
        for one in decisions:
            if isinstance(one, Complete):
                found[one.task].append(one.response_ns / 1e6)

    system = System(make_system(data, name='contention'))
    Simulator(system, policy='fcfs', seed=seed, listener=listen).run(seconds)
    return found


def errors(data: dict[str, Any], requests: int, seed: int) -> dict[str, tuple[float, ...]]:
    """Return by task the errors of mean, p95 and p99, and of the mean without contention."""
    seconds = requests / data['tasks']['gpu0']['rate_per_s']
    seen = simulated_ms(data, seconds, seed)
    without = {key: value for key, value in data.items() if key != 'contention'}
    model, plain = (analyse(make_cluster(make_system(one, name='m'))) for one in (data, without))
    found: dict[str, tuple[float, ...]] = {}
    for name, times in seen.items():
        response, alone = model[name].response, plain[name].response
        if response is None or alone is None:
            raise RuntimeError(f'{name} is overloaded')
        p95, p99 = np.quantile(times, (0.95, 0.99))
        mean = float(np.mean(times))
        found[name] = (
            response.mean_ms / mean - 1,
            response.p95_ms / float(p95) - 1,
            response.p99_ms / float(p99) - 1,
            alone.mean_ms / mean - 1,
        )
    return found


def main() -> None:
    """Print the largest errors of each law and load."""
    parser = argparse.ArgumentParser(description=(__doc__ or '').partition('\n\n')[0])
    parser.add_argument('--requests', type=int, default=24_000, help='to the GPU')
    parser.add_argument('--seed', type=int, default=1000)
    parser.add_argument('--rows', action='store_true', help='print every task')
    options = parser.parse_args()
    worst: dict[tuple[str, str], list[float]] = {}
    for law in LAWS:
        for title, data in systems(law):
            load = title.split(', ')[1]
            for task, seen in errors(data, options.requests, options.seed).items():
                if options.rows:
                    print(f'{title:34} {task}  ' + ' '.join(f'{error:+7.1%}' for error in seen))
                before = worst.setdefault((law, load), [0.0] * len(seen))
                worst[law, load] = [max(a, abs(b)) for a, b in zip(before, seen)]
    print('law, load: largest error of mean, p95, p99; of the mean without contention')
    for (law, load), row in worst.items():
        print(f'{law}, {load}: ' + ' '.join(f'{error:6.1%}' for error in row))


if __name__ == '__main__':
    main()
