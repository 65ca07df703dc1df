# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What every online algorithm does: choose a node for one application."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
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
    'late': 'would answer too late',
    'front_end': 'would have too many requests in flight',
}
#: of what is furthest from a yes to what is nearest
_NEAR = {kind: rank for rank, kind in enumerate(_WORDS)}


@dataclass(frozen=True, slots=True)
class Choice:
    """A node and how it would serve the application."""

    node: str
    option: Option


@dataclass(frozen=True, slots=True)
class Rejection:
    """No node, and why."""

    reason: str


class Algorithm(Protocol):
    """
    Chooses a node for an application; changes nothing.

    One from outside may have ``options``, a tuple of ``plugins.options.Option``; ``__init__``
    takes them by keyword.
    """

    name: ClassVar[str]
    #: whether it asks the queueing models
    latency_aware: ClassVar[bool] = False

    def choose(
        self, state: ClusterState, app: App, without: Collection[str] = ()
    ) -> Choice | Rejection:
        """
        Return where an application should go.

        :param without: nodes that are out of the question
        """
        ...


def candidates(
    state: ClusterState, app: App, without: Collection[str] = ()
) -> Iterator[tuple[int, NodeState, Option]]:
    """Return every node with every way it could serve an application, in order of nodes."""
    ways = state.options(app)
    for index, (name, node) in enumerate(state.nodes.items()):
        if name not in without:
            for option in ways[id(node.spec)]:
                yield index, node, option


def rejection(refusals: Iterable[Refusal]) -> Rejection:
    """Return why every node said no, and the words of one that came near."""
    found = list(refusals)
    if not found:
        return Rejection('no node can run it')
    counts = Counter(one.kind for one in found)
    parts = [f'{count} {_WORDS[kind]}' for kind, count in counts.most_common()]
    nearest = max(found, key=lambda one: _NEAR[one.kind])
    return Rejection(f'{", ".join(parts)} ({nearest.text})')
