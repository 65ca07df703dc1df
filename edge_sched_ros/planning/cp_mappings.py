# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""All mappings that could beat a known plan, as a constraint model for CP-SAT."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

from edge_sched_ros.installation.missing import need
from edge_sched_ros.planning.branched_path import BranchedPath
from edge_sched_ros.planning.objective import Candidate
from edge_sched_ros.planning.objective import MAX_THROUGHPUT
from edge_sched_ros.planning.objective import MIN_ENERGY
from edge_sched_ros.planning.objective import MIN_MAKESPAN
from edge_sched_ros.planning.objective import Objective
from edge_sched_ros.planning.path import NetworkPath
from edge_sched_ros.planning.problem import Mapped
from edge_sched_ros.planning.problem import Problem
from edge_sched_ros.system.contention import Contention

#: numbers of the model are integers: fractions of the known plan's value
_PARTS = 1_000_000
#: less than any relevant time in ms or energy in mJ
_LEAST = 1e-100
#: a better plan must be better by at least this share
_BETTER = 1e-6


class MappingModel:
    """
    The mappings whose lower bound is below the value of a known plan.

    Bounds on the time of a round, contention included: no network is faster than its own groups in
    sequence (in branches: than any way through them), no unit than its own work, and two units
    ``u`` and ``v`` together do at most ``1/C_u + 1/C_v`` of undisturbed work per time while both
    are busy (1 while one is), so ``work_u + work_v <= time * max(1, 1/C_u + 1/C_v)`` with the
    least slowdowns ``C`` any two groups have there. Every number is rounded in favour of the
    mapping.

    :param known: the plan to beat
    """

    def __init__(self, problem: Problem, objective: Objective, known: Candidate) -> None:
        self._cp = solver_module()
        self._problem = problem
        self._objective = objective
        self._model = self._cp.CpModel()
        self._paths = [
            (BranchedPath if network.branches else NetworkPath)(self._model, problem, network)
            for network in problem.networks
        ]
        name, bound_ms = objective.name, objective.latency_bound_ms
        if objective.allows(known.round):
            if name == MIN_ENERGY:
                self._limit_energy(known.value * (1 - _BETTER))
            elif name == MIN_MAKESPAN:
                bound_ms = known.value * (1 - _BETTER)
            else:
                assert name == MAX_THROUGHPUT
                rounds_per_s = known.value / len(problem.networks) * (1 + _BETTER)
                self._limit_work(1e3 / rounds_per_s)
        if bound_ms is not None:
            self._limit_work(bound_ms)
            for path in self._paths:
                for way in path.ways():
                    self._at_most(way, bound_ms)

    def for_each(self, visit: Callable[[tuple[Mapped, ...]], bool], time_limit_s: float) -> bool:
        """
        Visit every mapping until ``visit`` stops it.

        :param visit: returns whether to stop
        :return: whether all were visited
        """
        solver = self._cp.CpSolver()
        solver.parameters.max_time_in_seconds = max(0.0, time_limit_s)
        solver.parameters.enumerate_all_solutions = True
        solver.parameters.num_workers = 1
        caller = self._make_caller(visit)
        status = solver.solve(self._model, caller)
        return status in (self._cp.OPTIMAL, self._cp.INFEASIBLE)

    def _make_caller(self, visit: Callable[[tuple[Mapped, ...]], bool]) -> Any:
        paths = self._paths

        # the base class is known only at run time
        class Caller(self._cp.CpSolverSolutionCallback):  # type: ignore[misc, name-defined]
            def on_solution_callback(self) -> None:
                mapping = tuple(path.mapped(self.boolean_value) for path in paths)
                allowed = (path.network.allows(one) for path, one in zip(paths, mapping))
                if all(allowed) and visit(mapping):
                    self.stop_search()

        return Caller()

    # --- bounds -----------------------------------------------------------------------------

    def _limit_work(self, time_ms: float) -> None:
        """Limit the work of every unit, and of every two units, to what fits."""
        units = self._problem.units
        loads = {
            unit: [term for path in self._paths for term in path.load(unit)] for unit in units
        }
        for load in loads.values():
            self._at_most(load, time_ms)
        contention = self._problem.contention
        if contention is not None:
            for u, v in itertools.combinations(units, 2):
                self._at_most(loads[u] + loads[v], time_ms * self._both(contention, u, v))

    def _both(self, contention: Contention, u: str, v: str) -> float:
        """Return the maximum undisturbed work that two busy units do per time."""
        slowdown = contention.slowdown
        demands = {unit: self._demands(unit) for unit in (u, v)}
        paces = [
            1 / slowdown(u, g, {u: g, v: h}) + 1 / slowdown(v, h, {u: g, v: h})
            for g, h in itertools.product(demands[u], demands[v])
        ]
        return max([1.0, *paces])

    def _demands(self, unit: str) -> set[float]:
        return {
            self._problem.demand(network, group, unit)
            for network in self._problem.networks
            for group in range(network.groups)
            if network.time_ms(group, unit) is not None
        }

    def _limit_energy(self, most_mj: float) -> None:
        self._at_most([term for path in self._paths for term in path.energy()], most_mj)

    def _at_most(self, terms: list[tuple[float, Any]], limit: float) -> None:
        """Bound a sum, rounded in favour of the mapping."""
        if 0 < limit < _LEAST:
            # fractions of it are not finite: without a bound, since every mapping is evaluated
            # anyway
            return
        unit = limit / _PARTS
        if unit <= 0:
            # nothing is below 0
            self._model.add(sum(literal for value, literal in terms if value > 0) <= limit)
            return
        # values far above the limit are clipped, to fit the solver's integers
        most = 2 * _PARTS
        scaled = [
            (min(most, math.floor(value / unit)), literal) for value, literal in terms if value
        ]
        if scaled:
            self._model.add(sum(value * literal for value, literal in scaled) <= _PARTS)


def solver_module() -> Any:
    """
    Return ``ortools.sat.python.cp_model``.

    :raises ConfigError: when it is not installed
    """
    return need('ortools.sat.python.cp_model')
