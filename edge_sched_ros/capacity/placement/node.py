# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One node: its applications, utilisation and memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from edge_sched_ros.capacity.placement.means import busy
from edge_sched_ros.capacity.placement.means import means_ms
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.problem import Demand
from edge_sched_ros.capacity.placement.problem import Option
from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.system.device import Device


@dataclass(frozen=True, slots=True)
class Hosted:
    """An application and its demands on the units of its node."""

    app: App
    option: Option


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
        self._means: dict[str, list[float] | None] = {unit: [] for unit in spec.units}

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
        other.utilisation, other._means = dict(self.utilisation), dict(self._means)
        return other

    def _refresh(self, units: Iterable[str]) -> None:
        for unit in units:
            self.utilisation[unit] = busy(self.spec.units[unit], self.demands[unit])
            self._means[unit] = None

    # --- answers ----------------------------------------------------------------------------

    def serves(self, demand: Demand) -> bool:
        """Return whether the network of a demand is already on its unit."""
        return any(other.network == demand.network for other in self.demands[demand.unit])

    def added_mib(self, app: App, option: Option) -> float:
        """Return the memory an application would need: a network already present needs no more."""
        own = {(demand.unit, demand.network): demand for demand in option}
        needed = sum(demand.memory_mib for demand in own.values() if not self.serves(demand))
        return app.task.memory_mib + needed

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
