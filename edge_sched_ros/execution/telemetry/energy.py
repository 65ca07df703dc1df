# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
An estimate of the energy of a stage.

Rails are shared, so it cannot be measured. The power of a rail above its lowest observed power is
divided among its units by their busy time, and a unit's part by its stages.
"""

from __future__ import annotations

from collections.abc import Mapping


def energy_estimate_mj(
    rail_mw: float, idle_mw: float, busy_s: float, all_busy_s: float, period_s: float
) -> float:
    """
    Return an estimate of the energy a unit took in a period, in mJ.

    :param rail_mw: mean power of the rail in the period
    :param idle_mw: lowest observed power of the rail
    :param busy_s: busy time of the unit
    :param all_busy_s: the same for all units of the rail together
    """
    if busy_s <= 0 or all_busy_s <= 0:
        return 0.0
    return max(0.0, rail_mw - idle_mw) * period_s * min(1.0, busy_s / all_busy_s)


def busy_power_estimate_mw(
    rail_mw: float, idle_mw: float, all_busy_s: float, period_s: float
) -> float:
    """
    Return an estimate of the power of a busy unit of a rail, in mW.

    The parameters are those of :func:`energy_estimate_mj`: all busy time on a rail counts alike.
    """
    if all_busy_s <= 0:
        return 0.0
    return max(0.0, rail_mw - idle_mw) * period_s / all_busy_s


class IdlePower:
    """The lowest observed power of each rail."""

    def __init__(self) -> None:
        self._least_mw: dict[str, float] = {}

    def observe(self, rails_mw: Mapping[str, float]) -> None:
        """Add the power of all rails at a moment."""
        for rail, power_mw in rails_mw.items():
            self._least_mw[rail] = min(power_mw, self._least_mw.get(rail, power_mw))

    def of(self, rail: str) -> float:
        """Return the lowest power of a rail, in mW; 0 when it was never read."""
        return self._least_mw.get(rail, 0.0)
