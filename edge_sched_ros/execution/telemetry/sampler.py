# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Assigns a machine's telemetry to its units; called on a timer, without its own thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edge_sched_ros.core.events import UnitChanged
from edge_sched_ros.execution.telemetry.activity import active_share
from edge_sched_ros.execution.telemetry.energy import busy_power_estimate_mw
from edge_sched_ros.execution.telemetry.energy import energy_estimate_mj
from edge_sched_ros.execution.telemetry.energy import IdlePower
from edge_sched_ros.execution.telemetry.machine_reader import MachineReader
from edge_sched_ros.execution.telemetry.machine_reader import MachineReading
from edge_sched_ros.execution.telemetry.unit_reading import UnitReading
from edge_sched_ros.execution.telemetry.unit_reading import UNKNOWN
from edge_sched_ros.execution.telemetry.unit_watch import UnitSigns
from edge_sched_ros.execution.telemetry.unit_watch import UnitWatch
from edge_sched_ros.execution.units import LocalUnit


@dataclass(frozen=True, slots=True)
class UnitUse:
    """A unit's activity since the last sample: busy share of the time (0..1), ended stages."""

    busy: float = 0.0
    stages: int = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """
    The result of one sample.

    :param readings: readings by unit
    :param changes: events for the dispatcher
    """

    readings: Mapping[str, UnitReading]
    changes: tuple[UnitChanged, ...]


class Sampler:
    """
    The telemetry of some units.

    :param units: units of this machine
    :param root: the folder with ``sys``, ``etc`` and ``var``
    :param profile_mhz: unit -> clock of its profiles; the first cap if not given
    """

    def __init__(
        self,
        units: tuple[LocalUnit, ...],
        *,
        root: Path = Path('/'),
        profile_mhz: Mapping[str, float] | None = None,
    ) -> None:
        self._units = units
        cores = (local.core for local in units if local.core is not None)
        self._reader = MachineReader(cores, root)
        self._idle = IdlePower()
        profiled = profile_mhz or {}
        self._watches = {
            local.unit.name: UnitWatch(local.unit.name, profiled.get(local.unit.name))
            for local in units
        }
        self._before: MachineReading | None = None

    def sample(self, now_ns: int, uses: Mapping[str, UnitUse]) -> Sample:
        """
        Read everything once.

        :param now_ns: time on any monotonic clock
        :param uses: activity by unit; other units were idle
        """
        reading = self._reader.read(now_ns, self._before)
        self._idle.observe(reading.rails_mw)
        kinds = {local.unit.kind for local in self._units}
        rails = {kind: reading.rail_of(kind) for kind in kinds}
        readings, changes = {}, []
        for local in self._units:
            name = local.unit.name
            signs = _signs(local, reading, uses.get(name, UnitUse()))
            change = self._watches[name].update(signs)
            if change is not None:
                changes.append(change)
            readings[name] = self._unit(local, reading, signs, uses, rails)
        self._before = reading
        return Sample(readings, tuple(changes))

    def _unit(
        self,
        local: LocalUnit,
        reading: MachineReading,
        signs: UnitSigns,
        uses: Mapping[str, UnitUse],
        rails: Mapping[str, str],
    ) -> UnitReading:
        name, kind = local.unit.name, local.unit.kind
        rail = rails[kind]
        fed = [u.unit.name for u in self._units if rail and rails[u.unit.kind] == rail]
        stage_mj, busy_mw = self._spent(name, reading, rail, fed, uses)
        return UnitReading(
            temperature_c=_or_unknown(reading.heat.temperature_c(kind)),
            power_mw=reading.rails_mw.get(rail, UNKNOWN),
            rail=rail,
            shares_rail_with=tuple(other for other in fed if other != name),
            clock_mhz=_or_unknown(signs.clock_mhz),
            cap_mhz=_or_unknown(signs.cap_mhz),
            active_share=self._active_share(name, reading),
            throttled=self._watches[name].throttled,
            energy_per_stage_estimate_mj=stage_mj,
            busy_power_estimate_mw=busy_mw,
        )

    def _active_share(self, name: str, reading: MachineReading) -> float:
        before = None if self._before is None else self._before.times.get(name)
        now = reading.times.get(name)
        return _or_unknown(None if before is None or now is None else active_share(before, now))

    def _spent(
        self,
        name: str,
        reading: MachineReading,
        rail: str,
        fed: list[str],
        uses: Mapping[str, UnitUse],
    ) -> tuple[float, float]:
        """Return estimates: energy of a stage (mJ), power while busy (mW), in the last period."""
        use = uses.get(name, UnitUse())
        if not rail or not use.busy or self._before is None:
            return UNKNOWN, UNKNOWN
        period_s = (reading.now_ns - self._before.now_ns) / 1e9
        everyone_s = sum(uses.get(other, UnitUse()).busy for other in fed) * period_s
        rail_mw, idle_mw = reading.rails_mw[rail], self._idle.of(rail)
        spent_mj = energy_estimate_mj(rail_mw, idle_mw, use.busy * period_s, everyone_s, period_s)
        busy_mw = busy_power_estimate_mw(rail_mw, idle_mw, everyone_s, period_s)
        return spent_mj / use.stages if use.stages else UNKNOWN, busy_mw


def _signs(local: LocalUnit, reading: MachineReading, use: UnitUse) -> UnitSigns:
    """Return the observed clock of a unit."""
    unit, mode = local.unit, reading.mode
    clock_mhz: float | None = None
    busy, online = use.busy, True
    if local.core is not None:
        core = reading.cores[local.core]
        online = core.online
        clock_mhz, cap_mhz = _scaled(core.clock_khz, 1e3), _scaled(core.cap_khz, 1e3)
    elif unit.name == 'gpu0' and not reading.gpu.reason:
        gpu = reading.gpu
        clock_mhz, cap_mhz = _scaled(gpu.clock_hz, 1e6), _scaled(gpu.cap_hz, 1e6)
        # a stage on the GPU may be waiting: the driver knows when it computes
        busy = use.busy if gpu.load is None else gpu.load
    else:
        # only root can read their clocks, but the caps of the power mode are readable
        cap_mhz = _scaled(mode.caps_hz.get(unit.name), 1e6)
    slowed_by = reading.heat.slowed_by(unit.kind)
    return UnitSigns(clock_mhz, cap_mhz, busy, slowed_by, online, mode.name)


def _scaled(value: int | None, divisor: float) -> float | None:
    return None if value is None else value / divisor


def _or_unknown(value: float | None) -> float:
    return UNKNOWN if value is None else value
