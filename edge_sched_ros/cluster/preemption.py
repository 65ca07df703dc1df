# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether evicting pods would let a node take another one, by the placement model."""

from __future__ import annotations

from collections.abc import Mapping

from edge_sched_ros.capacity.placement.eviction import fewest_gone
from edge_sched_ros.capacity.placement.eviction import weight
from edge_sched_ros.capacity.placement.feasibility import refusal
from edge_sched_ros.capacity.placement.node import Hosted
from edge_sched_ros.capacity.placement.node import NodeState
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.problem import Option
from edge_sched_ros.cluster.allocations import Allocations
from edge_sched_ros.cluster.records import Pod


def victims_by_node(
    allocations: Allocations,
    pod: Pod,
    proposed: Mapping[str, tuple[str, ...]],
    excluded: Mapping[str, str],
) -> dict[str, tuple[str, ...]]:
    """
    Return the nodes where an eviction would let a pod in, with the uids to evict there.

    Where the proposed victims are not enough, applications of lower priority join them. A node
    without a victim is left out: the scheduler takes no such answer.

    :param proposed: node -> uids that the scheduler would evict
    :param excluded: node -> why it takes no new pods now
    """
    if pod.problem:
        return {}
    if pod.app is None:
        return {node: uids for node, uids in proposed.items() if uids}
    view = allocations.view(proposed)
    ways = view.options(pod.app)
    found = {}
    for name, uids in proposed.items():
        node = view.nodes.get(name)
        if node is None or name in excluded:
            continue
        trial = _without(allocations, node, uids)
        more = [
            _more_victims(allocations, trial, pod, pod.app, way) for way in ways[id(node.spec)]
        ]
        possible = [one for one in more if one is not None]
        if possible and (uids or any(possible)):
            found[name] = (*uids, *min((one for one in possible if uids or one), key=len))
    return found


def lower(allocations: Allocations, node: NodeState, priority: int) -> list[Hosted]:
    """Return the applications of bound pods below a priority, the first to evict first."""
    found = []
    for one in node.hosted.values():
        pod = allocations.bound(one.app.name)
        if pod is not None and pod.priority < priority:
            found.append((pod.priority, -weight(one), one))
    return [one for *_, one in sorted(found, key=lambda item: item[:2])]


def _without(allocations: Allocations, node: NodeState, uids: tuple[str, ...]) -> NodeState:
    """Return a copy of a node without the applications of some pods."""
    trial = node.copy()
    for uid in uids:
        pod = allocations.pods.get(uid)
        if pod is not None and pod.app is not None and pod.app.name in trial.hosted:
            trial.remove(pod.app.name)
    return trial


def _more_victims(
    allocations: Allocations, trial: NodeState, pod: Pod, app: App, way: Option
) -> tuple[str, ...] | None:
    """Return the uids to evict as well, ``None`` when no eviction helps."""
    limits = allocations.hosts.limits
    if refusal(trial, app, way, limits) is None:
        return ()
    gone = fewest_gone(trial, app, way, limits, lower(allocations, trial, pod.priority))
    if gone is None:
        return None
    pods = (allocations.bound(name) for name in gone)
    return tuple(pod.uid for pod in pods if pod is not None)
