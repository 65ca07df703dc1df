# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Memory only: the node with the most memory left."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.capacity.placement.algorithms.knapsack import free_mib
from edge_sched_ros.capacity.placement.algorithms.knapsack import Knapsack
from edge_sched_ros.capacity.placement.node import NodeState


class WorstFit(Knapsack):
    """Takes the node with the most memory left."""

    name: ClassVar[str] = 'worst-fit'

    def _rank(self, index: int, node: NodeState) -> float:
        return -free_mib(node)
