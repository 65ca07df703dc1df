# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What a trace costs the simulator: paired runs with and without one, in turns, CPU time.

Usage: dev/env.sh python benchmarks/trace_cost.py [--seeds N] [--seconds S]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from edge_sched_ros.simulation.load import at_load
from edge_sched_ros.simulation.outcome import outcome
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.simulation.trace import trace_file
from edge_sched_ros.system.loading import load_platform
from edge_sched_ros.system.loading import load_workload
from edge_sched_ros.system.system import System
from edge_sched_ros.tracing.setup import setup_data

_POLICIES = ('edf+drop', 'dream', 'horizon')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--seeds', type=int, default=6)
    parser.add_argument('--seconds', type=float, default=10.0)
    given = parser.parse_args()
    system = at_load(load_workload('robot_drone'), load_platform('orin_nx'), 1.3)
    with tempfile.TemporaryDirectory() as folder:
        for policy in _POLICIES:
            pairs = [
                _pair(system, policy, seed, given.seconds, Path(folder))
                for seed in range(given.seeds)
            ]
            more = [100 * (traced / plain - 1) for plain, traced, _ in pairs]
            each = [(traced - plain) / events * 1e6 for plain, traced, events in pairs]
            rate_hz = statistics.fmean(events for _, _, events in pairs) / given.seconds
            core = statistics.median(each) * rate_hz / 1e4
            shown = ', '.join(f'{one:.1f}' for one in sorted(more))
            print(
                f'{policy}: {statistics.median(more):.1f} % more CPU time (pairs: {shown}), '
                f'{statistics.median(each):.1f} us an event, {core:.1f} % of a core at '
                f'{rate_hz:.0f} events/s; same outcomes'
            )


def _pair(
    system: System, policy: str, seed: int, seconds: float, folder: Path
) -> tuple[float, float, int]:
    """Return CPU time without and with a trace, and the number of events."""
    plain_first = seed % 2 == 0
    found: dict[bool, tuple[float, dict[str, Any], int]] = {}
    for traced in (not plain_first, plain_first):
        found[traced] = _run(system, policy, seed, seconds, folder if traced else None)
    if found[False][1] != found[True][1]:
        raise SystemExit(f'{policy}, seed {seed}: other outcomes with a trace')
    return found[False][0], found[True][0], found[True][2]


def _run(
    system: System, policy: str, seed: int, seconds: float, folder: Path | None
) -> tuple[float, dict[str, Any], int]:
    started = time.process_time()
    if folder is None:
        simulator = Simulator(system, policy=policy, seed=seed)
        simulator.run(seconds)
    else:
        setup = setup_data(system.tasks, system.units, system.profiles())
        with trace_file(folder / 'run.trace', {'setup': setup}) as listener:
            simulator = Simulator(system, policy=policy, seed=seed, listener=listener)
            simulator.dispatcher.tell_scores(listener.scores)
            simulator.run(seconds)
    spent = time.process_time() - started
    result = outcome(simulator)
    # times of decisions are the clock's, not the run's
    events = result.pop('decisions')['count']
    return spent, result, events


if __name__ == '__main__':
    main()
