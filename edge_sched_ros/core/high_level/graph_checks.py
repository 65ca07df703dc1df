# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What must be true of a network's graph, and of the ways to cut it."""

from __future__ import annotations

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.high_level.graph import Cut
from edge_sched_ros.core.high_level.graph import NetworkGraph
from edge_sched_ros.core.high_level.graph import Partition


def check_graph(graph: NetworkGraph) -> None:
    """
    Check that every segment can run and is of use.

    :raises ConfigError: naming the network: two segments of one name, a tensor that nobody gives
        or two give, a size that is missing, segments in no topological order (or in a loop), a
        segment that no output needs
    """
    where = f'network {graph.name}'
    if not graph.segments:
        raise ConfigError(where, 'has no segments')
    given = dict.fromkeys(graph.inputs, 'the frame')
    names: set[str] = set()
    for segment in graph.segments:
        if segment.name in names:
            raise ConfigError(where, f"two segments are named '{segment.name}'")
        names.add(segment.name)
        for tensor in segment.inputs:
            if tensor not in given:
                raise ConfigError(
                    where,
                    f"segment '{segment.name}' needs '{tensor}', which no segment before it gives",
                )
        for tensor in segment.outputs:
            if tensor in given:
                raise ConfigError(
                    where, f"'{tensor}' comes from {given[tensor]} and from '{segment.name}'"
                )
            given[tensor] = f"'{segment.name}'"
    _check_outputs(graph, given, where)


def _check_outputs(graph: NetworkGraph, given: dict[str, str], where: str) -> None:
    if not graph.outputs:
        raise ConfigError(where, 'has no outputs')
    for tensor in graph.outputs:
        if tensor not in given:
            raise ConfigError(where, f"no segment gives its output '{tensor}'")
        if tensor in graph.inputs:
            raise ConfigError(where, f"its output '{tensor}' is its input")
    for tensor in given:
        if tensor not in graph.tensors:
            raise ConfigError(where, f"the size of tensor '{tensor}' is missing")
        if graph.tensors[tensor].nbytes < 0:
            raise ConfigError(where, f"the size of tensor '{tensor}' is negative")
    needed = set(graph.outputs)
    for segment in reversed(graph.segments):
        if needed.isdisjoint(segment.outputs):
            raise ConfigError(where, f"no output needs segment '{segment.name}'")
        needed.update(segment.inputs)


def check_cut(graph: NetworkGraph, cut: Cut) -> None:
    """
    Check that partitions have every segment once, are convex and form no loop.

    :raises ConfigError: naming the network and the partition
    """
    where = f'network {graph.name}'
    owner = _owners(graph, cut, where)
    producer = {tensor: owner[s.name] for s in graph.segments for tensor in s.outputs}
    before: dict[str, set[str]] = {partition.name: set() for partition in cut}
    for segment in graph.segments:
        own = owner[segment.name]
        before[own].update(producer[t] for t in segment.inputs if t in producer)
        before[own].discard(own)
    # partitions whose quotient graph has no loop are convex: a way out and back would be one
    done: set[str] = set()
    while len(done) < len(cut):
        free = [name for name in before if name not in done and before[name] <= done]
        if not free:
            left = ', '.join(sorted(set(before) - done))
            raise ConfigError(where, f'partitions wait for each other: {left}')
        done.update(free)
    for partition in cut:
        _check_tensors(graph, partition, where)


def _owners(graph: NetworkGraph, cut: Cut, where: str) -> dict[str, str]:
    """Return the partition of every segment."""
    known = {segment.name: index for index, segment in enumerate(graph.segments)}
    owner: dict[str, str] = {}
    names: set[str] = set()
    for partition in cut:
        if partition.name in names:
            raise ConfigError(where, f"two partitions are named '{partition.name}'")
        names.add(partition.name)
        if not partition.segments:
            raise ConfigError(where, f"partition '{partition.name}' has no segments")
        for segment in partition.segments:
            if segment not in known:
                raise ConfigError(
                    where, f"partition '{partition.name}' has unknown segment '{segment}'"
                )
            if segment in owner:
                raise ConfigError(
                    where,
                    f"segment '{segment}' is in partitions '{owner[segment]}' and "
                    f"'{partition.name}'",
                )
            owner[segment] = partition.name
        order = [known[segment] for segment in partition.segments]
        if order != sorted(order):
            raise ConfigError(
                where, f"the segments of partition '{partition.name}' are in no order to run in"
            )
    if missing := [name for name in known if name not in owner]:
        raise ConfigError(where, f'no partition has segment {", ".join(missing)}')
    return owner


def _check_tensors(graph: NetworkGraph, partition: Partition, where: str) -> None:
    inside = set(partition.segments)
    inputs, outputs = crossing(graph, inside)
    if set(partition.inputs) != set(inputs) or set(partition.outputs) != set(outputs):
        raise ConfigError(
            where,
            f"partition '{partition.name}' takes {', '.join(inputs) or 'nothing'} and gives "
            f'{", ".join(outputs)}, not {", ".join(partition.inputs) or "nothing"} and '
            f'{", ".join(partition.outputs) or "nothing"}',
        )


def crossing(graph: NetworkGraph, inside: set[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the tensors that segments need from outside, and those that are needed there."""
    own = [segment for segment in graph.segments if segment.name in inside]
    made = {tensor: None for segment in own for tensor in segment.outputs}
    inputs = {t: None for segment in own for t in segment.inputs if t not in made}
    wanted = set(graph.outputs)
    for segment in graph.segments:
        if segment.name not in inside:
            wanted.update(segment.inputs)
    return tuple(inputs), tuple(tensor for tensor in made if tensor in wanted)
