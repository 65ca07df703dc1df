# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Objectives by which plans are compared."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from edge_sched_ros.planning.problem import Mapped
from edge_sched_ros.planning.problem import Problem
from edge_sched_ros.planning.schedule import Follower
from edge_sched_ros.planning.schedule import Round
from edge_sched_ros.planning.steady import period_ms

MAX_THROUGHPUT = 'max-throughput'
MIN_MAKESPAN = 'min-makespan'
MIN_ENERGY = 'min-energy'
OBJECTIVES = (MAX_THROUGHPUT, MIN_MAKESPAN, MIN_ENERGY)
#: maximum number of networks for which every order is tried
_MOST_ORDERED = 3
#: minimum of a time, so that rates stay finite
_LEAST_MS = 1e-9


@dataclass(frozen=True)
class Candidate:
    """A mapping, its round and its value."""

    mapping: tuple[Mapped, ...]
    round: Round
    value: float


@dataclass(frozen=True)
class Objective:
    """
    One of :data:`OBJECTIVES`, with a latency bound.

    ``max-throughput`` is the number of results a second of all networks together when each always
    has a frame waiting and all give equally many; ``min-makespan`` is the time of one round in ms,
    from the start of all networks to the last result; ``min-energy`` the energy of a round in mJ.

    :param latency_bound_ms: maximum time of a network in a round
    """

    name: str
    latency_bound_ms: float | None = None

    def allows(self, found: Round) -> bool:
        """Return whether the round keeps the latency bound."""
        bound = self.latency_bound_ms
        return bound is None or found.makespan_ms <= bound * (1 + 1e-9)

    def cost(self, candidate: Candidate) -> float:
        """Return the value, with its sign such that less is better."""
        return -candidate.value if self.name == MAX_THROUGHPUT else candidate.value

    def sort_key(self, candidate: Candidate) -> tuple[bool, float, float]:
        """Return the sort key: the best candidate first; of equal ones the shorter round."""
        makespan = candidate.round.makespan_ms
        if not self.allows(candidate.round):
            return True, makespan, makespan
        return False, self.cost(candidate), makespan

    def judge(self, problem: Problem, mapping: Sequence[Mapped]) -> Candidate:
        """Return a mapping's shortest round: first come, first served, or by a fixed rank."""
        rounds = (Follower(problem, mapping, rank=rank).run() for rank in _ranks(len(mapping)))
        best = min(rounds, key=lambda found: found.makespan_ms)
        return Candidate(tuple(mapping), best, self._value(problem, mapping, best))

    def _value(self, problem: Problem, mapping: Sequence[Mapped], found: Round) -> float:
        networks = problem.networks
        if self.name == MAX_THROUGHPUT:
            return 1e3 * len(networks) / max(period_ms(problem, mapping), _LEAST_MS)
        if self.name == MIN_MAKESPAN:
            return found.makespan_ms
        return sum(problem.energy(network, mapped) for network, mapped in zip(networks, mapping))


def _ranks(count: int) -> list[tuple[int, ...] | None]:
    if not 1 < count <= _MOST_ORDERED:
        return [None]
    return [None, *itertools.permutations(range(count))]
