# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One unit of the relaxation: lower bounds of its utilisation and of the waits of its requests."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

from edge_sched_ros.capacity.placement.problem import Demand
from edge_sched_ros.system.unit import Unit

#: shares, rates per ms and ms are whole numbers of millionths in the solver
MICRO = 1_000_000
#: loads and number of service times at which tangents touch
_LOADS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_SERVICES = 5
#: longest wait, in ms
_LONGEST = 1e6
#: maximum number of networks whose combinations are used
_MOST_CLASSES = 5


class RelaxedUnit:
    """
    Bounds for a unit.

    A common wait of ``c * rho^2 / (rate * (1 - rho))`` is convex in utilisation and rate, so every
    tangent is below it. It is exact for the authors' form of sharing (c = 1), and below Pollaczek
    and Khinchine's wait for service in order (c = 1/2), as ``E[S^2] >= E[S]^2``.

    :param asked: demands, each with the literal of its presence
    :param limit: maximum utilisation
    """

    def __init__(
        self, model: Any, unit: Unit, asked: list[tuple[Demand, Any]], limit: float
    ) -> None:
        self._model = model
        self._unit = unit
        #: network -> one of its demands, and the literal of the network's presence
        self.networks = {demand.network: demand for demand, _ in asked}
        self.present = {name: model.new_bool_var('') for name in self.networks}
        for demand, literal in asked:
            model.add_implication(literal, self.present[demand.network])
        # full batches take less time, and waits depend on priorities: only utilisation is bounded
        # then
        self._plain = unit.batch == 1
        self._rho = model.new_int_var(0, math.ceil(limit * MICRO) + 1, '')
        self._wait = model.new_int_var(0, math.ceil(_LONGEST * MICRO), '')
        if self._plain and asked:
            self._bound(asked)

    def delay(self, demand: Demand) -> Any:
        """Return a lower bound of a demand's wait in millionths of a ms."""
        if self._proportional:
            return math.floor(demand.service_ms * 1000) * self._wait
        return self._wait * 1000

    @property
    def _proportional(self) -> bool:
        return self._unit.order == 'ps' and self._unit.form == 'textbook'

    def _bound(self, asked: list[tuple[Demand, Any]]) -> None:
        work = sum(
            math.floor(one.rate_per_ms * one.service_ms / self._unit.cores * MICRO) * literal
            for one, literal in asked
        )
        self._model.add(self._rho >= work)
        if self._unit.order == 'fcfs':
            self._add_swaps(work, [demand for demand, _ in asked])
        if self._unit.cores > 1 or self._unit.order == 'priority':
            return
        if self._proportional:
            self._add_stretch()
        else:
            self._add_common_wait(asked)

    def _add_swaps(self, work: Any, asked: list[Demand]) -> None:
        """Several networks swap at least as often as the slowest application of each would."""
        if len(self.networks) > _MOST_CLASSES:
            return
        least = {
            name: min(demand.rate_per_ms for demand in asked if demand.network == name)
            for name in self.networks
        }
        for size in range(2, len(least) + 1):
            for group in combinations(least, size):
                rate = sum(least[name] for name in group)
                share = sum(
                    least[name] * (1 - least[name] / rate) * self.networks[name].swap_ms
                    for name in group
                )
                all_there = sum(self.present[name] for name in group) - (size - 1)
                self._model.add(self._rho >= work + math.floor(share * MICRO) * all_there)

    def _add_stretch(self) -> None:
        """Add tangents of ``rho / (1 - rho)``; the wait is in thousandths of the service."""
        for load in _LOADS:
            slope, value = 1 / (1 - load) ** 2, load / (1 - load)
            constant = math.ceil((slope * load - value) * MICRO * 1000)
            self._model.add(MICRO * self._wait >= math.floor(slope * 1000) * self._rho - constant)

    def _add_common_wait(self, asked: list[tuple[Demand, Any]]) -> None:
        """Add tangents; the wait is in thousandths of a ms."""
        rate = self._model.new_int_var(0, 1000 * MICRO, '')
        self._model.add(
            rate <= sum(math.ceil(one.rate_per_ms * MICRO) * literal for one, literal in asked)
        )
        factor = 0.5 if self._unit.order == 'fcfs' else 1.0
        times = [one.service_ms for one, _ in asked]
        low, high = min(times), max(times)
        steps = _SERVICES if high > low else 1
        for step in range(steps):
            service = low * (high / low) ** (step / max(1, steps - 1))
            for load in _LOADS:
                slope = factor * service * (2 - load) / (1 - load) ** 2
                fall = factor * service**2 / (1 - load)
                constant = factor * service * load**2 / (1 - load) ** 2
                self._model.add(
                    MICRO * self._wait
                    >= math.floor(slope * 1000) * self._rho
                    - math.ceil(fall * 1000) * rate
                    - math.ceil(constant * 1000 * MICRO)
                )
