# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A network as it is executed: which operators of the file run as one.

ONNX Runtime fuses operators (a convolution with its activation; quantised ones with the scales
around them). A cut within such a group would make it compute in other steps, which changes bits.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from edge_sched_ros.planning.cutting.flops import flops
from edge_sched_ros.planning.cutting.flops import shapes_of
from edge_sched_ros.planning.cutting.graph import Dataflow
from edge_sched_ros.planning.cutting.graph import dataflow
from edge_sched_ros.planning.cutting.graph import Operator
from edge_sched_ros.planning.cutting.tensors import tensor_types
from edge_sched_ros.system.tensors import TensorSpec

#: take numbers for what they stand for: cheap, and no bits depend on where that is done
_REPEATABLE = ('DequantizeLinear',)


@dataclass(frozen=True)
class ExecutedNetwork:
    """
    Groups of operators that run as one, in an order in which they can run.

    :param written: the operators of the file
    :param groups: the operators that are executed
    :param group_of: the group of each operator of the file
    :param flops: of each group
    :param types: of tensors with a known size
    """

    written: Dataflow
    groups: Dataflow
    group_of: tuple[int, ...]
    flops: tuple[int, ...]
    types: Mapping[str, TensorSpec]

    def edges(self) -> list[tuple[str, int, int]]:
        """Return the tensors of the file between groups: name, giving and taking group."""
        source = self.sources
        return [
            (name, source[name], taker)
            for operator, taker in zip(self.written.operators, self.group_of)
            for name in operator.inputs
            if source[name] != taker
        ]

    @cached_property
    def links(self) -> frozenset[tuple[int, int]]:
        """Return which group gives a tensor to which."""
        source = {
            name: place
            for place, group in enumerate(self.groups.operators)
            for name in group.outputs
        }
        executed = {
            (source[name], taker)
            for taker, group in enumerate(self.groups.operators)
            for name in group.inputs
            if name in source
        }
        written = {(giver, taker) for _, giver, taker in self.edges() if giver >= 0}
        return frozenset(executed | written)

    @cached_property
    def repeatable(self) -> Mapping[str, tuple[str, ...]]:
        """
        Return tensors that every segment computes anew for itself -> what it needs for that.

        ONNX Runtime, too, gives every operator its own copy of these.
        """
        return {
            name: operator.inputs
            for operator in self.written.operators
            if operator.kind in _REPEATABLE
            for name in operator.outputs
        }

    def follows(self, name: str, tensors: Collection[str]) -> bool:
        """Return whether a tensor is there where some tensors are."""
        if name in tensors:
            return True
        needs = self.repeatable.get(name, ())
        return bool(needs) and all(self.follows(one, tensors) for one in needs)

    @cached_property
    def sources(self) -> Mapping[str, int]:
        """Return tensor of the file -> the group that gives it; -1 for the network's inputs."""
        found = dict.fromkeys(self.written.inputs, -1)
        for operator, group in zip(self.written.operators, self.group_of):
            found.update(dict.fromkeys(operator.outputs, group))
        return found


def executed_network(graph: Any, executed: Any) -> ExecutedNetwork:
    """
    Return which operators of a file's graph run as one.

    :param executed: the graph that ONNX Runtime made of it
    """
    written, groups = dataflow(graph), dataflow(executed)
    group_of = _assigned(written, groups.operators)
    counts = [0] * len(groups.operators)
    shapes = shapes_of(graph)
    for operator, group in zip(written.operators, group_of):
        counts[group] += flops(graph.node[operator.index], shapes)
    return ExecutedNetwork(written, groups, group_of, tuple(counts), tensor_types(graph))


def _assigned(written: Dataflow, groups: Sequence[Operator]) -> tuple[int, ...]:
    """
    Return the group of each operator: the first that needs its result.

    A group's outputs have the names they have in the file, where they are tensors of the file;
    the network's answers are, so every operator has a group.
    """
    producer = {
        name: place
        for place, operator in enumerate(written.operators)
        for name in operator.outputs
    }
    found: dict[int, int] = {}
    for index, group in enumerate(groups):
        waiting = [producer[name] for name in group.outputs if name in producer]
        while waiting:
            place = waiting.pop()
            if place not in found:
                found[place] = index
                inputs = written.operators[place].inputs
                waiting += [producer[name] for name in inputs if name in producer]
    return tuple(found[place] for place in range(len(written.operators)))
