# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Places applications one at a time, in order of arrival, without knowing the next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from time import perf_counter_ns

from edge_sched_ros.capacity.placement.algorithms.base import Algorithm
from edge_sched_ros.capacity.placement.algorithms.base import Choice
from edge_sched_ros.capacity.placement.algorithms.base import Rejection
from edge_sched_ros.capacity.placement.eviction import find_eviction
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.state import ClusterState


@dataclass(slots=True)
class Placed:
    """
    The results for all applications.

    :param rejected: application -> why it is not placed
    :param refusals: kind of refusal -> number of ways to host these that it refused, each when its
        application was rejected
    :param decision_ms: wall time of every application's decision
    """

    state: ClusterState
    rejected: dict[str, str] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)
    decision_ms: list[float] = field(default_factory=list)


def place_all(
    state: ClusterState, algorithm: Algorithm, apps: Iterable[App], *, evict: bool = True
) -> Placed:
    """
    Place applications in order; one that no node takes is rejected, and the next is tried.

    :param evict: let a more urgent application evict less urgent ones as a last resort; these are
        placed again where they fit, or rejected. Algorithms without models never evict.
    """
    placed = Placed(state)
    for app in apps:
        before = perf_counter_ns()
        place(placed, algorithm, app, evict=evict)
        placed.decision_ms.append((perf_counter_ns() - before) / 1e6)
    return placed


def place(placed: Placed, algorithm: Algorithm, app: App, *, evict: bool = True) -> None:
    """Place one application, or record why it is rejected."""
    state = placed.state
    found = algorithm.choose(state, app)
    if isinstance(found, Rejection) and evict and algorithm.latency_aware:
        gone = _make_room(state, app)
        if gone is not None:
            _place_anew(placed, algorithm, gone, app)
            return
    _settle(placed, app, found)


def _make_room(state: ClusterState, app: App) -> list[App] | None:
    """Return the applications replaced by an application, ``None`` if eviction does not help."""
    eviction = find_eviction(state, app)
    if eviction is None:
        return None
    gone = [state.remove(name).app for name in eviction.gone]
    state.host(app, eviction.choice.node, eviction.choice.option)
    return gone


def _place_anew(placed: Placed, algorithm: Algorithm, gone: list[App], for_app: App) -> None:
    """Find other nodes for evicted applications, the most urgent first; they evict no others."""
    for app in sorted(gone, key=lambda one: -one.task.priority):
        found = algorithm.choose(placed.state, app)
        if isinstance(found, Rejection):
            reason = f'evicted for {for_app.name}; on the other nodes: {found.reason}'
            found = replace(found, reason=reason)
        _settle(placed, app, found)


def _settle(placed: Placed, app: App, found: Choice | Rejection) -> None:
    if isinstance(found, Choice):
        placed.state.host(app, found.node, found.option)
    else:
        placed.rejected[app.name] = found.reason
        placed.refusals.update(found.kinds)
