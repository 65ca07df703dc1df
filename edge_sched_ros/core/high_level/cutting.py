# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Ways to cut a network that policies share."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence

from edge_sched_ros.core.high_level.graph import Cut
from edge_sched_ros.core.high_level.graph import NetworkGraph
from edge_sched_ros.core.high_level.graph import Partition
from edge_sched_ros.core.high_level.graph_checks import crossing


def cut_into(graph: NetworkGraph, groups: Iterable[Iterable[str]]) -> Cut:
    """
    Return partitions of groups of segments, named after these, so that a name says what is in it.

    Empty groups are left out; whether the groups cover the network is not checked.
    """
    return tuple(_partition(graph, set(group)) for group in map(tuple, groups) if group)


def _partition(graph: NetworkGraph, inside: set[str]) -> Partition:
    order = [segment.name for segment in graph.segments]
    places = [index for index, name in enumerate(order) if name in inside]
    segments = tuple(order[index] for index in places)
    inputs, outputs = crossing(graph, inside)
    first, last = places[0], places[-1]
    if len(places) == last - first + 1:
        name = segments[0] if first == last else f'{segments[0]}..{segments[-1]}'
    else:
        name = '+'.join(segments)
    return Partition(name, segments, inputs, outputs)


def whole(graph: NetworkGraph) -> Cut:
    """
    Return the network in as few partitions as there can be.

    One, or more where segments that must stay at home are followed by others.
    """
    groups: list[list[str]] = []
    at_home: bool | None = None
    for segment in graph.segments:
        if segment.home_only is not at_home:
            groups.append([])
            at_home = segment.home_only
        groups[-1].append(segment.name)
    return cut_into(graph, groups)


def blocks(graph: NetworkGraph, ends: Sequence[int]) -> Cut:
    """
    Return the network cut after so many segments of its order.

    Segments that must stay at home are never together with others.

    :param ends: where to cut, ascending; a cut at the start or the end is none
    """
    groups: list[list[str]] = []
    after: bool | None = None
    marks = set(ends)
    for index, segment in enumerate(graph.segments):
        if index in marks or segment.home_only is not after:
            groups.append([])
            after = segment.home_only
        groups[-1].append(segment.name)
    return cut_into(graph, groups)


def branches(graph: NetworkGraph, within: Iterable[Iterable[str]] | None = None) -> Cut:
    """
    Return the network in chains: what can run at the same time is in different partitions.

    :param within: groups that no partition may cross; the whole network without them
    """
    group_of: dict[str, int] = {}
    names = ([segment.name for segment in graph.segments],) if within is None else within
    for index, group in enumerate(names):
        group_of.update(dict.fromkeys(group, index))
    before, after = _neighbours(graph)
    home = {segment.name: segment.home_only for segment in graph.segments}
    chains: dict[str, list[str]] = {}
    for segment in graph.segments:
        name, chain = segment.name, [segment.name]
        if len(before[name]) == 1:
            (last,) = before[name]
            together = group_of[last] == group_of[name] and home[last] == home[name]
            if together and len(after[last]) == 1:
                chain = chains[last]
                chain.append(name)
        chains[name] = chain
    unique = {id(chain): chain for chain in chains.values()}
    return cut_into(graph, unique.values())


def _neighbours(graph: NetworkGraph) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Return the segments right before and right after each; what a longer way implies is out."""
    producer = {tensor: s.name for s in graph.segments for tensor in s.outputs}
    before: dict[str, set[str]] = {}
    after: dict[str, set[str]] = {segment.name: set() for segment in graph.segments}
    ancestors: dict[str, set[str]] = {}
    for segment in graph.segments:
        direct = {producer[tensor] for tensor in segment.inputs if tensor in producer}
        implied: set[str] = set().union(*(ancestors[name] for name in direct))
        before[segment.name] = direct - implied
        ancestors[segment.name] = direct | implied
        for name in before[segment.name]:
            after[name].add(segment.name)
    return before, after
