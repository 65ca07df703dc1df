# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Time the dispatcher takes to decide: ``dev/env.sh python benchmarks/dispatch.py [--json]``.

One decision round is one call of ``handle``: an event is taken in, the policy asked. Systems are
simulated, so that nothing but deciding is measured.

* without options: every policy, 12 tasks of three stages on 6 unequal units at load 0.9
* ``--sweep``: from 6 tasks on 3 units to 200 on 32; the exponents ``k`` of fits
  ``cost ~ (tasks * units) ** k`` to medians and to means must not be above 1
* ``--share``: deciding as a share of the time, drone workload on Orin AGX and NX; the target is
  for the published costs, ramps of load (2 is twice what the device can do) are there to compare

Times are CPU times of the thread. Runs are repeated and a round's time is the shortest of its
repetitions: a run decides the same every time, so what differs is the machine's other work.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import time
from collections.abc import Sequence
from typing import Any

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.events import Event
from edge_sched_ros.policies.registry import policy_classes
from edge_sched_ros.simulation.load import at_load
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.loading import load_platform
from edge_sched_ros.system.loading import load_workload
from edge_sched_ros.system.system import System
from edge_sched_ros.system.system_file import SystemFile

POLICIES = (*sorted(policy_classes()), 'edf+drop', 'fcfs+drop', 'dream+drop', 'horizon+drop')
#: what a median round may take in microseconds
TARGETS_US = {'edf': 50.0, 'dream': 150.0, 'horizon': 1000.0}
#: what deciding may take of the time
SHARE_TARGET = 0.01
SHARE_POLICIES = ('edf+drop', 'dream', 'horizon')
SIZES = ((6, 3), (12, 6), (25, 8), (50, 12), (100, 20), (200, 32))
#: kinds of units in turn, and how much slower than the first they infer
KINDS = (('gpu', 1.0), ('dla', 1.8), ('cpu', 6.0))


class _Enough(Exception):
    """As many rounds as wanted have been seen."""


def make_system(tasks: int, units: int, load: float) -> System:
    """Return tasks of mixed rates; every unit takes another time for every stage."""
    platform: dict[str, Any] = {'name': 'bench', 'units': {}, 'latency_cv': 0.05}
    kinds = {f'{KINDS[n % 3][0]}{n // 3}': KINDS[n % 3] for n in range(units)}
    for name, (kind, _) in kinds.items():
        platform['units'][name] = {'kind': kind, 'active_mw': 1000 + 100 * len(platform['units'])}
    workload: dict[str, Any] = {'name': 'bench', 'tasks': {}, 'networks': {}}
    for n in range(tasks):
        work_ms = 2.0 + n % 7
        infer = {
            name: work_ms * slower * (1 + 0.02 * index)
            for index, (name, (_, slower)) in enumerate(kinds.items())
        }
        light = {name: ms / 8 for name, ms in infer.items() if not name.startswith('dla')}
        stages = [('preprocess', light), ('infer', infer), ('postprocess', light)]
        workload['networks'][f'n{n}'] = {
            'stages': [{'name': name, 'cost': cost} for name, cost in stages]
        }
        workload['tasks'][f't{n}'] = {
            'network': f'n{n}',
            'period_ms': 20.0 + 41.0 * n / tasks,
            'jitter_ms': 1.0,
        }
    return at_load(SystemFile.model_validate(workload), SystemFile.model_validate(platform), load)


def rounds_ns(
    system: System, policy: str, *, rounds: int, repeat: int = 3, limit_s: float = 60.0
) -> tuple[list[int], int]:
    """Return what every decision round took, and the simulated time they span."""
    end_s = time.monotonic() + limit_s
    first = _one_run(system, policy, rounds, end_s)
    runs = [first.decision_ns]
    # no repetition is begun that would take longer than what is left
    while len(runs) < repeat and time.monotonic() < end_s - limit_s / 2:
        runs.append(_one_run(system, policy, rounds, end_s).decision_ns)
    spent = [min(times) for times in zip(*runs)]
    return spent, first.now_ns * len(spent) // len(first.decision_ns)


def _one_run(system: System, policy: str, rounds: int, end_s: float) -> Simulator:
    def listen(_now_ns: int, _event: Event, _decisions: list[Decision]) -> None:
        if len(simulator.decision_ns) >= rounds or time.monotonic() > end_s:
            raise _Enough

    simulator = Simulator(
        system, policy=policy, seed=1, listener=listen, clock=time.thread_time_ns
    )
    try:
        simulator.run(1e9)
    except _Enough:
        simulator.dispatcher.validate()
    return simulator


def measure_all(rounds: int) -> list[dict[str, Any]]:
    """Return median and 99th percentile of every policy."""
    system, rows = make_system(12, 6, 0.9), []
    for policy in POLICIES:
        spent, _ = rounds_ns(system, policy, rounds=rounds)
        cuts = statistics.quantiles(spent, n=100)
        row = {'policy': policy, 'median_us': cuts[49] / 1e3, 'p99_us': cuts[98] / 1e3}
        if policy in TARGETS_US:
            row.update(target_us=TARGETS_US[policy], held=row['median_us'] < TARGETS_US[policy])
        rows.append(row)
    return rows


def sweep(policies: Sequence[str], frames: int) -> list[dict[str, Any]]:
    """Return what a round of every policy takes at every size, and how that grows."""
    systems = {size: make_system(*size, 0.9) for size in SIZES}
    logs = [math.log(tasks * units) for tasks, units in SIZES]
    rows = []
    for policy in policies:
        medians, means, rounds = [], [], []
        for (tasks, _), system in systems.items():
            # a frame and three stages are four rounds; the first third is before steady state
            spent, _ = rounds_ns(system, policy, rounds=4 * frames * tasks, repeat=2)
            steady = spent[len(spent) // 3 :]
            rounds.append(len(steady))
            medians.append(statistics.median(steady) / 1e3)
            means.append(statistics.fmean(steady) / 1e3)
        exponents = [slope(logs, [math.log(us) for us in costs]) for costs in (medians, means)]
        names = [f'{tasks}x{units}' for tasks, units in SIZES]
        rows.append(
            {
                'policy': policy,
                # fewer than asked for where a minute was not enough
                'rounds': dict(zip(names, rounds)),
                'median_us': dict(zip(names, medians)),
                'mean_us': dict(zip(names, means)),
                'median_ns_per_task_and_unit': {
                    name: us * 1e3 / (tasks * units)
                    for name, us, (tasks, units) in zip(names, medians, SIZES)
                },
                'median_exponent': exponents[0],
                'mean_exponent': exponents[1],
                'held': max(exponents) <= 1,
            }
        )
        print(f'{policy} done', file=sys.stderr)
    return rows


def slope(x: Sequence[float], y: Sequence[float]) -> float:
    """Return the slope of the least-squares line."""
    mean_x, mean_y = statistics.fmean(x), statistics.fmean(y)
    rise = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y))
    return rise / sum((a - mean_x) ** 2 for a in x)


def share(rounds: int) -> list[dict[str, Any]]:
    """Return what deciding takes of the drone's time."""
    rows = []
    workload = load_workload('robot_drone')
    for name in ('orin_agx', 'orin_nx'):
        platform = load_platform(name)
        for load in (None, 1.0, 2.0):
            system = (
                System(workload, platform) if load is None else at_load(workload, platform, load)
            )
            for policy in SHARE_POLICIES:
                spent, span_ns = rounds_ns(system, policy, rounds=rounds)
                part = sum(spent) / span_ns
                row = {
                    'policy': policy,
                    'platform': name,
                    'load': load,
                    'rounds_per_s': len(spent) / span_ns * 1e9,
                    'mean_us': statistics.fmean(spent) / 1e3,
                    'share': part,
                }
                rows.append(row if load else {**row, 'held': part < SHARE_TARGET})
    return rows


def _text(row: dict[str, Any]) -> str:
    if 'share' in row:
        load = 'as published' if row['load'] is None else f'load {row["load"]}'
        text = (
            f'{row["policy"]:9} {row["platform"]:9} {load:12} {row["rounds_per_s"]:6.0f} rounds/s '
            f'of {row["mean_us"]:7.1f} us: {row["share"]:7.2%} of the time'
        )
    elif 'mean_exponent' in row:
        per = row['median_ns_per_task_and_unit']
        sizes = '  '.join(
            f'{size} {us:.0f} us ({per[size]:.1f} ns)' for size, us in row['median_us'].items()
        )
        exponents = f'{row["median_exponent"]:.2f}, of means {row["mean_exponent"]:.2f}'
        text = f'{row["policy"]:25} {sizes}  exponent {exponents}'
    else:
        text = f'{row["policy"]:25} median {row["median_us"]:7.1f} us  p99 {row["p99_us"]:7.1f} us'
        if 'target_us' in row:
            text += f'  target {row["target_us"]:.0f} us'
    return text + ('' if 'held' not in row else '  held' if row['held'] else '  NOT HELD')


def main() -> None:
    """Measure and print; exit with 1 when a target is not held."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--rounds', type=int, default=3000, help='decision rounds per run')
    parser.add_argument('--frames', type=int, default=15, help='frames a task, for --sweep')
    parser.add_argument('--policies', nargs='+', default=list(POLICIES), help='for --sweep')
    parser.add_argument('--sweep', action='store_true')
    parser.add_argument('--share', action='store_true')
    parser.add_argument('--json', action='store_true')
    arguments = parser.parse_args()
    if arguments.sweep:
        rows = sweep(arguments.policies, arguments.frames)
    else:
        rows = share(arguments.rounds) if arguments.share else measure_all(arguments.rounds)
    print(json.dumps(rows, indent=2) if arguments.json else '\n'.join(map(_text, rows)))
    sys.exit(not all(row.get('held', True) for row in rows))


if __name__ == '__main__':
    main()
