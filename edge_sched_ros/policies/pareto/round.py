# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Networks propose their best change in turn; the best proposal is carried out."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass

from edge_sched_ros.policies.pareto.front import Point
from edge_sched_ros.policies.pareto.tasks import Allocated


@dataclass(frozen=True, slots=True)
class Proposal:
    """
    A change of one network.

    :param task: its task
    :param growth: growth of all networks' rates together, as a share; 0 when no change helps
    """

    task: str
    point: Point
    growth: float


class ProposalRound:
    """
    Collects one proposal from each network that may change.

    Only one is computed at a time, when a job of its network ends: a search for the best change of
    all networks at once would delay the units.

    :param tasks: task -> its present point; the caller's, which changes
    :param patience_ns: how long to wait for a network without jobs
    """

    def __init__(self, tasks: Mapping[str, Allocated], patience_ns: int) -> None:
        self._tasks = tasks
        self._patience_ns = patience_ns
        self._proposals: dict[str, Proposal] = {}
        self._since_ns = 0

    def clear(self) -> None:
        """Forget all proposals: they referred to other points."""
        self._proposals.clear()

    def proposers(self) -> tuple[str, ...]:
        """Return the tasks that have proposed."""
        return tuple(self._proposals)

    def collect(self, proposal: Proposal, now_ns: int, active: Iterable[str]) -> Proposal | None:
        """
        Add a proposal; return the best one when all have been received.

        :param active: tasks that get frames
        """
        if not self._proposals:
            self._since_ns = now_ns
        self._proposals[proposal.task] = proposal
        waited = now_ns - self._since_ns > self._patience_ns
        if not waited and any(self._is_waited_for(name) for name in active):
            return None
        there = [said for said in self._proposals.values() if said.task in self._tasks]
        return max(there, key=lambda said: said.growth)

    def _is_waited_for(self, name: str) -> bool:
        state = self._tasks.get(name)
        can_change = state is not None and not state.lock and len(state.choices) > 1
        return can_change and name not in self._proposals
