# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Two programs on one accelerator, simulated from what each takes alone.

``dev/env.sh python benchmarks/shared_units.py``. Published values are medians of the public runs
of XSched (OSDI 2025, XpuOS/xsched-artifacts at e5ed108, ``results/fig7/raw``) on an AGX Orin: a
program with requests now and then beside one without a pause, and requests a second of a program
alone and of two together. Commands of a request, rates, and the commands that XSched lets be in
flight are those of its scripts (``vpi/fig7/scripts``, ``dla/fig7/scripts``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.events import Event
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.parsing import make_system
from edge_sched_ros.system.system import System

_SECONDS = 60.0
#: longer than a run
_NEVER_MS = 1e6


@dataclass(frozen=True)
class Published:
    """
    A unit in the public runs; times in ms.

    :param alone: a request alone
    :param shared: beside the other program, without a scheduler
    :param first: beside the other program, which XSched lets wait
    :param commands: commands of a request; 0 where the runs do not tell
    :param in_flight: commands of the other program that XSched lets be in flight
    :param alone_hz: requests a second of a program alone, without a pause
    :param both_hz: requests a second of each of two such programs together
    """

    alone: float
    shared: float
    first: float
    commands: int
    in_flight: int
    rate_hz: float
    alone_hz: float
    both_hz: float

    @property
    def on_unit_ms(self) -> float:
        """Return the part of a request on the unit: without a pause the rest overlaps."""
        return min(self.alone, 1e3 / self.alone_hz)


CASES = {
    'DLA': Published(5.44, 11.10, 5.98, 0, 2, 42.7, 214.86, 89.26),
    'PVA': Published(97.57, 156.03, 102.81, 64, 16, 2.0, 9.89, 5.76),
    'OFA': Published(22.26, 40.01, 28.43, 8, 4, 9.0, 46.55, 24.37),
}


def shared_ms(case: Published) -> list[float]:
    """Return the responses to requests now and then, by a unit that both programs share."""
    before_ms = case.alone - case.on_unit_ms
    stages = [{'name': 'run', 'cost': {'unit0': case.on_unit_ms}}]
    if before_ms:
        stages.insert(0, {'name': 'submit', 'cost': {'cpu0': before_ms}})
    another = [{'name': 'run', 'cost': {'unit0': case.on_unit_ms}}]
    return _responses(case, {'slots': 2}, stages, another)


def first_ms(case: Published, depth: int) -> list[float]:
    """
    Return the responses to requests now and then, which go before the other program's commands.

    :param depth: commands in flight
    """
    command_ms = case.alone / case.commands
    commands = [{'name': 'run', 'cost': {'unit0': command_ms}}] * case.commands
    request = [{'name': 'run', 'cost': {'unit0': case.alone}}]
    return _responses(case, {'depth': depth}, request, commands)


def _responses(
    case: Published,
    unit: dict[str, Any],
    stages: Sequence[dict[str, Any]],
    commands: Sequence[dict[str, Any]],
) -> list[float]:
    """Return the responses of the program with requests now and then."""
    period_ms = 1e3 / case.rate_hz
    names = [f'command{number}' for number in range(len(commands))]
    others = {name: {'network': name, 'stream': 'program'} for name in names}
    data: dict[str, Any] = {
        'units': {'unit0': unit, 'cpu0': {}, 'cpu1': {}},
        'streams': {'program': {'period_ms': _NEVER_MS, 'phase_ms': 0}},
        'networks': {
            'n': {'stages': stages},
            **{name: {'stages': [stage]} for name, stage in zip(names, commands)},
        },
        'tasks': {
            'now_and_then': {
                'network': 'n',
                'period_ms': period_ms,
                'jitter_ms': period_ms / 4,
                'deadline_ms': _NEVER_MS,
                'priority': 1,
            },
            **{name: {**task, 'deadline_ms': _NEVER_MS} for name, task in others.items()},
        },
    }
    return _Run(System(make_system(data, name='shared')), names).run()


class _Run:
    """A run in which the program without a pause sends its next request at the last answer."""

    def __init__(self, system: System, names: Sequence[str]) -> None:
        self._left = self._all = len(names)
        self._names = frozenset(names)
        self._requests = 0
        self._found: list[float] = []
        self._simulator = Simulator(system, policy='edf', listener=self._listen)

    def run(self) -> list[float]:
        """Return the responses of the other program in ms."""
        self._simulator.run(_SECONDS)
        return self._found

    def _listen(self, now_ns: int, _event: Event, decisions: list[Decision]) -> None:
        for one in decisions:
            if isinstance(one, Complete) and one.task == 'now_and_then':
                self._found.append(one.response_ns / 1e6)
            elif isinstance(one, Complete) and one.task in self._names:
                self._left -= 1
        if not self._left and now_ns < _SECONDS * 1e9:
            self._left = self._all
            self._requests += 1
            frame = FrameArrived('program', self._requests, now_ns)
            self._simulator.send_at(now_ns, frame)


def main() -> None:
    """Print a table."""
    print(
        '| unit | alone | shared: published | simulated | first: published | one in flight |'
        ' as many as XSched lets |\n' + '| --- ' * 7 + '|'
    )
    for name, case in CASES.items():
        cells = [str(case.alone), str(case.shared), _cell(shared_ms(case), case.shared)]
        cells.append(str(case.first))
        for depth in (1, case.in_flight):
            cells.append(_cell(first_ms(case, depth), case.first) if case.commands else '')
        print(f'| {name} | ' + ' | '.join(cells) + ' |')


def _cell(found_ms: Sequence[float], published: float) -> str:
    value = median(found_ms)
    return f'{value:.2f} ({value / published - 1:+.0%})'


if __name__ == '__main__':
    main()
