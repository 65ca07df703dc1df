# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One network's mapping as a path through its groups: variables of a constraint model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge_sched_ros.planning.problem import Mapped
from edge_sched_ros.planning.problem import Network
from edge_sched_ros.planning.problem import Problem

#: (unit, changes of unit so far)
_Node = tuple[str, int]
#: a coefficient and its literal
Term = tuple[float, Any]


class NetworkPath:
    """
    A path with one node, a unit and the changes so far, per group.

    As a flow in a layered graph the choice of units has a tight linear relaxation, and work is
    linear in nodes and arcs: the groups' own times and what changes of unit take.

    :param model: the ``CpModel``
    """

    def __init__(self, model: Any, problem: Problem, network: Network) -> None:
        self._model = model
        self._problem = problem
        self.network = network
        #: unit -> terms of its work in ms
        self._loads: dict[str, list[Term]] = {unit: [] for unit in problem.units}
        self._layers = [self._layer(group) for group in range(network.groups)]
        for cut in range(network.groups - 1):
            self._connect(cut)

    def load(self, unit: str) -> list[Term]:
        """Return the terms of the work on a unit, in ms."""
        return self._loads[unit]

    def work(self) -> list[Term]:
        """Return the terms of the work on all units, in ms."""
        return [term for terms in self._loads.values() for term in terms]

    def ways(self) -> list[list[Term]]:
        """Return the terms of the work, in ms, on each way that takes time as a whole."""
        return [self.work()]

    def energy(self) -> list[Term]:
        """Return the terms of the energy of a run, in mJ."""
        table = self.network.energy_mj
        return [
            (table[unit][group], literal)
            for group, layer in enumerate(self._layers)
            for (unit, _), literal in layer.items()
            if unit in table
        ]

    def mapped(self, holds: Callable[[Any], bool]) -> Mapped:
        """Return the unit of each group in a solution."""
        return tuple(
            next(unit for (unit, _), literal in layer.items() if holds(literal))
            for layer in self._layers
        )

    def _layer(self, group: int) -> dict[_Node, Any]:
        counts = range(min(self.network.max_switches, group) + 1)
        layer = {
            (unit, count): self._model.new_bool_var('')
            for unit in self.network.units_of(group)
            for count in counts
            if count == 0 or group
        }
        self._model.add_exactly_one(layer.values())
        for (unit, _), literal in layer.items():
            self._loads[unit].append((self.network.time_ms(group, unit) or 0.0, literal))
        return layer

    def _connect(self, cut: int) -> None:
        """Require exactly one arc across a cut."""
        layers = (self._layers[cut], self._layers[cut + 1])
        arcs = {
            (begin, end): self._model.new_bool_var('')
            for begin in layers[0]
            for end in layers[1]
            if end[1] == begin[1] + (begin[0] != end[0])
        }
        self._model.add_exactly_one(arcs.values())
        for side, layer in enumerate(layers):
            for node, literal in layer.items():
                through = [arc for ends, arc in arcs.items() if ends[side] == node]
                self._model.add(literal == sum(through))
        for (begin, end), arc in arcs.items():
            leave, enter = self._problem.switch_ms(self.network, (cut, cut + 1), begin[0], end[0])
            self._loads[begin[0]].append((leave, arc))
            self._loads[end[0]].append((enter, arc))
