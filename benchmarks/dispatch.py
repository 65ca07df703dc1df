# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Time the dispatcher takes to decide: ``dev/env.sh python benchmarks/dispatch.py``.

Twelve tasks of three stages at mixed rates on six units, in virtual time, so that nothing but
deciding is measured. Prints microseconds per event.
"""

from __future__ import annotations

import argparse
import heapq
import json
import statistics
import time

from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.events import StageFinished
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.core.units import Unit
from edge_sched_ros.policies.registry import make_policy
from edge_sched_ros.policies.registry import policy_names

_MS = 1_000_000
_STAGES = (('preprocess', 1), ('infer', 9), ('postprocess', 1))


def _dispatcher(policy: str, tasks: int, units: int) -> LowLevelDispatcher:
    names = tuple(f'cpu{n}' for n in range(units))
    variant = VariantSpec('base', tuple(StageSpec(name, names) for name, _ in _STAGES))
    specs = tuple(
        TaskSpec(f't{n}', (variant,), (30 + 3 * n) * _MS, stream=f's{n}', max_in_flight=2)
        for n in range(tasks)
    )
    return LowLevelDispatcher(
        tasks=specs,
        units=tuple(Unit(name) for name in names),
        policy=policy,
        make_policy=make_policy,
    )


def measure(policy: str, *, tasks: int, units: int, events: int) -> dict[str, float]:
    """Run a simulated load and return microseconds per event."""
    dispatcher = _dispatcher(policy, tasks, units)
    durations = dict(_STAGES)
    # (time, order, event); frames come every 20 to 31 ms a task
    queue: list[tuple[int, int, object]] = []
    for n in range(tasks):
        for k in range(events // tasks):
            at = (k * (20 + n) + n) * _MS
            heapq.heappush(queue, (at, len(queue), FrameArrived(f's{n}', k, at)))
    order, spent = len(queue), []
    while queue and len(spent) < events:
        now, _, event = heapq.heappop(queue)
        before = time.perf_counter_ns()
        decisions = dispatcher.handle(event, now)  # type: ignore[arg-type]
        spent.append(time.perf_counter_ns() - before)
        for decision in decisions:
            if isinstance(decision, Run):
                end = now + durations[decision.stage] * _MS
                order += 1
                done = StageFinished(decision.job, decision.stage, decision.unit, now, end)
                heapq.heappush(queue, (end, order, done))
    dispatcher.validate()
    cuts = statistics.quantiles(spent, n=100)
    return {'median_us': cuts[49] / 1e3, 'p99_us': cuts[98] / 1e3}


def main() -> None:
    """Measure every policy."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--tasks', type=int, default=12)
    parser.add_argument('--units', type=int, default=6)
    parser.add_argument('--events', type=int, default=30_000)
    parser.add_argument('--json', action='store_true')
    arguments = parser.parse_args()
    found = {
        policy: measure(
            policy, tasks=arguments.tasks, units=arguments.units, events=arguments.events
        )
        for policy in policy_names()
    }
    if arguments.json:
        print(json.dumps(found, indent=2))
        return
    for policy, times in found.items():
        print(f'{policy:12} median {times["median_us"]:6.1f} us   p99 {times["p99_us"]:6.1f} us')


if __name__ == '__main__':
    main()
