# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Floors of answers in the suites: ``dev/env.sh python benchmarks/floors_in_suites.py``.

Every scenario of the suites with and without floors, the same seed. A scenario in which nothing
is lost must be decided identically. Of the others: answers on time of all tasks together, and of
the task with the smallest share of them.
"""

from __future__ import annotations

import argparse
import math
import statistics
from typing import Any

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.events import Event
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.simulation.suite import scenarios
from edge_sched_ros.simulation.suite_file import load_suite

SUITES = ('dream', 'xrbench', 'robot')
PERIODS = 3.0


def run(system: Any, policy: str, seed: int, seconds: float, periods: float) -> dict[str, Any]:
    """Return the decisions of a run as a hash, and shares of answers."""
    marks = [0]

    def listen(now_ns: int, _event: Event, decisions: list[Decision]) -> None:
        marks[0] = hash((marks[0], now_ns, tuple(map(str, decisions))))

    simulator = Simulator(system, policy=policy, seed=seed, listener=listen, floor_periods=periods)
    simulator.run(seconds)
    accounts = [one for one in simulator.dispatcher.ledger.tasks.values() if one.released]
    return {
        'decisions': marks[0],
        'on_time': sum(one.on_time for one in accounts),
        'lost': sum(one.released - one.on_time for one in accounts),
        'least': min((one.on_time / one.released for one in accounts), default=1.0),
        'answered': min(((one.on_time + one.late) / one.released for one in accounts), default=1),
        'uxcost': simulator.dispatcher.ledger.uxcost,
    }


def main() -> None:
    """Compare all scenarios of the suites."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--suites', nargs='+', default=SUITES)
    parser.add_argument('--policies', nargs='+', default=['edf+drop', 'dream+drop'])
    parser.add_argument('--seeds', type=int, nargs='+', default=[1])
    parser.add_argument('--seconds', type=float, default=3.0)
    arguments = parser.parse_args()
    for name in arguments.suites:
        for policy in arguments.policies:
            pairs = [
                [run(one.system(), policy, seed, arguments.seconds, n) for n in (0.0, PERIODS)]
                for one in scenarios(load_suite(name))
                if one.platform
                for seed in arguments.seeds
            ]
            _tell(name, policy, pairs)


def _tell(name: str, policy: str, pairs: list[list[dict[str, Any]]]) -> None:
    same = [a['decisions'] == b['decisions'] for a, b in pairs]
    calm = [equal for equal, (a, _) in zip(same, pairs) if not a['lost']]
    assert all(calm), 'a run without losses was decided otherwise'
    other = [pair for pair, equal in zip(pairs, same) if not equal]
    told = f'{sum(same)} identical ({len(calm)} of them calm)'
    print(f'{name:8} {policy:10} {len(pairs)} runs, {told}')
    if other:
        on_time = [math.log(max(1, b['on_time']) / max(1, a['on_time'])) for a, b in other]
        ux = [math.log(b['uxcost'] / a['uxcost']) for a, b in other if a['uxcost']]
        least = [(a['least'], b['least'], a['answered'], b['answered']) for a, b in other]
        print(
            f'    in the others on time x{math.exp(statistics.fmean(on_time)):.3f} '
            f'({math.exp(min(on_time)):.3f} to {math.exp(max(on_time)):.3f}), '
            f'UXCost x{math.exp(statistics.fmean(ux)):.3f}; worst task: on time '
            f'{statistics.fmean(x[0] for x in least):.3f} -> '
            f'{statistics.fmean(x[1] for x in least):.3f}, answered '
            f'{statistics.fmean(x[2] for x in least):.3f} -> '
            f'{statistics.fmean(x[3] for x in least):.3f}',
            flush=True,
        )


if __name__ == '__main__':
    main()
