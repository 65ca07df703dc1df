# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
An estimate of what a stage costs in energy.

Rails are shared, so nobody can measure it. The power of a rail above the least it was seen to
have is divided among its units by the time they were busy, and a unit's part by its stages.
"""

from __future__ import annotations

from collections.abc import Mapping


def energy_estimate_mj(
    rail_mw: float, idle_mw: float, busy_s: float, all_busy_s: float, period_s: float
) -> float:
    """
    Return an estimate of the energy a unit took in a period, in mJ.

    :param rail_mw: power of the rail in the period
    :param idle_mw: the least the rail was seen to have
    :param busy_s: time the unit was busy
    :param all_busy_s: the same, of all units of the rail together
    """
    if busy_s <= 0 or all_busy_s <= 0:
        return 0.0
    return max(0.0, rail_mw - idle_mw) * period_s * min(1.0, busy_s / all_busy_s)


def busy_power_estimate_mw(
    rail_mw: float, idle_mw: float, all_busy_s: float, period_s: float
) -> float:
    """
    Return an estimate of the power a unit of a rail takes while it is busy, in mW.

    The parameters are those of :func:`energy_estimate_mj`: all busy time on a rail counts alike.
    """
    if all_busy_s <= 0:
        return 0.0
    return max(0.0, rail_mw - idle_mw) * period_s / all_busy_s


class IdlePower:
    """The least power each rail was seen to have."""

    def __init__(self) -> None:
        self._least_mw: dict[str, float] = {}

    def observe(self, rails_mw: Mapping[str, float]) -> None:
        """Take in the power of all rails at a moment."""
        for rail, power_mw in rails_mw.items():
            self._least_mw[rail] = min(power_mw, self._least_mw.get(rail, power_mw))

    def of(self, rail: str) -> float:
        """Return the least power of a rail, in mW; 0 when it was never seen."""
        return self._least_mw.get(rail, 0.0)
