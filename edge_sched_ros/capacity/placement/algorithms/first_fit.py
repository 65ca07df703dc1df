# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Memory only: the first node with enough memory."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.capacity.placement.algorithms.knapsack import Knapsack
from edge_sched_ros.capacity.placement.node import NodeState


class FirstFit(Knapsack):
    """Takes the first node with enough memory."""

    name: ClassVar[str] = 'first-fit'

    def _rank(self, index: int, node: NodeState) -> float:
        return index
