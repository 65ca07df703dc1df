# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Sums over the demands of a unit, from which one more demand is judged without looking at all.

The same formulas as in ``means``, in sums by network. They round differently, so a placement uses
them to refuse what is clearly above a limit, and the full test for all else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from edge_sched_ros.capacity.multi_core import erlang_c
from edge_sched_ros.capacity.placement.problem import Demand
from edge_sched_ros.system.unit import Unit


class _OfNetwork:
    """Sums over the demands of one network, each weighted by its rate per ms."""

    __slots__ = ('rate', 'second', 'swap', 'swap_square', 'swap_work')

    def __init__(self) -> None:
        self.rate = self.second = self.swap = self.swap_work = self.swap_square = 0.0

    def add(self, one: Demand) -> None:
        """Add a demand."""
        rate, swap = one.rate_per_ms, one.swap_ms
        self.rate += rate
        self.second += rate * one.second_ms2
        self.swap += rate * swap
        self.swap_work += rate * swap * one.service_ms
        self.swap_square += rate * swap * swap


class UnitTotals:
    """
    The load of a unit without batches and priorities.

    :param demands: all that it serves
    """

    __slots__ = ('_by_turns', '_networks', '_unit', 'rate', 'work')

    def __init__(self, unit: Unit, demands: Sequence[Demand]) -> None:
        self._unit, self._by_turns = unit, unit.order == 'fcfs'
        self._networks: dict[str, _OfNetwork] = {}
        self.rate = self.work = 0.0
        for one in demands:
            self.rate += one.rate_per_ms
            self.work += one.rate_per_ms * one.service_ms
            self._networks.setdefault(one.network, _OfNetwork()).add(one)

    @staticmethod
    def cover(unit: Unit) -> bool:
        """Return whether sums are enough for a unit."""
        return unit.batch == 1 and unit.order in ('ps', 'fcfs')

    def with_one(self, new: Demand) -> tuple[float, float]:
        """Return the utilisation with one more demand, and its mean response in ms."""
        unit = self._unit
        work = self.work + new.rate_per_ms * new.service_ms
        if self._by_turns:
            return self._in_order(new, work)
        busy = work / unit.cores
        if busy >= 1:
            return busy, math.inf
        if unit.cores > 1:
            stretch = erlang_c(unit.cores, work) / (unit.cores * (1 - busy))
            return busy, new.service_ms * (1 + stretch)
        if unit.form == 'textbook':
            return busy, new.service_ms / (1 - busy)
        return busy, new.service_ms + busy / (self.rate + new.rate_per_ms) * busy / (1 - busy)

    def _in_order(self, new: Demand, work: float) -> tuple[float, float]:
        rate = self.rate + new.rate_per_ms
        chance = 1 - new.rate_per_ms / rate
        square = new.rate_per_ms * new.second_ms2
        once = self._unit.swap != 'mean'
        for network, sums in self._networks.items():
            mine = sums.rate
            if network == new.network:
                mine += new.rate_per_ms
                chance = max(0.0, 1 - mine / rate)
            other = max(0.0, 1 - mine / rate)
            work += other * sums.swap
            square += sums.second + 2 * other * sums.swap_work
            square += other * (1.0 if once else other) * sums.swap_square
        shift = chance * new.swap_ms
        work += new.rate_per_ms * shift
        extra = shift * (new.swap_ms if once else shift)
        square += new.rate_per_ms * (2 * shift * new.service_ms + extra)
        if work >= 1:
            return work, math.inf
        return work, new.service_ms + shift + square / (2 * (1 - work))
