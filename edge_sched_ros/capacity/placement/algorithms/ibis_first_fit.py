# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Latency-aware, depth first: a node with the same network, else the first feasible one."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.capacity.placement.algorithms.ibis import Ibis
from edge_sched_ros.capacity.placement.node import NodeState
from edge_sched_ros.capacity.placement.problem import Demand


class IbisFirstFit(Ibis):
    """Like ``ibis``, but fills one node after the other, in the order of the file."""

    name: ClassVar[str] = 'ibis-first-fit'

    def _rank(self, node: NodeState, last: Demand) -> tuple[float, ...]:
        return (not node.serves(last),)
