# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Segments of a network: which groups of operators each holds, and which tensors it exchanges."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass

from edge_sched_ros.planning.cutting.executed import ExecutedNetwork
from edge_sched_ros.planning.cutting.points import CutPoint


@dataclass(frozen=True, slots=True)
class SegmentPlan:
    """
    A segment before it is a file.

    :param nodes: places of its nodes in the file, those that depend on the network's inputs
    :param inputs: tensors of other segments or of the network
    :param outputs: tensors for other segments, or answers
    """

    name: str
    nodes: tuple[int, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    flops: int


def chain_groups(points: Sequence[CutPoint], count: int) -> list[range]:
    """Return the groups of each segment of a chain; ``count`` is the number of all groups."""
    ends = [*(point.after for point in points), count]
    return [range(begin, end) for begin, end in zip([0, *ends], ends)]


def plan_segments(
    network: ExecutedNetwork, points: Iterable[CutPoint], parts: Sequence[Collection[int]]
) -> list[SegmentPlan]:
    """
    Return the segments that hold some groups each.

    :param points: where the network is cut; their tensors are the ones that segments exchange
    :param parts: groups of each segment, in a topological order
    """
    exchanged = {name for point in points for name in point.tensors} | set(network.written.inputs)
    part_of = {group: index for index, part in enumerate(parts) for group in part}
    source = {name: part_of.get(group, -1) for name, group in network.sources.items()}
    inputs = [_inputs(network, part, index, exchanged, source) for index, part in enumerate(parts)]
    wanted = {name for names in inputs for name in names} | set(network.written.outputs)
    found = []
    for index, part in enumerate(parts):
        outputs = [name for name in _given(network, part) if name in wanted]
        found.append(
            SegmentPlan(
                name=f'seg{index}',
                nodes=_nodes(network, inputs[index], outputs),
                inputs=tuple(inputs[index]),
                outputs=tuple(outputs),
                flops=sum(network.flops[group] for group in part),
            )
        )
    return found


def _inputs(
    network: ExecutedNetwork,
    part: Collection[int],
    index: int,
    exchanged: Collection[str],
    source: dict[str, int],
) -> list[str]:
    """Return the tensors of other segments that a segment needs, in the order of need."""
    found: dict[str, None] = {}
    groups = set(part)

    def need(name: str) -> None:
        if source[name] == index:
            return
        if name in exchanged:
            found[name] = None
            return
        for one in network.repeatable[name]:
            need(one)

    for operator, group in zip(network.written.operators, network.group_of):
        if group in groups:
            for name in operator.inputs:
                need(name)
    return list(found)


def _given(network: ExecutedNetwork, part: Collection[int]) -> list[str]:
    groups = set(part)
    return [
        name
        for operator, group in zip(network.written.operators, network.group_of)
        if group in groups
        for name in operator.outputs
    ]


def _nodes(
    network: ExecutedNetwork, inputs: Collection[str], outputs: Iterable[str]
) -> tuple[int, ...]:
    """Return the nodes between some tensors."""
    producer = {
        name: operator for operator in network.written.operators for name in operator.outputs
    }
    found: set[int] = set()
    waiting = list(outputs)
    while waiting:
        operator = producer.get(waiting.pop())
        if operator is not None and operator.index not in found:
            found.add(operator.index)
            waiting += [name for name in operator.inputs if name not in inputs]
    return tuple(sorted(found))
