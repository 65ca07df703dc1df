# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One node: its applications, utilisation and memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from edge_sched_ros.capacity.placement.means import busy
from edge_sched_ros.capacity.placement.means import means_ms
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.problem import Demand
from edge_sched_ros.capacity.placement.problem import Option
from edge_sched_ros.capacity.placement.totals import UnitTotals
from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.system.device import Device


@dataclass(frozen=True, slots=True)
class Hosted:
    """An application and its demands on the units of its node."""

    app: App
    option: Option


class Outlook(NamedTuple):
    """
    A node with one more option, by the sums over its demands.

    :param unit: the busiest unit of the option, and its utilisation
    :param response_ms: mean response of the option, with the way to the node
    """

    unit: str
    share: float
    response_ms: float


class NodeState:
    """
    The state of a node. Adding or removing an application takes time in proportion to its load.

    :param memory_share: usable share of the memory
    """

    def __init__(self, name: str, spec: Device, memory_share: float) -> None:
        self.name = name
        self.spec = spec
        #: MiB that applications may use, ``None`` for no limit
        self.memory_mib = (
            None
            if spec.memory_mib is None
            else max(0.0, spec.memory_mib * memory_share - spec.reserved_mib)
        )
        self.hosted: dict[str, Hosted] = {}
        self.used_mib = 0.0
        #: by unit
        self.demands: dict[str, list[Demand]] = {unit: [] for unit in spec.units}
        self.utilisation: dict[str, float] = dict.fromkeys(spec.units, 0.0)
        #: the largest utilisation of all units
        self.busiest = 0.0
        #: by unit: the networks on it
        self._served: dict[str, frozenset[str]] = {unit: frozenset() for unit in spec.units}
        self._means: dict[str, list[float] | None] = {unit: [] for unit in spec.units}
        self._totals: dict[str, UnitTotals] = {}
        self._asked: Option | None = None
        self._outlook: Outlook | None = None

    # --- changes ----------------------------------------------------------------------------

    def host(self, app: App, option: Option) -> None:
        """Add an application, without checking that it fits."""
        self.used_mib += self.added_mib(app, option)
        self.hosted[app.name] = Hosted(app, option)
        for demand in option:
            self.demands[demand.unit].append(demand)
        self._refresh({demand.unit for demand in option})

    def remove(self, name: str) -> Hosted:
        """Remove an application."""
        gone = self.hosted.pop(name)
        for unit in {demand.unit for demand in gone.option}:
            self.demands[unit] = [demand for demand in self.demands[unit] if demand.app != name]
        self.used_mib = _memory_mib(self.hosted.values())
        self._refresh({demand.unit for demand in gone.option})
        return gone

    def copy(self) -> NodeState:
        """Return a copy, for trials."""
        other = NodeState.__new__(NodeState)
        other.name, other.spec, other.memory_mib = self.name, self.spec, self.memory_mib
        other.hosted, other.used_mib = dict(self.hosted), self.used_mib
        other.demands = {unit: list(demands) for unit, demands in self.demands.items()}
        other.utilisation, other.busiest = dict(self.utilisation), self.busiest
        other._served = dict(self._served)
        other._means, other._totals = dict(self._means), dict(self._totals)
        other._asked = other._outlook = None
        return other

    def _refresh(self, units: Iterable[str]) -> None:
        for unit in units:
            self.utilisation[unit] = busy(self.spec.units[unit], self.demands[unit])
            self._means[unit] = None
            self._sum_up(unit)
            self._served[unit] = frozenset(demand.network for demand in self.demands[unit])
        self._asked = None
        self.busiest = max(self.utilisation.values(), default=0.0)

    # --- answers ----------------------------------------------------------------------------

    def serves(self, demand: Demand) -> bool:
        """Return whether the network of a demand is already on its unit."""
        return demand.network in self._served[demand.unit]

    def added_mib(self, app: App, option: Option) -> float:
        """Return the memory an application would need: a network already present needs no more."""
        needed, own = app.task.memory_mib, set[tuple[str, str]]()
        for one in option:
            if one.network not in self._served[one.unit] and (one.unit, one.network) not in own:
                own.add((one.unit, one.network))
                needed += one.memory_mib
        return needed

    def outlook(self, option: Option) -> Outlook | None:
        """Return what sums say of one more option; ``None`` where they are not enough."""
        # an algorithm ranks nodes, then tests them: the second question is free
        if option is not self._asked:
            self._asked, self._outlook = option, self._look(option)
        return self._outlook

    def _look(self, option: Option) -> Outlook | None:
        if len(option) > 1 and len({demand.unit for demand in option}) < len(option):
            return None
        busiest, most, response_ms = '', -1.0, self.spec.network_ms
        for demand in option:
            totals = self._totals.get(demand.unit) or self._sum_up(demand.unit)
            if totals is None:
                return None
            share, mean_ms = totals.with_one(demand)
            response_ms += mean_ms
            if share > most:
                busiest, most = demand.unit, share
        return Outlook(busiest, most, response_ms)

    def _sum_up(self, unit: str) -> UnitTotals | None:
        if not UnitTotals.cover(self.spec.units[unit]):
            return None
        self._totals[unit] = found = UnitTotals(self.spec.units[unit], self.demands[unit])
        return found

    def means_ms(self, unit: str) -> list[float]:
        """Return the mean response of every demand of a unit."""
        known = self._means[unit]
        if known is None:
            known = means_ms(self.spec.units[unit], self.demands[unit], self.utilisation[unit])
            self._means[unit] = known
        return known

    def responses_ms(self) -> dict[str, float]:
        """Return the mean response of every application, including the network to the node."""
        found = dict.fromkeys(self.hosted, self.spec.network_ms)
        for unit, demands in self.demands.items():
            for demand, mean_ms in zip(demands, self.means_ms(unit)):
                found[demand.app] += mean_ms
        return found

    def validate(self) -> None:
        """
        Check that the totals match the applications.

        :raises InvariantError: when they do not match
        """
        listed = {(d.app, d.unit) for demands in self.demands.values() for d in demands}
        asked = {(d.app, d.unit) for one in self.hosted.values() for d in one.option}
        if listed != asked:
            raise InvariantError(f'{self.name}: units serve {listed}, hosted are {asked}')
        if abs(self.used_mib - _memory_mib(self.hosted.values())) > 1e-6:
            raise InvariantError(f'{self.name}: memory in use is not {self.used_mib:g} MiB')
        for unit, demands in self.demands.items():
            if abs(self.utilisation[unit] - busy(self.spec.units[unit], demands)) > 1e-9:
                raise InvariantError(f'{self.name}/{unit}: is not busy {self.utilisation[unit]:g}')


def _memory_mib(hosted: Iterable[Hosted]) -> float:
    apps = list(hosted)
    networks = {
        (demand.unit, demand.network): demand.memory_mib for one in apps for demand in one.option
    }
    return sum(networks.values()) + sum(one.app.task.memory_mib for one in apps)
