# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
How equally equal cameras are served under overload: ``dev/env.sh python benchmarks/fairness.py``.

Systems are simulated: 2 to 8 cameras of one network on one or two equal units, each at a phase
drawn by the seed, with deadlines from one period to three, loads from 1.1 to 3, and frames that
come on time or up to a tenth of a period late. Per policy one row: how many systems there were,
in how many the worst camera had less than 0.8 of the answers on time that it could have, the
lowest such ratio and its system, and all answers on time. A camera could have as many as the mean
camera has. Where frames come so close together that there is no time for all, it could have an
equal part of what there is time for: to raise its ratio further, time would have to be taken from
other cameras that nobody can use. ``--together`` lets several cameras' frames come at the same
moment. Systems whose mean camera has fewer than one answer on time in fifty frames are left out:
there, chance decides.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import random
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.system import System
from edge_sched_ros.system.system_file import SystemFile

PERIOD_MS = 33.0
POLICIES = ('edf', 'edf+drop', 'least_slack', 'least_slack+drop', 'dream+drop')
#: less than this of the answers a camera could have is unfair
FAIR = 0.8
#: spread of the cameras' costs, as a share of them
_SPREAD = 0.05
#: a mean camera has more on-time answers than this share of its frames
_NEGLIGIBLE = 0.02


@dataclass(frozen=True)
class Case:
    """Equal cameras; deadline and jitter in periods."""

    cameras: int
    units: int
    deadline: float
    load: float
    jitter: float
    seed: int
    together: int = 1

    @property
    def cost(self) -> float:
        """What a frame takes, in periods."""
        return self.load * self.units / self.cameras

    @property
    def phases(self) -> list[float]:
        """When the cameras' frames come, in periods; the first ``together`` ones as the first."""
        draw = random.Random(self.seed * 1000 + self.cameras)
        drawn = [draw.random() for _ in range(self.cameras)]
        return [drawn[0 if index < self.together else index] for index in range(self.cameras)]

    @property
    def reachable(self) -> float:
        """
        Share of its frames that the worst camera can have in time at most.

        Frames of some cameras that come within a span have to be answered within the span and a
        deadline, and only so many fit in there. Taken over all cameras next to each other.
        """
        phases, share = sorted(self.phases), 1.0
        phases += [phase + 1 for phase in phases]
        for first in range(self.cameras):
            for count in range(2, self.cameras + 1):
                span = phases[first + count - 1] - phases[first]
                fit = self.units * self._fit(span + self.deadline + self.jitter)
                share = min(share, fit / count)
        return share

    def _fit(self, time: float) -> float:
        """Return how many frames one unit answers within a time, on average."""
        most = math.ceil(2 * time / self.cost)
        return sum(
            NormalDist(self.cost * number, self.cost * _SPREAD * math.sqrt(number)).cdf(time)
            for number in range(1, most + 1)
        )

    def system(self) -> System:
        """Return it as a system to simulate."""
        names = [f'cpu{index}' for index in range(self.units)]
        cost = dict.fromkeys(names, self.cost * PERIOD_MS)
        workload: dict[str, Any] = {
            'name': 'equals',
            'networks': {'found': {'stages': [{'name': 'infer', 'cost': cost}]}},
            'tasks': {
                f'camera{index}': {
                    'network': 'found',
                    'period_ms': PERIOD_MS,
                    'phase_ms': phase * PERIOD_MS,
                    'jitter_ms': self.jitter * PERIOD_MS,
                    'deadline_ms': self.deadline * PERIOD_MS,
                }
                for index, phase in enumerate(self.phases)
            },
        }
        platform = {
            'name': 'cores',
            'units': {name: {'kind': 'cpu'} for name in names},
            'latency_cv': _SPREAD,
        }
        return System(SystemFile.model_validate(workload), SystemFile.model_validate(platform))


def cases(arguments: argparse.Namespace) -> Iterator[Case]:
    """Yield all combinations that overload the units, by cameras and not by one frame alone."""
    for values in itertools.product(
        arguments.cameras, arguments.units, arguments.deadlines, arguments.loads,
        arguments.jitters, arguments.seeds,
    ):  # fmt: skip
        case = Case(*values, together=arguments.together)
        if case.cameras > case.units and case.cost < case.deadline:
            yield case


def on_time(case: Case, policy: str, seconds: float) -> list[int]:
    """Return each camera's answers on time."""
    simulator = Simulator(case.system(), policy=policy, seed=case.seed)
    simulator.run(seconds)
    simulator.dispatcher.validate()
    return [account.on_time for account in simulator.dispatcher.ledger.tasks.values()]


def measure(arguments: argparse.Namespace, policy: str) -> dict[str, Any]:
    """Return a policy's row."""
    frames = arguments.seconds * 1000 / PERIOD_MS
    row: dict[str, Any] = {
        'policy': policy, 'systems': 0, 'unfair': 0, 'worst': 1.0, 'worst_case': None,
        'on_time': 0, 'cases': [],
    }  # fmt: skip
    for case in cases(arguments):
        counts = on_time(case, policy, arguments.seconds)
        row['on_time'] += sum(counts)
        mean = sum(counts) / len(counts)
        if mean <= _NEGLIGIBLE * frames:
            continue
        ratio = min(counts) / min(mean, case.reachable * frames)
        row['systems'] += 1
        row['unfair'] += ratio < FAIR
        if arguments.json:
            row['cases'].append({**asdict(case), 'on_time': counts})
        if ratio < row['worst']:
            row.update(worst=ratio, worst_case=f'{case}: {counts}')
    return row


def main(argv: Sequence[str] | None = None) -> None:
    """Print a row for every policy."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--policies', nargs='+', default=POLICIES, metavar='NAME')
    parser.add_argument('--cameras', nargs='+', type=int, default=(2, 3, 5))
    parser.add_argument('--units', nargs='+', type=int, default=(1, 2))
    parser.add_argument('--deadlines', nargs='+', type=float, default=(1.0, 2.0), help='periods')
    parser.add_argument('--loads', nargs='+', type=float, default=(1.2, 1.8))
    parser.add_argument('--jitters', nargs='+', type=float, default=(0.0, 0.1), help='periods')
    parser.add_argument('--seeds', nargs='+', type=int, default=(0,))
    parser.add_argument(
        '--together', type=int, default=1, help='cameras whose frames come at the same moment'
    )
    parser.add_argument('--seconds', type=float, default=8.0, help='simulated, per system')
    parser.add_argument('--json', action='store_true', help='every system as well, JSON')
    arguments = parser.parse_args(argv)
    rows = []
    if not arguments.json:
        print(f'{"policy":20} {"systems":>7} {"below 0.8":>9} {"worst":>6} {"on time":>8}')
    for policy in arguments.policies:
        row = measure(arguments, policy)
        rows.append(row)
        if not arguments.json:
            print(
                f'{policy:20} {row["systems"]:7} {row["unfair"]:9} {row["worst"]:6.2f} '
                f'{row["on_time"]:8}  {row["worst_case"] or ""}',
                flush=True,
            )
    if arguments.json:
        print(json.dumps(rows, indent=1))


if __name__ == '__main__':
    main()
