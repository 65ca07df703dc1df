# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Power of a unit during its measurement, if rails can be read."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence

from edge_sched_ros.execution.telemetry.energy import energy_estimate_mj
from edge_sched_ros.execution.telemetry.energy import IdlePower
from edge_sched_ros.execution.telemetry.machine_reader import MachineReading
from edge_sched_ros.execution.units import LocalUnit

#: minimum time between readings: one reads some dozens of small files
_PERIOD_NS = 100_000_000


class EnergyMeter:
    """
    Estimates a unit's power above idle while it works.

    A rail's power above its lowest observed power is divided among its units by their busy time
    (``execution.telemetry.energy``), and divided by the busy time.

    :param units: units that are measured or help
    :param read: reads the machine at a time, given the previous reading
    """

    def __init__(
        self,
        units: Sequence[LocalUnit],
        read: Callable[[int, MachineReading | None], MachineReading],
    ) -> None:
        self._kinds = {local.unit.name: local.unit.kind for local in units}
        self._read = read
        self._idle = IdlePower()
        self._before: MachineReading | None = None
        self._started_ns = 0
        self._busy_ms: dict[str, float] = {}
        #: rail -> power times time, in mW ns, and the time of reading
        self._work: dict[str, float] = {}
        self._over_ns: dict[str, int] = {}

    def find_rails(self, now_ns: int) -> tuple[str, ...]:
        """Read the idle machine; return the readable rails."""
        reading = self._before = self._read(now_ns, self._before)
        self._idle.observe(reading.rails_mw)
        return tuple(reading.rails_mw)

    def begin(self, now_ns: int) -> None:
        """Start with a unit."""
        self._busy_ms, self._work, self._over_ns = {}, {}, {}
        self._started_ns = now_ns
        self._before = self._read(now_ns, self._before)

    def note(self, now_ns: int, busy_ms: Iterable[tuple[str, float]]) -> None:
        """Add the latest busy times of units; a unit may occur several times."""
        for unit, ms in busy_ms:
            self._busy_ms[unit] = self._busy_ms.get(unit, 0.0) + ms
        if self._before is not None and now_ns - self._before.now_ns >= _PERIOD_NS:
            self._add(now_ns)

    def end(self, now_ns: int) -> None:
        """Finish a unit."""
        if self._before is not None and now_ns > self._before.now_ns:
            self._add(now_ns)

    def source(self, unit: str) -> str:
        """Return the rail of a unit; empty when none can be read."""
        return '' if self._before is None else self._before.rail_of(self._kinds[unit])

    def power_mw(self, unit: str) -> float | None:
        """Return an estimate of a unit's power above idle while it was busy since ``begin``."""
        rail = self.source(unit)
        over_ns, busy_ms = self._over_ns.get(rail, 0), self._busy_ms.get(unit, 0.0)
        if not rail or not over_ns or not busy_ms:
            return None
        fed = [other for other in self._busy_ms if self.source(other) == rail]
        all_busy_s = sum(self._busy_ms[other] for other in fed) / 1e3
        spent_mj = energy_estimate_mj(
            self._work[rail] / over_ns,
            self._idle.of(rail),
            busy_ms / 1e3,
            all_busy_s,
            over_ns / 1e9,
        )
        return spent_mj / (busy_ms / 1e3)

    def _add(self, now_ns: int) -> None:
        assert self._before is not None
        elapsed_ns = now_ns - self._before.now_ns
        reading = self._before = self._read(now_ns, self._before)
        for rail, power_mw in reading.rails_mw.items():
            self._work[rail] = self._work.get(rail, 0.0) + power_mw * elapsed_ns
            self._over_ns[rail] = self._over_ns.get(rail, 0) + elapsed_ns
