# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""HEFT: heterogeneous earliest finish time for a task graph."""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Hashable
from typing import TypeVar

Node = TypeVar('Node', bound=Hashable)


@dataclass(slots=True)
class Timeline:
    """Busy intervals of one unit, in order."""

    begins_ns: list[int] = field(default_factory=list)
    ends_ns: list[int] = field(default_factory=list)

    def earliest(self, ready_ns: int, length_ns: int) -> int:
        """Return the earliest start of a gap of this length, not before ``ready_ns``."""
        begin = ready_ns
        first = bisect.bisect_right(self.ends_ns, ready_ns)
        for index in range(first, len(self.begins_ns)):
            if begin + length_ns <= self.begins_ns[index]:
                return begin
            begin = max(begin, self.ends_ns[index])
        return begin

    def take(self, begin_ns: int, length_ns: int) -> None:
        """Occupy an interval; an empty one is ignored."""
        if not length_ns:
            return
        index = bisect.bisect_left(self.begins_ns, begin_ns)
        self.begins_ns.insert(index, begin_ns)
        self.ends_ns.insert(index, begin_ns + length_ns)


@dataclass(frozen=True, slots=True)
class Placed:
    """Unit and time of a node of the graph."""

    unit: str
    begin_ns: int
    end_ns: int


def upward_ranks(
    costs: Mapping[Node, Mapping[str, float]], successors: Mapping[Node, Mapping[Node, float]]
) -> dict[Node, float]:
    """
    Return the length of the longest path from each node to the end, including the node.

    :param costs: node -> unit -> time; their mean counts
    :param successors: node -> successor -> mean time to transfer data
    """
    ranks: dict[Node, float] = {}

    def rank(node: Node) -> float:
        if node not in ranks:
            after = (cost + rank(child) for child, cost in successors.get(node, {}).items())
            mean = sum(costs[node].values(), 0.0) / len(costs[node])
            ranks[node] = mean + max(after, default=0.0)
        return ranks[node]

    for node in costs:
        rank(node)
    return ranks


def schedule(
    costs: Mapping[Node, Mapping[str, int]],
    successors: Mapping[Node, Mapping[Node, int]],
    free_ns: Mapping[str, int],
) -> dict[Node, Placed]:
    """
    Return unit and time of every node: by descending upward rank, earliest finish.

    A node may be inserted into a gap. Source: Topcuoglu, Hariri, Wu, "Performance-effective and
    low-complexity task scheduling for heterogeneous computing", IEEE TPDS 2002.

    :param costs: node -> unit -> time
    :param successors: node -> successor -> time to transfer data between different units
    :param free_ns: unit -> time when it is first free
    """
    ranks = upward_ranks(costs, successors)
    before: dict[Node, dict[Node, int]] = {node: {} for node in costs}
    for node, after in successors.items():
        for child, cost in after.items():
            before[child][node] = cost
    timelines = {unit: Timeline() for unit in free_ns}
    placed: dict[Node, Placed] = {}
    for node in sorted(costs, key=lambda node: -ranks[node]):
        best: Placed | None = None
        for unit, length in costs[node].items():
            ready = free_ns[unit]
            for parent, handover in before[node].items():
                come = placed[parent]
                ready = max(ready, come.end_ns + (handover if come.unit != unit else 0))
            begin = timelines[unit].earliest(ready, length)
            if best is None or begin + length < best.end_ns:
                best = Placed(unit, begin, begin + length)
        assert best is not None
        timelines[best.unit].take(best.begin_ns, best.end_ns - best.begin_ns)
        placed[node] = best
    return placed
