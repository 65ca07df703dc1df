# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Age of the newest answer of every task, by load: ``dev/env.sh python benchmarks/overload_ages.py``.

The tasks of ``make bench`` in virtual time: two cores, three cameras, each with detection,
tracking after it, and depth; deadlines of 1, 1.5 and 1 camera periods, as there. Load 1 is the
camera rate at which the networks' own files need both cores all the time. Ages are means over
time, sampled every 2 ms, of now minus the release of the newest answered frame; shown is the
worst camera of each kind. No baseline is a process for each network here: ``fcfs`` and ``edf``
answer every frame that is the newest when a core is free, on time or not.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Release
from edge_sched_ros.core.events import Event
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.system import System
from edge_sched_ros.system.system_file import SystemFile

CAMERAS, CORES = 3, 2
#: kind -> time of its network's own file, of its INT8 variant, and deadline in camera periods
KINDS = {'detect': (4.66, 2.45, 1.0), 'track': (0.75, 0.45, 1.5), 'depth': (2.07, 1.40, 1.0)}
#: spread of run times
_CV = 0.05
#: of the node for early drops
_MARGIN_MS = 2.0
_SAMPLE_NS, _NS_PER_S = 2_000_000, 1_000_000_000
#: name -> policy, periods of the floor, and whether there are INT8 variants within a tolerance
CONTENDERS = {
    'fcfs': ('fcfs', 0.0, False),
    'edf': ('edf', 0.0, False),
    'edf+drop, no floor': ('edf+drop', 0.0, False),
    'edf+drop': ('edf+drop', 3.0, False),
    'edf+drop, INT8': ('edf+drop', 3.0, True),
}


def make_system(
    load: float,
    *,
    overhead_ms: float,
    variants: bool,
    jitter_ms: float = 0.0,
    in_flight: int = 1,
    device: Mapping[str, Any] | None = None,
) -> System:
    """
    Return the workload at a load.

    :param overhead_ms: time that every answer takes beside its network
    :param jitter_ms: of the frames
    :param in_flight: most jobs of a task at a time, trackers apart
    :param device: more about the cores, such as the spread of run times
    """
    per_frame_ms = sum(base for base, _, _ in KINDS.values())
    period_ms = CAMERAS * per_frame_ms / CORES / load
    cores = [f'cpu{n}' for n in range(CORES)]
    networks, tasks, streams = {}, {}, {}
    for kind, (base_ms, int8_ms, _) in KINDS.items():
        forms = {'base': {'cost': dict.fromkeys(cores, base_ms + overhead_ms)}}
        if variants:
            forms['int8'] = {'cost': dict.fromkeys(cores, int8_ms + overhead_ms), 'accuracy': 0.99}
        networks[kind] = {'variants': forms, **({'tolerance': 0.03} if variants else {})}
    for camera in range(CAMERAS):
        streams[f'camera{camera}'] = {
            'period_ms': period_ms,
            'phase_ms': period_ms * camera / CAMERAS,
            'jitter_ms': jitter_ms,
        }
        for kind, (_, _, periods) in KINDS.items():
            source = {'stream': f'camera{camera}'}
            if kind == 'track':
                source = {'after': f'detect{camera}'}
            tasks[f'{kind}{camera}'] = {
                'network': kind, 'deadline_ms': periods * period_ms, **source,
                'max_in_flight': 1 if kind == 'track' else in_flight,
            }  # fmt: skip
    platform = {'name': 'cores', 'units': {name: {'kind': 'cpu'} for name in cores}}
    workload = {'name': 'bench', 'networks': networks, 'streams': streams, 'tasks': tasks}
    return System(
        SystemFile.model_validate(workload),
        SystemFile.model_validate({**platform, 'latency_cv': _CV, **(device or {})}),
    )


@dataclass
class Ages:
    """
    The age of the newest answer of each task over time.

    :param begin_ns: samples before this are left out
    """

    begin_ns: int
    released: dict[int, int] = field(default_factory=dict)
    #: task -> release of the newest answered frame
    newest: dict[str, int] = field(default_factory=dict)
    #: task -> sum and maximum of the ages, number of samples
    sums: dict[str, list[int]] = field(default_factory=dict)
    next_ns: int = 0

    def listen(self, now_ns: int, _event: Event, decisions: list[Decision]) -> None:
        """Take over what happened at a time."""
        while self.next_ns < now_ns:
            self._sample()
        for one in decisions:
            if isinstance(one, Release):
                self.released[one.job] = one.release_ns
            elif isinstance(one, Complete):
                release_ns = self.released.pop(one.job)
                self.newest[one.task] = max(self.newest.get(one.task, 0), release_ns)

    def _sample(self) -> None:
        if self.next_ns >= self.begin_ns:
            for task, release_ns in self.newest.items():
                sums = self.sums.setdefault(task, [0, 0, 0])
                age_ns = self.next_ns - release_ns
                sums[:] = sums[0] + age_ns, max(sums[1], age_ns), sums[2] + 1
        self.next_ns += _SAMPLE_NS


def measure(
    system: System, policy: str, floor_periods: float, *, seconds: float, seed: int
) -> dict[str, Any]:
    """Return ages in ms and shares on time, by kind of task; of the worst camera."""
    ages = Ages(_NS_PER_S)
    parameters = {'margin_ms': _MARGIN_MS} if policy.endswith('+drop') else {}
    simulator = Simulator(
        system,
        policy=policy,
        policy_parameters=parameters,
        seed=seed,
        listener=ages.listen,
        floor_periods=floor_periods,
    )
    simulator.run(seconds)
    accounts = simulator.dispatcher.ledger.tasks
    found: dict[str, Any] = {'on_time': sum(one.on_time for one in accounts.values()) / seconds}
    for kind in KINDS:
        sums = [ages.sums.get(f'{kind}{camera}') for camera in range(CAMERAS)]
        own = [accounts[f'{kind}{camera}'] for camera in range(CAMERAS)]
        found[kind] = {
            'age_ms': max(one[0] / one[2] / 1e6 if one else float('inf') for one in sums),
            'max_age_ms': max(one[1] / 1e6 if one else float('inf') for one in sums),
            'on_time_share': min(one.on_time / one.released for one in own),
        }
    return found


def main() -> None:
    """Measure every contender at every load."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--loads', type=float, nargs='+', default=[0.8, 1.0, 1.3, 1.6, 2.0])
    parser.add_argument('--seconds', type=float, default=20.0)
    parser.add_argument('--overhead-ms', type=float, default=0.6)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--json', action='store_true')
    arguments = parser.parse_args()
    rows = []
    for load in arguments.loads:
        for name, (policy, floor_periods, variants) in CONTENDERS.items():
            system = make_system(load, overhead_ms=arguments.overhead_ms, variants=variants)
            of_run = {'seconds': arguments.seconds, 'seed': arguments.seed}
            found = measure(system, policy, floor_periods, **of_run)
            rows.append({'load': load, 'contender': name, **found})
            if not arguments.json:
                _show(rows[-1])
    if arguments.json:
        print(json.dumps(rows, indent=2))


def _show(row: dict[str, Any]) -> None:
    kinds = '  '.join(
        f'{kind} {row[kind]["age_ms"]:6.1f} ms (max {row[kind]["max_age_ms"]:6.1f},'
        f' on time {row[kind]["on_time_share"]:5.1%})'
        for kind in KINDS
    )
    print(f'{row["load"]:g}  {row["contender"]:20} {row["on_time"]:6.1f}/s  {kinds}', flush=True)


if __name__ == '__main__':
    main()
