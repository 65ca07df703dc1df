# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Memory only: of the nodes with enough memory, the one with the least left."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.capacity.placement.algorithms.knapsack import free_mib
from edge_sched_ros.capacity.placement.algorithms.knapsack import Knapsack
from edge_sched_ros.capacity.placement.node import NodeState


class BestFit(Knapsack):
    """Takes the node with the least memory left among those with enough."""

    name: ClassVar[str] = 'best-fit'

    def _rank(self, index: int, node: NodeState) -> float:
        return free_mib(node)
