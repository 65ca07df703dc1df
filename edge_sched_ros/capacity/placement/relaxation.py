# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Necessary conditions of every placement that the models allow, as linear constraints."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.capacity.placement.node import NodeState
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.problem import Option
from edge_sched_ros.capacity.placement.problem import options
from edge_sched_ros.capacity.placement.problem import Problem
from edge_sched_ros.capacity.placement.relaxed_unit import MICRO
from edge_sched_ros.capacity.placement.relaxed_unit import RelaxedUnit

#: tolerance for rounding of a sum at a bound
_SLACK = 1e-6


class Relaxation:
    """
    The assignment of applications to nodes, bounded by memory, utilisation and delay.

    Every number is rounded in favour of the placement.
    """

    def __init__(self, problem: Problem, cp: Any) -> None:
        self._problem = problem
        self._cp = cp
        self._model = cp.CpModel()
        #: node -> applications that could be there
        self._places: dict[str, list[tuple[App, Option, Any]]] = {}
        ways: dict[tuple[int, str], list[Option]] = {}
        for name, spec in problem.nodes.items():
            places = []
            for app in problem.apps:
                key = (id(spec), app.name)
                if key not in ways:
                    ways[key] = options(problem.system, spec, app)
                for option in ways[key]:
                    places.append((app, option, self._model.new_bool_var('')))
            self._places[name] = places
        self._once()
        for name in problem.nodes:
            self._limit(name)
        self._model.maximize(
            sum(literal for places in self._places.values() for _, _, literal in places)
        )

    def solve(
        self, time_limit_s: float, hint: Mapping[str, tuple[str, Option]]
    ) -> tuple[dict[str, tuple[str, Option]] | None, int]:
        """
        Return a placement, if one was found, and the maximum number that any placement can host.

        :param hint: a placement to start from
        """
        self._model.clear_hints()
        for name, places in self._places.items():
            for app, option, literal in places:
                self._model.add_hint(literal, int(hint.get(app.name) == (name, option)))
        solver = self._cp.CpSolver()
        solver.parameters.max_time_in_seconds = time_limit_s
        solver.parameters.num_workers = 2
        status = solver.solve(self._model)
        bound = math.floor(solver.best_objective_bound + _SLACK)
        if status not in (self._cp.OPTIMAL, self._cp.FEASIBLE):
            return None, bound if bound >= 0 else len(self._problem.apps)
        found = {
            app.name: (name, option)
            for name, places in self._places.items()
            for app, option, literal in places
            if solver.boolean_value(literal)
        }
        return found, bound

    def forbid(self, node: str, group: Mapping[str, tuple[str, Option]]) -> None:
        """Forbid exactly these applications on a node and on all equal nodes."""
        spec = self._problem.nodes[node]
        for name, other in self._problem.nodes.items():
            if other is not spec:
                continue
            inside = [
                literal if group.get(app.name, ('', ()))[1] == option else -literal
                for app, option, literal in self._places[name]
            ]
            self._model.add(sum(inside) <= len(group) - 1)

    # --- constraints ------------------------------------------------------------------------

    def _once(self) -> None:
        of_app: dict[str, list[Any]] = defaultdict(list)
        for places in self._places.values():
            for app, _, literal in places:
                of_app[app.name].append(literal)
        for literals in of_app.values():
            self._model.add_at_most_one(literals)

    def _limit(self, name: str) -> None:
        spec = self._problem.nodes[name]
        places = self._places[name]
        units = {
            unit: RelaxedUnit(
                self._model,
                spec.units[unit],
                [
                    (demand, literal)
                    for _, option, literal in places
                    for demand in option
                    if demand.unit == unit
                ],
                self._problem.limits.utilisation,
            )
            for unit in spec.units
        }
        self._limit_memory(name, units)
        for app, option, literal in places:
            left_ms = self._left_ms(spec.network_ms, app, option)
            if left_ms < 0:
                self._model.add(literal == 0)
            elif left_ms < math.inf:
                delay = sum(units[demand.unit].delay(demand) for demand in option)
                limit = math.ceil(left_ms * MICRO) + 1
                self._model.add(delay <= limit).only_enforce_if(literal)

    def _limit_memory(self, name: str, units: Mapping[str, RelaxedUnit]) -> None:
        problem = self._problem
        share = problem.limits.memory_share
        room = NodeState(name, problem.nodes[name], share).memory_mib
        if room is None:
            return
        terms = [
            math.floor(demand.memory_mib * 1000) * unit.present[demand.network]
            for unit in units.values()
            for demand in unit.networks.values()
        ]
        terms += [
            math.floor(app.task.memory_mib * 1000) * literal
            for app, _, literal in self._places[name]
        ]
        self._model.add(sum(terms) <= math.ceil(room * 1000) + 1)

    def _left_ms(self, network_ms: float, app: App, option: Option) -> float:
        """Return how long an application may wait; infinite without a limit."""
        limits = []
        if app.task.deadline_ms is not None and app.objective == 'mean':
            limits.append(app.task.deadline_ms * self._problem.limits.deadline_share)
        if self._problem.limits.front_end is not None:
            limits.append(1e3 * self._problem.limits.front_end / app.rate_per_s)
        bare = network_ms + sum(demand.service_ms for demand in option)
        return min(limits, default=math.inf) - bare
