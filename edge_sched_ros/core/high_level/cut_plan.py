# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A cut of a task's network, worked out: who gives a tensor, who takes it."""

from __future__ import annotations

from edge_sched_ros.core.high_level.graph import Cut
from edge_sched_ros.core.high_level.graph import NetworkGraph
from edge_sched_ros.core.high_level.graph import Partition
from edge_sched_ros.core.high_level.graph_checks import check_cut


class CutPlan:
    """
    A cut with its partitions in an order in which they could run.

    :raises ConfigError: when it is no cut of the network
    """

    __slots__ = ('consumers', 'graph', 'home_only', 'names', 'partitions', 'producer')

    def __init__(self, graph: NetworkGraph, cut: Cut) -> None:
        check_cut(graph, cut)
        self.graph = graph
        #: tensor -> the partition that gives it; the frame's tensors are absent
        self.producer = {tensor: part.name for part in cut for tensor in part.outputs}
        #: by name, every one after those it needs
        self.partitions = {part.name: part for part in _in_order(cut, self.producer)}
        #: what makes it another than other cuts of the network
        self.names = frozenset(self.partitions)
        #: tensor -> the partitions that take it
        self.consumers: dict[str, tuple[str, ...]] = {}
        for part in self.partitions.values():
            for tensor in part.inputs:
                self.consumers[tensor] = (*self.consumers.get(tensor, ()), part.name)
        at_home = {segment.name for segment in graph.segments if segment.home_only}
        #: partitions that run on the task's home device only
        self.home_only = frozenset(
            part.name for part in cut if not at_home.isdisjoint(part.segments)
        )

    def nbytes(self, tensor: str) -> int:
        """Return the size of a tensor."""
        return self.graph.tensors[tensor].nbytes


def _in_order(cut: Cut, producer: dict[str, str]) -> list[Partition]:
    left, done, order = list(cut), set(), list[Partition]()
    while left:
        for part in left:
            if all(producer.get(t) is None or producer[t] in done for t in part.inputs):
                break
        left.remove(part)
        done.add(part.name)
        order.append(part)
    return order
