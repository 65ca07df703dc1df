# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The base of online algorithms: choose a node for one application."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import ClassVar
from typing import Protocol

from edge_sched_ros.capacity.placement.feasibility import Refusal
from edge_sched_ros.capacity.placement.node import NodeState
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.problem import Option
from edge_sched_ros.capacity.placement.state import ClusterState

_WORDS = {
    'batch': 'batch another network',
    'memory': 'lack memory',
    'busy': 'would be too busy',
    'late': 'would be too late',
    'front_end': 'would have too many requests in flight',
}
#: from the least to the most promising
_NEAR = {kind: rank for rank, kind in enumerate(_WORDS)}


@dataclass(frozen=True, slots=True)
class Choice:
    """A node and the way it would serve the application."""

    node: str
    option: Option


@dataclass(frozen=True, slots=True)
class Rejection:
    """
    No node, and why.

    :param kinds: kind of refusal -> number of ways to host the application that it refused
    """

    reason: str
    kinds: Mapping[str, int] = field(default_factory=dict)


class Algorithm(Protocol):
    """
    Chooses a node for an application, without placing it.

    One from outside may have ``options``, a tuple of ``plugins.options.Option``; ``__init__``
    takes them by keyword.
    """

    name: ClassVar[str]
    #: whether it uses the queueing models
    latency_aware: ClassVar[bool] = False

    def choose(
        self, state: ClusterState, app: App, without: Collection[str] = ()
    ) -> Choice | Rejection:
        """
        Return the place for an application.

        :param without: excluded nodes
        """
        ...


def candidates(
    state: ClusterState, app: App, without: Collection[str] = ()
) -> Iterator[tuple[int, NodeState, Option]]:
    """Return every node with every way to serve an application, in order of nodes."""
    ways = state.options(app)
    for index, (name, node) in enumerate(state.nodes.items()):
        if name not in without:
            for option in ways[id(node.spec)]:
                yield index, node, option


def rejection(refusals: Iterable[Refusal]) -> Rejection:
    """Return why no node can take it, with the text of the most promising one."""
    found = list(refusals)
    if not found:
        return Rejection('no node can run it')
    counts: Counter[str] = Counter(one.kind for one in found)
    parts = [f'{count} {_WORDS[kind]}' for kind, count in counts.most_common()]
    nearest = max(found, key=lambda one: _NEAR[one.kind])
    return Rejection(f'{", ".join(parts)} ({nearest.text})', counts)
