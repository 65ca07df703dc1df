# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What a trace costs the simulator: runs with and without one, in turns, CPU time.

``kept`` is the floor: a listener that only keeps what it is given, 128 events at a time.

Usage: dev/env.sh python benchmarks/trace_cost.py [--seeds N] [--seconds S]
"""

from __future__ import annotations

import argparse
import gc
import statistics
import tempfile
import time
from contextlib import AbstractContextManager
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_sched_ros.simulation.load import at_load
from edge_sched_ros.simulation.outcome import outcome
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.simulation.trace import trace_file
from edge_sched_ros.simulation.trace import TraceWriter
from edge_sched_ros.system.loading import load_platform
from edge_sched_ros.system.loading import load_workload
from edge_sched_ros.system.system import System
from edge_sched_ros.tracing.setup import setup_data

#: as many as a trace keeps before it writes them
_BATCH = 128
_POLICIES = ('edf+drop', 'dream', 'horizon')


#: what runs beside a run without anything
_KINDS = ('kept', 'without scores', 'with scores')


@dataclass(frozen=True)
class _Run:
    """CPU time, outcome and number of events of a run."""

    cpu_s: float
    outcome: dict[str, Any]
    events: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--seeds', type=int, default=6)
    parser.add_argument('--seconds', type=float, default=10.0)
    given = parser.parse_args()
    system = at_load(load_workload('robot_drone'), load_platform('orin_nx'), 1.3)
    with tempfile.TemporaryDirectory() as folder:
        for policy in _POLICIES:
            turns = [
                _turn(system, policy, seed, given.seconds, Path(folder))
                for seed in range(given.seeds)
            ]
            events = statistics.fmean(one['plain'].events for one in turns)
            alone = statistics.median(one['plain'].cpu_s / one['plain'].events for one in turns)
            rate_hz = events / given.seconds
            print(f'{policy}: {alone * 1e6:.1f} us an event, {rate_hz:.0f} a second')
            for kind in _KINDS:
                _tell(kind, [(one['plain'], one[kind]) for one in turns], given.seconds)


def _tell(kind: str, pairs: list[tuple[_Run, _Run]], seconds: float) -> None:
    more = sorted(100 * (one.cpu_s / plain.cpu_s - 1) for plain, one in pairs)
    each_s = [(one.cpu_s - plain.cpu_s) / one.events for plain, one in pairs]
    each_us = statistics.median(each_s) * 1e6
    core = each_us / 1e4 * statistics.fmean(one.events for _, one in pairs) / seconds
    shown = ', '.join(f'{one:.1f}' for one in more)
    print(
        f'  {kind}: {statistics.median(more):.1f} % more CPU time (pairs: {shown}), '
        f'{each_us:.1f} us an event, {core:.1f} % of a core in real time; same outcomes'
    )


def _turn(system: System, policy: str, seed: int, seconds: float, folder: Path) -> dict[str, _Run]:
    """Return a run of each kind; every second turn in the other order."""
    kinds = ['plain', *_KINDS]
    found = {
        kind: _run(system, policy, seed, seconds, kind, folder)
        for kind in (kinds if seed % 2 else reversed(kinds))
    }
    for kind, one in found.items():
        if one.outcome != found['plain'].outcome:
            raise SystemExit(f'{policy}, seed {seed}: other outcomes {kind}')
    return found


def _run(system: System, policy: str, seed: int, seconds: float, kind: str, folder: Path) -> _Run:
    # what an earlier run has left is none of this one
    gc.collect()
    started = time.process_time()
    with _listener(kind, system, folder) as listener:
        simulator = Simulator(system, policy=policy, seed=seed, listener=listener)
        if kind == 'with scores':
            assert isinstance(listener, TraceWriter)
            simulator.dispatcher.tell_scores(listener.scores)
        simulator.run(seconds)
    spent_s = time.process_time() - started
    result = outcome(simulator)
    # times of decisions are the clock's, not the run's
    events = result.pop('decisions')['count']
    return _Run(spent_s, result, events)


def _listener(kind: str, system: System, folder: Path) -> AbstractContextManager[Any]:
    if kind == 'plain':
        return nullcontext()
    if kind == 'kept':
        return nullcontext(_Keeper())
    setup = setup_data(system.tasks, system.units, system.profiles())
    return trace_file(folder / 'run.trace', {'setup': setup})


class _Keeper:
    """Keeps events and decisions, and writes nothing."""

    def __init__(self) -> None:
        self._kept: list[tuple[int, Any, Any]] = []

    def __call__(self, now_ns: int, event: Any, decisions: Any) -> None:
        self._kept.append((now_ns, event, decisions))
        if len(self._kept) == _BATCH:
            self._kept = []


if __name__ == '__main__':
    main()
