# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What decisions are worth beside the C++ node's: ``dev/env.sh python benchmarks/peer_decisions.py``.

Equal costs for everybody, in virtual time: the tasks of ``make bench`` on two cores
(``overload_ages.py``), under the C++ node's rule (``peer_model.py``) and under policies with the
settings of a robot. An answer counts when it is delivered in time: after the end of its job passes
a random time, exponential with a given mean. Printed are answers in time a second, late ones in
brackets, and the policy's answers in time over the rule's.
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1]))

from benchmarks.overload_ages import make_system
from benchmarks.peer_model import PeerModel
from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Release
from edge_sched_ros.core.events import Event
from edge_sched_ros.simulation import draws
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.system import System

_NS_PER_S = 1_000_000_000
#: a robot's
_MARGIN_MS, _FLOOR_PERIODS = 2.0, 3.0
_DELIVERY = 77
PEER = 'cpp_edf'
#: name -> spread of run times: the mildest, and one with runs that others hold up
SPREADS: dict[str, dict[str, Any]] = {
    'cv 0.05': {'latency_cv': 0.05},
    'cv 0.2': {'latency_cv': 0.2},
    'cv 0.2, tail': {'latency_cv': 0.2, 'tail': {'chance': 0.03, 'factors': [1.5, 3.0]}},
}


@dataclass
class Count:
    """
    Counts answers that are delivered in time.

    :param delivery_ms: mean time from the end of a job to the delivery of its answer
    """

    system: System
    seed: int
    delivery_ms: float
    on_time: int = 0
    late: int = 0

    def __post_init__(self) -> None:
        """Look up the deadlines."""
        self._deadlines_ns = {task.name: task.deadline_ns for task in self.system.tasks}
        self._state = draws.mix(self.seed, _DELIVERY)
        self._released: dict[int, Release] = {}

    def answered(self, task: str, seq: int, release_ns: int, end_ns: int) -> None:
        """Count an answer; those to the first second's frames do not count."""
        share = draws.uniform(draws.key_of(task), seq, state=self._state)
        end_ns += round(-math.log(share) * self.delivery_ms * 1e6)
        if release_ns >= _NS_PER_S:
            in_time = end_ns <= release_ns + self._deadlines_ns[task]
            self.on_time += in_time
            self.late += not in_time

    def listen(self, now_ns: int, _event: Event, decisions: list[Decision]) -> None:
        """Take over what the dispatcher decided."""
        for one in decisions:
            if isinstance(one, Release):
                self._released[one.job] = one
            elif isinstance(one, Complete):
                release = self._released.pop(one.job)
                self.answered(one.task, release.seq, release.release_ns, now_ns)


def measure(
    system: System, contender: str, *, seconds: float, seed: int, delivery_ms: float, **own: Any
) -> Count:
    """Return what a contender answered; ``own`` are settings of the policy or floors."""
    count = Count(system, seed, delivery_ms)
    if contender == PEER:
        PeerModel(system, seed, own.get('margin_ms', _MARGIN_MS), count.answered).run(seconds)
        return count
    floors = own.pop('floor_periods', _FLOOR_PERIODS)
    Simulator(
        system,
        policy=contender,
        policy_parameters={'margin_ms': _MARGIN_MS, **own},
        seed=seed,
        listener=count.listen,
        floor_periods=floors,
    ).run(seconds)
    return count


def main() -> None:
    """Compare at every load and spread."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--loads', type=float, nargs='+', default=[0.8, 1.0, 1.3, 1.6, 2.0])
    parser.add_argument('--policies', nargs='+', default=['edf+drop', 'dream+drop'])
    parser.add_argument('--spreads', nargs='+', choices=SPREADS, default=list(SPREADS))
    parser.add_argument('--seeds', type=int, nargs='+', default=[1, 2, 3])
    parser.add_argument('--seconds', type=float, default=6.0)
    parser.add_argument('--overhead-ms', type=float, default=0.6)
    parser.add_argument(
        '--more-ms', type=float, default=0.0, help='time by which answers of policies take longer'
    )
    parser.add_argument('--delivery-ms', type=float, default=0.3)
    parser.add_argument('--jitter-ms', type=float, default=1.0)
    parser.add_argument('--set', nargs='*', default=[], help='NAME=VALUE for the policies')
    arguments = parser.parse_args()
    own = {name: float(value) for name, _, value in (one.partition('=') for one in arguments.set)}
    for spread in arguments.spreads:
        for load in arguments.loads:
            _show(arguments, own, spread, load)


def _show(arguments: argparse.Namespace, own: dict[str, Any], spread: str, load: float) -> None:
    def rate(contender: str, more_ms: float = 0.0, **own: Any) -> tuple[float, float]:
        on_time = late = 0
        for seed in arguments.seeds:
            system = make_system(
                load,
                overhead_ms=arguments.overhead_ms + more_ms,
                variants=False,
                jitter_ms=arguments.jitter_ms,
                in_flight=2,
                device=SPREADS[spread],
            )
            found = measure(
                system,
                contender,
                seconds=arguments.seconds,
                seed=seed,
                delivery_ms=arguments.delivery_ms,
                **own,
            )
            on_time += found.on_time
            late += found.late
        span_s = (arguments.seconds - 1) * len(arguments.seeds)
        return on_time / span_s, late / span_s

    peer, peer_late = rate(PEER)
    rows = [f'{PEER} {peer:6.1f}/s (late {peer_late:5.1f})']
    for policy in arguments.policies:
        on_time, late = rate(policy, arguments.more_ms, **own)
        rows.append(f'{policy} {on_time:6.1f} (late {late:5.1f}) x {on_time / peer:.3f}')
    print(f'{spread:14} {load:g}  ' + '   '.join(rows), flush=True)


if __name__ == '__main__':
    main()
