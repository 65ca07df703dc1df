# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The telemetry of a unit: temperature, power, clock."""

from __future__ import annotations

import math
from dataclasses import dataclass

UNKNOWN = math.nan


@dataclass(frozen=True, slots=True)
class UnitReading:
    """
    One unit at one moment. Unknown values are NaN or empty.

    :param temperature_c: temperature of the hottest thermal zone of its kind
    :param power_mw: power of its whole rail, which other units may share
    :param rail: label of its rail
    :param shares_rail_with: the other units on this rail
    :param clock_mhz: present clock
    :param cap_mhz: present upper limit of the clock
    :param active_share: share of the time it was powered, 0..1: at least its busy time
    :param throttled: whether heat or current slows it down
    :param energy_per_stage_estimate_mj: an estimate, see :mod:`.energy`
    :param busy_power_estimate_mw: its power while busy, also an estimate; NaN without a known rail
        and after a period in which it was idle
    """

    temperature_c: float = UNKNOWN
    power_mw: float = UNKNOWN
    rail: str = ''
    shares_rail_with: tuple[str, ...] = ()
    clock_mhz: float = UNKNOWN
    cap_mhz: float = UNKNOWN
    active_share: float = UNKNOWN
    throttled: bool = False
    energy_per_stage_estimate_mj: float = UNKNOWN
    busy_power_estimate_mw: float = UNKNOWN

    def values(self) -> dict[str, str]:
        """Return the known values, for diagnostics."""
        numbers = {
            'temperature_c': self.temperature_c,
            'rail_power_mw': self.power_mw,
            'clock_mhz': self.clock_mhz,
            'clock_cap_mhz': self.cap_mhz,
            'active_share': self.active_share,
            'energy_per_stage_estimate_mj': self.energy_per_stage_estimate_mj,
            'busy_power_estimate_mw': self.busy_power_estimate_mw,
        }
        found = {key: f'{value:.4g}' for key, value in numbers.items() if not math.isnan(value)}
        if self.rail:
            found['rail'] = self.rail
        if self.shares_rail_with:
            found['rail_shared_with'] = ', '.join(self.shares_rail_with)
        return found


#: a reading without known values
NOTHING_READ = UnitReading()
