# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Log lines on units that hang and recover."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.core.units import HUNG
from edge_sched_ros.core.units import Running
from edge_sched_ros.core.units import UnitState

_log = logging.getLogger(__name__)


class HungUnits:
    """Records which units hang; used only by the holder of the dispatcher's lock."""

    def __init__(self) -> None:
        #: unit -> the stage it hangs on
        self._hung: dict[str, Running] = {}

    def __bool__(self) -> bool:
        """Whether any unit hung at the last check."""
        return bool(self._hung)

    def report(self, units: Mapping[str, UnitState], now_ns: int) -> list[tuple[int, str]]:
        """
        Return a level and a line for every unit that has hung or recovered since the last check.

        :param units: by name
        :param now_ns: the present time of the dispatcher
        """
        lines = []
        for name, unit in units.items():
            if unit.state == HUNG and name not in self._hung and unit.running:
                run = min(unit.running.values(), key=lambda run: run.hang_at_ns)
                self._hung[name] = run
                lines.append((logging.ERROR, _hangs(name, run, now_ns)))
            elif unit.state == AVAILABLE and name in self._hung:
                run = self._hung.pop(name)
                lines.append((logging.WARNING, _back(name, run, now_ns)))
        return lines


def say(lines: list[tuple[int, str]]) -> None:
    """Write lines to the log."""
    for level, line in lines:
        _log.log(level, '%s', line)


def _hangs(name: str, run: Running, now_ns: int) -> str:
    usual_ns = run.due_ns - run.started_ns
    usual = (
        f'it usually takes {usual_ns / 1e6:.3g} ms' if usual_ns > 0 else 'its cost is not known'
    )
    return (
        f'unit {name}: hung: {run.task}/{run.stage} has run for '
        f'{_seconds(run, now_ns)} ({usual}); nothing is started on the unit until that ends'
    )


def _back(name: str, run: Running, now_ns: int) -> str:
    return (
        f'unit {name}: back after {_seconds(run, now_ns)}; it was hung in {run.task}/{run.stage}'
    )


def _seconds(run: Running, now_ns: int) -> str:
    return f'{(now_ns - run.started_ns) / 1e9:.3g} s'
