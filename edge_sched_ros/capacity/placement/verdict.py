# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which placed applications miss their objective, by the models."""

from __future__ import annotations

from edge_sched_ros.capacity.placement.feasibility import overdue
from edge_sched_ros.capacity.placement.node import NodeState
from edge_sched_ros.capacity.placement.state import ClusterState
from edge_sched_ros.capacity.placement.tails import tails_ms


def late_apps(state: ClusterState) -> dict[str, str]:
    """Return the applications that miss, and how; limits of utilisation are not checked."""
    return {name: how for node in state.nodes.values() for name, how in late_on(node).items()}


def late_on(node: NodeState) -> dict[str, str]:
    """Return the applications of a node that miss, and how."""
    got = node.responses_ms()
    wanted = {
        name: one.app.objective for name, one in node.hosted.items() if one.app.objective != 'mean'
    }
    if wanted:
        got.update(tails_ms(node.spec, node.demands, wanted))
    found = {name: overdue(one.app, got[name]) for name, one in node.hosted.items()}
    return {name: how for name, how in found.items() if how}
