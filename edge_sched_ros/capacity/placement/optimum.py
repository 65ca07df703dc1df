# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The largest number of applications that any placement could host, found by CP-SAT.

The models are not linear, so the solver gets necessary conditions of every placement that the
models allow (memory, utilisation without swaps, and for each application the utilisation from
which it is certainly late), and the models check its solutions. A set that a node cannot take is
forbidden on every equal node, and the solver runs again. So the bound holds for every placement,
and the result always is a placement that the models allow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from edge_sched_ros.capacity.placement.algorithms.ibis import Ibis
from edge_sched_ros.capacity.placement.feasibility import broken
from edge_sched_ros.capacity.placement.feasibility import refusal
from edge_sched_ros.capacity.placement.online import place_all
from edge_sched_ros.capacity.placement.online import Placed
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.problem import Option
from edge_sched_ros.capacity.placement.problem import Problem
from edge_sched_ros.capacity.placement.relaxation import Relaxation
from edge_sched_ros.capacity.placement.state import ClusterState
from edge_sched_ros.installation.missing import need

#: a solution of the solver: application -> node and units
Proposal = dict[str, tuple[str, Option]]


@dataclass(frozen=True, slots=True)
class Optimum:
    """
    The best placement found.

    :param placed: the placement; ``rejected`` has the applications left out
    :param bound: no placement hosts more applications
    :param solve_s: wall time
    """

    placed: Placed
    bound: int
    solve_s: float

    @property
    def proven(self) -> bool:
        """Return whether no better placement exists."""
        return len(self.placed.state.where) >= self.bound


def find_optimum(problem: Problem, *, time_limit_s: float = 30.0, rounds: int = 50) -> Optimum:
    """
    Return a placement of as many applications as possible; priorities are ignored.

    :param time_limit_s: time limit for all rounds together
    :param rounds: maximum number of runs of the solver
    :raises ConfigError: when OR-tools is not installed
    """
    cp = solver_module()
    begin = perf_counter()
    best = place_all(ClusterState(problem), Ibis(), problem.apps, evict=False)
    bound = len(problem.apps)
    relaxed = Relaxation(problem, cp)
    for _ in range(rounds):
        left = time_limit_s - (perf_counter() - begin)
        if left <= 0 or len(best.state.where) >= bound:
            break
        proposal, found = relaxed.solve(left, _proposal(best))
        bound = min(bound, found)
        if proposal is None:
            break
        state, too_much = _checked(problem, proposal)
        if len(state.where) > len(best.state.where):
            best = Placed(state)
        if not too_much:
            break
        for node, group in too_much:
            relaxed.forbid(node, group)
    for app in problem.apps:
        if app.name not in best.state.where:
            best.rejected[app.name] = 'left out: the other applications are more in number'
    solve_s = perf_counter() - begin
    best.decision_ms = [1e3 * solve_s / max(1, len(problem.apps))]
    return Optimum(best, bound, solve_s)


def _proposal(placed: Placed) -> Proposal:
    state = placed.state
    return {name: (node, state.hosted(name).option) for name, node in state.where.items()}


def _checked(
    problem: Problem, proposal: Proposal
) -> tuple[ClusterState, list[tuple[str, Proposal]]]:
    """Return the part of a solution that the models allow, filled up, and the overfull nodes."""
    state = ClusterState(problem)
    by_node: dict[str, Proposal] = {}
    for name, (node, option) in proposal.items():
        by_node.setdefault(node, {})[name] = (node, option)
    apps = {app.name: app for app in problem.apps}
    too_much = [
        (node, group) for node, group in by_node.items() if not _host_all(state, apps, node, group)
    ]
    left = [app for app in problem.apps if app.name not in state.where]
    # the lightest first, for as many as possible
    left.sort(key=lambda app: app.rate_per_s)
    place_all(state, Ibis(), left, evict=False)
    return state, too_much


def _host_all(state: ClusterState, apps: dict[str, App], node: str, group: Proposal) -> bool:
    """Host all, or as many as fit, the lightest first; return whether all are hosted."""
    trial = state.nodes[node].copy()
    for name, (_, option) in group.items():
        trial.host(apps[name], option)
    fits = not broken(trial, state.limits)
    for name, (_, option) in sorted(group.items(), key=lambda one: _weight(one[1][1])):
        # one may be late until another joins it, so the full set is checked first
        if fits or refusal(state.nodes[node], apps[name], option, state.limits) is None:
            state.host(apps[name], node, option)
    return fits


def _weight(option: Option) -> float:
    return math.fsum(demand.rate_per_ms * demand.service_ms for demand in option)


def solver_module() -> Any:
    """
    Return ``ortools.sat.python.cp_model``.

    :raises ConfigError: when it is not installed
    """
    return need('ortools.sat.python.cp_model')
