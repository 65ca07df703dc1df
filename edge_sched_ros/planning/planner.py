# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Finds the best plan: descent from the best baseline, then a proof by CP-SAT."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.planning.baselines import baselines
from edge_sched_ros.planning.cp_mappings import MappingModel
from edge_sched_ros.planning.cp_mappings import solver_module
from edge_sched_ros.planning.objective import Candidate
from edge_sched_ros.planning.objective import MIN_ENERGY
from edge_sched_ros.planning.objective import Objective
from edge_sched_ros.planning.problem import Mapped
from edge_sched_ros.planning.problem import Problem
from edge_sched_ros.planning.splits import splits

#: number of mappings of one network that a descent tries at a time
_MOST_TRIED = 2000


@dataclass(frozen=True)
class Plan:
    """
    A mapping of several networks, its round and the baselines.

    :param optimal: whether it is proven that no mapping has a better value
    :param baselines: name -> value, ``None`` when it violates the latency bound
    :param solve_s: wall time of everything, in seconds
    """

    objective: Objective
    problem: Problem
    best: Candidate
    optimal: bool
    baselines: dict[str, float | None]
    solve_s: float

    @property
    def mapping(self) -> dict[str, list[str]]:
        """Network -> the unit of each group."""
        names = (network.name for network in self.problem.networks)
        return {name: list(mapped) for name, mapped in zip(names, self.best.mapping)}

    def to_dict(self) -> dict[str, Any]:
        """Return the output of ``edge-sched plan --json``."""
        names = [network.name for network in self.problem.networks]
        best = self.best
        return {
            'objective': self.objective.name,
            'value': best.value,
            'optimal': self.optimal,
            'mapping': self.mapping,
            'switches': {
                network.name: network.switches(mapped)
                for network, mapped in zip(self.problem.networks, best.mapping)
            },
            'latency_ms': dict(zip(names, best.round.latencies_ms)),
            'branches': [network.name for network in self.problem.networks if network.branches],
            'baselines': self.baselines,
            'solve_s': self.solve_s,
        }


def make_plan(problem: Problem, objective: Objective, *, time_limit_s: float = 10.0) -> Plan:
    """
    Return the best plan for a problem; none is worse than any baseline, a single unit included.

    :param time_limit_s: time limit of the search, without baselines and building the model
    :raises ConfigError: when no plan found keeps the bounds, energy is not known, or OR-tools is
        missing
    """
    began_s = time.perf_counter()
    solver_module()
    _check(problem, objective)
    compared = baselines(problem, objective)
    search = _Search(problem, objective, time.perf_counter() + time_limit_s)
    for candidate in compared.values():
        search.take(candidate)
    search.begin()
    search.descend()
    optimal = search.prove()
    best = search.best
    if not objective.allows(best.round):
        raise ConfigError(
            '--latency-bound-ms',
            f'{"no plan" if optimal else "no plan found in time"} keeps '
            f'{objective.latency_bound_ms:g} ms; the best takes {best.round.makespan_ms:.4g} ms',
        )
    return Plan(
        objective=objective,
        problem=problem,
        best=best,
        optimal=optimal,
        baselines={
            name: candidate.value if objective.allows(candidate.round) else None
            for name, candidate in compared.items()
        },
        solve_s=time.perf_counter() - began_s,
    )


class _Search:
    """The best candidate so far, and the search for better ones."""

    def __init__(self, problem: Problem, objective: Objective, end_s: float) -> None:
        self._problem = problem
        self._objective = objective
        self._end_s = end_s
        self._best: Candidate | None = None

    @property
    def best(self) -> Candidate:
        assert self._best is not None
        return self._best

    def take(self, candidate: Candidate) -> bool:
        """Keep a candidate if it is the best; return whether it is."""
        key = self._objective.sort_key
        if self._best is not None and key(candidate) >= key(self._best):
            return False
        self._best = candidate
        return True

    def begin(self) -> None:
        """Ensure that there is a candidate: the first mapping of every network."""
        if self._best is None:
            networks = self._problem.networks
            first = [next(splits(network, self._problem.units)) for network in networks]
            self.take(self._objective.judge(self._problem, first))

    def descend(self) -> None:
        """Change the mapping of one network at a time while this helps."""
        better = True
        while better and not self._late():
            better = False
            for index, network in enumerate(self._problem.networks):
                ways = splits(network, self._problem.units)
                for mapped in itertools.islice(ways, _MOST_TRIED):
                    if self._late():
                        return
                    mapping = list(self.best.mapping)
                    mapping[index] = mapped
                    better |= self._try(tuple(mapping))

    def prove(self) -> bool:
        """Try every mapping that could be better; return whether all were tried."""
        while not self._late():
            model = MappingModel(self._problem, self._objective, self.best)
            before = self.best
            done = model.for_each(self._visit, self._end_s - time.perf_counter())
            if done:
                return True
            if self.best is before:
                return False
        return False

    def _visit(self, mapping: tuple[Mapped, ...]) -> bool:
        """Stop the solver at a better plan: it excludes many mappings, so the model is rebuilt."""
        return self._try(mapping) or self._late()

    def _try(self, mapping: tuple[Mapped, ...]) -> bool:
        return self.take(self._objective.judge(self._problem, mapping))

    def _late(self) -> bool:
        return time.perf_counter() >= self._end_s


def _check(problem: Problem, objective: Objective) -> None:
    for network in problem.networks:
        if next(splits(network, problem.units), None) is None:
            raise ConfigError(
                f'networks.{network.name}',
                f'cannot run with only {network.max_switches} changes of unit (see max_switches)',
            )
    tables = (network.energy_mj.values() for network in problem.networks)
    if objective.name == MIN_ENERGY and not any(map(any, itertools.chain.from_iterable(tables))):
        raise ConfigError('energy_mj', 'the energy is not known (units may have active_mw)')
