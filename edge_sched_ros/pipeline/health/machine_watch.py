# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps the dispatcher informed about the state of its units on this machine."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping

from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.events import UnitChanged
from edge_sched_ros.core.units import HUNG
from edge_sched_ros.execution.runtime import Runtime
from edge_sched_ros.execution.telemetry.sampler import Sampler
from edge_sched_ros.execution.telemetry.sampler import UnitUse
from edge_sched_ros.execution.telemetry.unit_reading import UnitReading

_log = logging.getLogger(__name__)


class MachineWatch:
    """
    Telemetry for one runtime.

    :param runtime: informed when units become slower, faster, or are switched off
    :param sampler: reads the telemetry
    """

    def __init__(self, runtime: Runtime, sampler: Sampler) -> None:
        self._runtime = runtime
        self._sampler = sampler
        self._before: tuple[int, dict[str, tuple[int, int]]] | None = None
        #: changes of hung units: their calls have not returned, whatever the clock
        self._put_off: dict[str, UnitChanged] = {}
        #: last reading, by unit
        self.readings: Mapping[str, UnitReading] = {}

    def check(self) -> None:
        """Read everything once, and inform the dispatcher about changes."""
        now_ns, done, hung = self._runtime.read(_look)
        found = self._sampler.sample(now_ns, self._uses(now_ns, done))
        self._before = (now_ns, done)
        self.readings = found.readings
        self._runtime.busy_power_mw = self._busy_power_mw(found.readings)
        changes = self._put_off | {change.unit: change for change in found.changes}
        self._put_off = {unit: change for unit, change in changes.items() if unit in hung}
        for unit, change in changes.items():
            if unit not in hung:
                self._tell(change)

    def _busy_power_mw(self, readings: Mapping[str, UnitReading]) -> dict[str, float]:
        """Return the power of busy units, from the last period in which they were busy."""
        known = dict(self._runtime.busy_power_mw)
        for name, reading in readings.items():
            if not reading.rail:
                known.pop(name, None)
            elif not math.isnan(reading.busy_power_estimate_mw):
                known[name] = reading.busy_power_estimate_mw
        return known

    def _tell(self, change: UnitChanged) -> None:
        _log.warning(
            'unit %s is %s at %.0f%% of its profiled speed%s',
            change.unit,
            change.state,
            100 * change.speed,
            f': {change.reason}' if change.reason else '',
        )
        self._runtime.post(change)

    def _uses(self, now_ns: int, done: dict[str, tuple[int, int]]) -> dict[str, UnitUse]:
        if self._before is None or now_ns <= self._before[0]:
            return {}
        since_ns, earlier = now_ns - self._before[0], self._before[1]
        return {
            name: UnitUse(
                min(1.0, max(0.0, (busy_ns - earlier[name][0]) / since_ns)),
                stages - earlier[name][1],
            )
            for name, (busy_ns, stages) in done.items()
        }


def _look(
    dispatcher: LowLevelDispatcher, now_ns: int
) -> tuple[int, dict[str, tuple[int, int]], set[str]]:
    """Return the time, busy time and stages of every unit, and the hung units."""
    units = dispatcher.units.items()
    done = {name: (unit.busy_until_now_ns(now_ns), unit.stages_done) for name, unit in units}
    return now_ns, done, {name for name, unit in units if unit.state == HUNG}
