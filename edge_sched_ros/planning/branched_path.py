# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The mapping of a network with branches: variables of a constraint model."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from itertools import islice
from itertools import pairwise
from typing import Any

from edge_sched_ros.planning.path import Term
from edge_sched_ros.planning.problem import Mapped
from edge_sched_ros.planning.problem import Network
from edge_sched_ros.planning.problem import Problem

#: ways through a network that are bounded; a bound that is left out only makes the search longer
_MOST_WAYS = 64


class BranchedPath:
    """
    One unit per group, and one pair of units per arc between groups.

    The limit on changes of unit is kept on the bounded ways; whoever takes a mapping checks it.

    :param model: the ``CpModel``
    """

    def __init__(self, model: Any, problem: Problem, network: Network) -> None:
        self._model = model
        self._problem = problem
        self.network = network
        #: unit -> terms of its work in ms
        self._loads: dict[str, list[Term]] = {unit: [] for unit in problem.units}
        self._units = [self._group(group) for group in range(network.groups)]
        #: arc -> terms of its work, and the literals of its changes of unit
        self._arcs: dict[tuple[int, int], tuple[list[Term], list[Any]]] = {}
        for arc in network.arcs:
            self._connect(arc)
        self._ways = list(islice(_ways(network), _MOST_WAYS))
        for way in self._ways:
            changes = [one for arc in pairwise(way) for one in self._arcs[arc][1]]
            model.add(sum(changes) <= network.max_switches)

    def load(self, unit: str) -> list[Term]:
        """Return the terms of the work on a unit, in ms."""
        return self._loads[unit]

    def ways(self) -> list[list[Term]]:
        """Return the terms of the work, in ms, on each bounded way through the groups."""
        return [
            [
                *(term for group in way for term in self._times(group)),
                *(term for arc in pairwise(way) for term in self._arcs[arc][0]),
            ]
            for way in self._ways
        ]

    def energy(self) -> list[Term]:
        """Return the terms of the energy of a run, in mJ."""
        table = self.network.energy_mj
        return [
            (table[unit][group], literal)
            for group, units in enumerate(self._units)
            for unit, literal in units.items()
            if unit in table
        ]

    def mapped(self, holds: Callable[[Any], bool]) -> Mapped:
        """Return the unit of each group in a solution."""
        return tuple(
            next(unit for unit, literal in units.items() if holds(literal))
            for units in self._units
        )

    def _group(self, group: int) -> dict[str, Any]:
        found = {unit: self._model.new_bool_var('') for unit in self.network.units_of(group)}
        self._model.add_exactly_one(found.values())
        for unit, literal in found.items():
            self._loads[unit].append((self.network.time_ms(group, unit) or 0.0, literal))
        return found

    def _times(self, group: int) -> list[Term]:
        return [
            (self.network.time_ms(group, unit) or 0.0, literal)
            for unit, literal in self._units[group].items()
        ]

    def _connect(self, arc: tuple[int, int]) -> None:
        """Require that the ends of an arc are the units of its groups."""
        sides = self._units[arc[0]], self._units[arc[1]]
        pairs = {(u, v): self._model.new_bool_var('') for u in sides[0] for v in sides[1]}
        self._model.add_exactly_one(pairs.values())
        for side, units in enumerate(sides):
            for unit, literal in units.items():
                through = [pair for ends, pair in pairs.items() if ends[side] == unit]
                self._model.add(literal == sum(through))
        terms = []
        for (begin, end), pair in pairs.items():
            leave, enter = self._problem.switch_ms(self.network, arc, begin, end)
            self._loads[begin].append((leave, pair))
            self._loads[end].append((enter, pair))
            terms.append((leave + enter, pair))
        self._arcs[arc] = terms, [pair for (u, v), pair in pairs.items() if u != v]


def _ways(network: Network) -> Iterator[list[int]]:
    """Return all ways from a group with nothing before it to one with nothing after it."""
    begins = set(range(network.groups)) - {end for _, end in network.arcs}
    waiting = [[group] for group in sorted(begins)]
    while waiting:
        way = waiting.pop()
        following = network.after[way[-1]]
        if not following:
            yield way
        waiting += [[*way, group] for group in following]
