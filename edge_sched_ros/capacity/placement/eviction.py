# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Makes room for an application by evicting others of lower priority."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edge_sched_ros.capacity.placement.algorithms.base import candidates
from edge_sched_ros.capacity.placement.algorithms.base import Choice
from edge_sched_ros.capacity.placement.feasibility import refusal
from edge_sched_ros.capacity.placement.node import Hosted
from edge_sched_ros.capacity.placement.node import NodeState
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.problem import Limits
from edge_sched_ros.capacity.placement.problem import Option
from edge_sched_ros.capacity.placement.state import ClusterState


@dataclass(frozen=True, slots=True)
class Eviction:
    """
    A place for an application after the eviction of others.

    :param gone: names of evicted applications, all of lower priority
    """

    choice: Choice
    gone: tuple[str, ...]


def find_eviction(state: ClusterState, app: App) -> Eviction | None:
    """
    Return the cheapest eviction, or ``None`` when none helps.

    The cheapest has the lowest highest evicted priority, then the fewest evictions, then the first
    node. The Ibis sources do not define the choice; this rule is this project's.
    """
    best: tuple[tuple[int, int, int], Eviction] | None = None
    for index, node, option in candidates(state, app):
        gone = _gone(node, app, option, state)
        if gone is None:
            continue
        highest = max(node.hosted[name].app.task.priority for name in gone)
        key = (highest, len(gone), index)
        if best is None or key < best[0]:
            best = (key, Eviction(Choice(node.name, option), gone))
    return None if best is None else best[1]


def _gone(
    node: NodeState, app: App, option: Option, state: ClusterState
) -> tuple[str, ...] | None:
    """Return the applications to evict, the least urgent first, and only necessary ones."""
    lower = [one for one in node.hosted.values() if one.app.task.priority < app.task.priority]
    if not lower:
        return None
    ranked = sorted(lower, key=lambda one: (one.app.task.priority, -weight(one)))
    return fewest_gone(node, app, option, state.limits, ranked)


def fewest_gone(
    node: NodeState, app: App, option: Option, limits: Limits, ranked: Sequence[Hosted]
) -> tuple[str, ...] | None:
    """
    Return the names of the applications to evict, ``None`` when evicting all does not help.

    :param ranked: those that may be evicted, the first ones first
    """
    trial = node.copy()
    gone: list[Hosted] = []
    for one in ranked:
        gone.append(trial.remove(one.app.name))
        if refusal(trial, app, option, limits) is None:
            break
    else:
        return None
    kept: set[str] = set()
    for one in reversed(gone[:-1]):
        trial.host(one.app, one.option)
        if refusal(trial, app, option, limits) is None:
            kept.add(one.app.name)
        else:
            trial.remove(one.app.name)
    return tuple(one.app.name for one in gone if one.app.name not in kept)


def weight(one: Hosted) -> float:
    """Return the work of an application per ms on all units of its node."""
    return sum(demand.rate_per_ms * demand.service_ms for demand in one.option)
