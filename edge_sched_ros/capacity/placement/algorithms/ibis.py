# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Latency-aware, breadth first: a node with the same network, else the least busy one."""

from __future__ import annotations

from collections.abc import Collection
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
from edge_sched_ros.capacity.placement.problem import Demand
from edge_sched_ros.capacity.placement.problem import Option
from edge_sched_ros.capacity.placement.state import ClusterState


class Ibis:
    """
    The best node of each kind of accelerator, then the kind with the smaller added load.

    Rules confirmed from the code of the Ibis authors: among the nodes that can take it, one that
    has the network on its accelerator; else the one whose accelerator is least busy, an idle one
    first; between kinds the smaller increase of utilisation, swaps included. The least busy of
    several with the network is inferred.
    """

    name: ClassVar[str] = 'ibis'
    latency_aware: ClassVar[bool] = True

    def choose(
        self, state: ClusterState, app: App, without: Collection[str] = ()
    ) -> Choice | Rejection:
        """Return the place for an application."""
        by_kind: dict[str, list[tuple[tuple[float, ...], NodeState, Option]]] = {}
        for index, node, option in candidates(state, app, without):
            key = (*self._rank(node, option[-1]), float(index))
            kind = node.spec.units[option[-1].unit].kind
            by_kind.setdefault(kind, []).append((key, node, option))
        refusals: list[Refusal] = []
        best: list[tuple[float, Choice]] = []
        for ranked in by_kind.values():
            # the first feasible one: few are checked, and keys are unique except for the option
            for _, node, option in sorted(ranked, key=lambda one: one[0]):
                found = refusal(node, app, option, state.limits)
                if found is None:
                    best.append((increase(node, option), Choice(node.name, option)))
                    break
                refusals.append(found)
        if not best:
            return rejection(refusals)
        return min(best, key=lambda one: one[0])[1]

    def _rank(self, node: NodeState, last: Demand) -> tuple[float, ...]:
        return (not node.serves(last), node.utilisation[last.unit])


def increase(node: NodeState, option: Option) -> float:
    """Return the added utilisation of the accelerator, swaps included."""
    last = option[-1]
    asked = node.demands[last.unit] + [one for one in option if one.unit == last.unit]
    return busy(node.spec.units[last.unit], asked) - node.utilisation[last.unit]
