# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is known of a unit's body: its temperature, its power, its clock."""

from __future__ import annotations

import math
from dataclasses import dataclass

UNKNOWN = math.nan


@dataclass(frozen=True, slots=True)
class UnitReading:
    """
    One unit at one moment. NaN or empty is what cannot be known here.

    :param temperature_c: the hottest thermal zone that belongs to its kind
    :param power_mw: of the whole rail that feeds it, which other units may share
    :param rail: label of that rail
    :param shares_rail_with: the other units it feeds
    :param clock_mhz: at present
    :param cap_mhz: the highest the clock may be at present
    :param active_share: part of the time it was powered, 0..1: more than it computed
    :param throttled: whether heat or current holds it back
    :param energy_per_stage_estimate_mj: an estimate, see :mod:`.energy`
    :param busy_power_estimate_mw: what it took while it was busy, likewise an estimate; NaN where
        no rail is known and after a period in which it was idle
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
        """Return what is known, for diagnostics."""
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


#: of a unit nothing is known of
NOTHING_READ = UnitReading()
