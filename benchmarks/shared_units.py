# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Two programs on one accelerator, simulated from what each takes alone.

``dev/env.sh python benchmarks/shared_units.py``. Published values are medians of the public runs
of XSched (OSDI 2025, XpuOS/xsched-artifacts at e5ed108, ``results/fig7/raw``) on an AGX Orin: a
program with requests now and then beside one without a pause, and requests a second of a program
alone and of two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Any

from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.events import Event
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.parsing import make_system
from edge_sched_ros.system.system import System

_SECONDS = 60.0
#: frames of the program without a pause, in its run time
_OFTEN = 0.05


@dataclass(frozen=True)
class Published:
    """
    A unit in the public runs; times in ms.

    :param alone: a request alone
    :param shared: beside the other program, without a scheduler
    :param first: beside the other program, which XSched lets wait
    :param commands: commands of a request; the scheduler may put others between them
    :param gain: requests a second of two programs together over those of one alone
    """

    alone: float
    shared: float
    first: float
    commands: int
    rate_hz: float
    gain: float


CASES = {
    'DLA': Published(5.44, 11.10, 5.98, 1, 80.0, 2 * 89.26 / 214.86),
    'PVA': Published(97.57, 156.03, 102.81, 8, 2.0, 2 * 5.76 / 9.89),
    'OFA': Published(22.26, 40.01, 28.43, 8, 9.0, 2 * 24.37 / 46.55),
}


def simulated_ms(case: Published, slots: int) -> float:
    """Return the median response of the program with requests now and then."""
    part = case.alone / case.commands
    stages = [{'name': f'c{n}', 'cost': {'unit0': part}} for n in range(case.commands)]
    period_ms = 1e3 / case.rate_hz
    data: dict[str, Any] = {
        'units': {'unit0': {'slots': slots}},
        'networks': {'n': {'stages': stages}},
        'tasks': {
            'now_and_then': {
                'network': 'n',
                'period_ms': period_ms,
                'jitter_ms': period_ms / 4,
                'deadline_ms': 1e6,
                'priority': 1,
            },
            'always': {'network': 'n', 'period_ms': case.alone * _OFTEN, 'deadline_ms': 1e6},
        },
    }
    found: list[float] = []

    def listen(_now_ns: int, _event: Event, decisions: list[Decision]) -> None:
        for one in decisions:
            if isinstance(one, Complete) and one.task == 'now_and_then':
                found.append(one.response_ns / 1e6)

    system = System(make_system(data, name='shared'))
    Simulator(system, policy='edf', listener=listen).run(_SECONDS)
    return median(found)


def main() -> None:
    """Print a table."""
    print(
        '| unit | alone | shared: published | simulated | with the gain | first: published |',
        end='',
    )
    print(' simulated |\n' + '| --- ' * 7 + '|')
    for name, case in CASES.items():
        shared, first = simulated_ms(case, 2), simulated_ms(case, 1)
        gained = 2 * case.alone / case.gain
        print(f'| {name} | {case.alone} | {case.shared} | {_cell(shared, case.shared)} ', end='')
        print(f'| {_cell(gained, case.shared)} | {case.first} | {_cell(first, case.first)} |')


def _cell(value: float, published: float) -> str:
    return f'{value:.2f} ({value / published - 1:+.0%})'


if __name__ == '__main__':
    main()
