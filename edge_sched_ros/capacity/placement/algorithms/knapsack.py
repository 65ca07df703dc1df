# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The common base of the memory-only baselines: the knapsacks of the Ibis paper."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from edge_sched_ros.capacity.placement.algorithms.base import candidates
from edge_sched_ros.capacity.placement.algorithms.base import Choice
from edge_sched_ros.capacity.placement.algorithms.base import Rejection
from edge_sched_ros.capacity.placement.algorithms.base import rejection
from edge_sched_ros.capacity.placement.feasibility import Refusal
from edge_sched_ros.capacity.placement.feasibility import short_of_memory
from edge_sched_ros.capacity.placement.node import NodeState
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.state import ClusterState


class Knapsack:
    """Uses only memory; a node without ``memory_mib`` has room for all."""

    name: ClassVar[str]
    latency_aware: ClassVar[bool] = False

    def choose(
        self, state: ClusterState, app: App, without: Collection[str] = ()
    ) -> Choice | Rejection:
        """Return the place for an application."""
        refusals: list[Refusal] = []
        best: tuple[float, Choice] | None = None
        for index, node, option in candidates(state, app, without):
            found = short_of_memory(node, app, option)
            if found is not None:
                refusals.append(found)
                continue
            rank = self._rank(index, node)
            if best is None or rank < best[0]:
                best = (rank, Choice(node.name, option))
        return rejection(refusals) if best is None else best[1]

    def _rank(self, index: int, node: NodeState) -> float:
        """Return the key; the node with the smallest key is chosen."""
        raise NotImplementedError


def free_mib(node: NodeState) -> float:
    """Return the free memory of a node."""
    return float('inf') if node.memory_mib is None else node.memory_mib - node.used_mib
