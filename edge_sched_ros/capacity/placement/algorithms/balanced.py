# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Latency-aware, by this project: the node whose most used resource keeps the most headroom."""

from __future__ import annotations

from collections.abc import Collection
from heapq import heapify
from heapq import heappop
from typing import ClassVar

from edge_sched_ros.capacity.placement.algorithms.base import candidates
from edge_sched_ros.capacity.placement.algorithms.base import Choice
from edge_sched_ros.capacity.placement.algorithms.base import Rejection
from edge_sched_ros.capacity.placement.algorithms.base import rejection
from edge_sched_ros.capacity.placement.feasibility import Refusal
from edge_sched_ros.capacity.placement.feasibility import refusal
from edge_sched_ros.capacity.placement.means import busy
from edge_sched_ros.capacity.placement.node import NodeState
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.problem import Limits
from edge_sched_ros.capacity.placement.problem import Option
from edge_sched_ros.capacity.placement.state import ClusterState


class Balanced:
    """
    Least dominant share: the largest share of memory or of a unit in use after the placement.

    Unlike Ibis, the choice includes the processor that preprocesses, and memory. Equal networks
    are placed together as a consequence, since swaps and a second copy in memory use shares.
    """

    name: ClassVar[str] = 'balanced'
    latency_aware: ClassVar[bool] = True

    def choose(
        self, state: ClusterState, app: App, without: Collection[str] = ()
    ) -> Choice | Rejection:
        """Return the place for an application."""
        places = [(node, option) for _, node, option in candidates(state, app, without)]
        heap = [
            (dominant_share(node, app, option, state.limits), turn)
            for turn, (node, option) in enumerate(places)
        ]
        heapify(heap)
        refusals: list[Refusal] = []
        while heap:
            node, option = places[heappop(heap)[1]]
            found = refusal(node, app, option, state.limits)
            if found is None:
                return Choice(node.name, option)
            refusals.append(found)
        return rejection(refusals)


def dominant_share(node: NodeState, app: App, option: Option, limits: Limits) -> float:
    """Return the largest share in use after a placement; 1 is the limit."""
    busiest, found = node.busiest, node.outlook(option)
    if found is not None:
        busiest = max(busiest, found.share)
    else:
        for unit in {demand.unit for demand in option}:
            mine = [demand for demand in option if demand.unit == unit]
            busiest = max(busiest, busy(node.spec.units[unit], node.demands[unit] + mine))
    return max(busiest / limits.utilisation, _memory_share(node, node.added_mib(app, option)))


def _memory_share(node: NodeState, more_mib: float) -> float:
    if node.memory_mib is None:
        return 0.0
    return (node.used_mib + more_mib) / max(node.memory_mib, 1e-9)
