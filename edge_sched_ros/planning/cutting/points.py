# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Places where a network can be cut: few tensors cross them, and no fused operators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

from edge_sched_ros.planning.cutting.executed import ExecutedNetwork
from edge_sched_ros.planning.cutting.graph import INTERPOLATION
from edge_sched_ros.planning.cutting.graph import Operator

#: more tensors than that make a cut that nobody wants: each is a message, or a copy
MOST_TENSORS = 4
#: gives its input another name; ONNX Runtime loads no network that is nothing else
_NOTHING = 'Identity'
_CONVOLUTION = 'Conv'
_ADDITIONS = ('Add', 'Sum')
_AVERAGES = ('AveragePool', 'GlobalAveragePool', INTERPOLATION)
#: give results in the order of what they take; others choose it themselves
_KEEP_ORDER = frozenset(
    'Add BatchNormalization Clip Concat HardSigmoid Mul QuickGelu Relu Resize Sigmoid Sum Tanh '
    'Upsample'.split()
) | {INTERPOLATION}


@dataclass(frozen=True, slots=True)
class CutPoint:
    """
    A place between two groups of operators.

    :param after: how many groups are before it
    :param tensors: those that cross it
    :param nbytes: size of all of them
    :param flops: of the groups before it
    """

    after: int
    tensors: tuple[str, ...]
    nbytes: int
    flops: int


@dataclass(frozen=True)
class Places:
    """
    Where a network can be cut, and why not elsewhere.

    :param points: in the order of execution
    :param refused: reason -> number of places
    :param fewest: tensors that cross the place with the fewest; 0 where there is no place
    """

    points: tuple[CutPoint, ...]
    refused: Mapping[str, int]
    fewest: int


def find_points(network: ExecutedNetwork, *, max_nbytes: int | None = None) -> Places:
    """
    Return the places where a network can be cut.

    :param max_nbytes: most bytes that may cross one; no limit where it is not given
    """
    live = _live(network)
    crossing = _crossing(network)
    bound = _bound_to_order(network)
    found, refused, flops = [], Counter[str](), 0
    first, last = _first_and_last(network.groups.operators)
    for index, tensors in enumerate(live):
        flops += network.flops[index]
        if not first <= index < last:
            refused['nothing is computed on one side'] += 1
            continue
        problem = _problem(network, tensors, crossing[index], bound)
        if problem:
            refused[problem] += 1
            continue
        nbytes = sum(network.types[name].nbytes for name in tensors)
        if max_nbytes is not None and nbytes > max_nbytes:
            refused['more bytes cross it than may'] += 1
            continue
        found.append(CutPoint(index + 1, tensors, nbytes, flops))
    return Places(tuple(found), refused, min(map(len, live), default=0))


def _first_and_last(groups: Sequence[Operator]) -> tuple[int, int]:
    """Return the first and the last group that does something; (0, -1) where none does."""
    found = [place for place, group in enumerate(groups) if group.kind != _NOTHING]
    return (found[0], found[-1]) if found else (0, -1)


def _problem(
    network: ExecutedNetwork,
    tensors: tuple[str, ...],
    crossing: set[str],
    bound: set[str],
) -> str:
    if len(tensors) > MOST_TENSORS:
        return f'more than {MOST_TENSORS} tensors cross it'
    whole = all(network.follows(name, tensors) for name in crossing)
    if not whole:
        return 'operators on both sides run as one'
    if not bound.isdisjoint(tensors):
        return 'sums after it depend on the order in memory before it'
    if any(name not in network.sources for name in tensors):
        return 'ONNX Runtime replaces the tensors there'
    if any(name not in network.types for name in tensors):
        return 'the size of a tensor is not known before it is there'
    return ''


def _live(network: ExecutedNetwork) -> list[tuple[str, ...]]:
    """
    Return, for the place after each group but the last, the tensors that cross it.

    An input of the network crosses a place where it is needed before and after it.
    """
    groups = network.groups.operators
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for place, group in enumerate(groups):
        first.update(dict.fromkeys(group.outputs, place))
        for name in group.inputs:
            first.setdefault(name, place)
            last[name] = place
    found: list[list[str]] = [[] for _ in groups[:-1]]
    for name, begin in first.items():
        for place in range(begin, last.get(name, begin)):
            found[place].append(name)
    return [tuple(names) for names in found]


def _crossing(network: ExecutedNetwork) -> list[set[str]]:
    """Return, for the place after each group but the last, the tensors of the file across it."""
    found: list[set[str]] = [set() for _ in network.groups.operators[:-1]]
    for name, giver, taker in network.edges():
        # inputs are there anyway
        for place in range(giver, taker) if giver >= 0 else ():
            found[place].add(name)
    return found


def _bound_to_order(network: ExecutedNetwork) -> set[str]:
    """
    Return tensors whose order in memory decides the bits of what follows; none may cross a cut.

    Where a processor has a memory order of its own for convolutions, ONNX Runtime makes a
    convolution and an addition one operator if both terms have that order, and averages add up
    in that order. That is decided after the fusions that the executed graph shows. A tensor
    that comes from another segment has the order of the file.
    """
    groups = network.groups.operators
    takers = network.groups.consumers()
    answers = set(network.groups.outputs)
    producer = {name: group for group in groups for name in group.outputs}

    def is_term(name: str) -> bool:
        alone = len(takers[name]) == 1 and name not in answers
        return alone and name in producer and producer[name].kind == _CONVOLUTION

    found: set[str] = set()
    for group in groups:
        if group.kind in _AVERAGES or (
            group.kind in _ADDITIONS and any(map(is_term, group.inputs))
        ):
            _collect_order(group.inputs, producer, found)
    return found


def _collect_order(
    names: tuple[str, ...], producer: Mapping[str, Operator], found: set[str]
) -> None:
    """Add tensors, and those before them that decide in which order they are in memory."""
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        group = producer.get(name)
        if group is not None and group.kind in _KEEP_ORDER:
            waiting += group.inputs
