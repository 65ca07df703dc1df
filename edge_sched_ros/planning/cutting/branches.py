# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Chooses cuts so that parallel branches become segments of their own.

Between two cut points the operators may fall apart into branches that share nothing but what
crosses the first. An exact dynamic programme over the cut points weighs, in this order: the
longest way through the network (with as many units as branches), about equal segments, and the
bytes that cross the cuts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edge_sched_ros.planning.cutting.chain import thinned
from edge_sched_ros.planning.cutting.executed import ExecutedNetwork
from edge_sched_ros.planning.cutting.points import CutPoint

#: the longest way is counted in thousandths of the network, balance in hundredths squared
_WAY, _BALANCE = 1000, 100
#: what a branch must shorten the way by to be a segment of its own, in thousandths
_WORTH = 10
_MOST_POINTS = 150

Part = tuple[int, ...]
_Price = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Choice:
    price: _Price
    places: tuple[int, ...]
    parts: tuple[Part, ...]


def choose_branches(
    network: ExecutedNetwork, points: Sequence[CutPoint], max_parts: int
) -> tuple[list[CutPoint], list[Part]]:
    """
    Return where to cut, and the groups of each segment, in a topological order.

    :param max_parts: most segments, branches counted one by one
    """
    total = max(sum(network.flops), 1)
    points = thinned(points, total, _MOST_POINTS)
    ends = [*(point.after for point in points), len(network.flops)]
    costs = [*(point.nbytes for point in points), 0]
    #: place of the last cut -> number of segments so far -> the best choice
    best: list[dict[int, _Choice]] = [{} for _ in ends]
    for before in range(-1, len(ends) - 1):
        starts = best[before] if before >= 0 else {0: _Choice((0, 0, 0), (), ())}
        if not starts:
            continue
        region = _Region(network, ends[before] if before >= 0 else 0)
        for place in range(before + 1, len(ends)):
            region.grow(ends[place])
            for parts in region.ways():
                price = _price([_flops(network, part) for part in parts], total, costs[place])
                _improve(best[place], starts, place, price, parts, max_parts)
    cut = [choice for count, choice in best[-1].items() if count > 1]
    answer = min(cut, key=lambda choice: (choice.price, choice.places))
    return [points[place] for place in answer.places[:-1]], list(answer.parts)


def _improve(
    known: dict[int, _Choice],
    starts: dict[int, _Choice],
    place: int,
    price: _Price,
    parts: tuple[Part, ...],
    max_parts: int,
) -> None:
    for count, choice in starts.items():
        number = count + len(parts)
        if number > max_parts:
            continue
        way, balance, nbytes = (a + b for a, b in zip(choice.price, price))
        found = _Choice((way, balance, nbytes), (*choice.places, place), (*choice.parts, *parts))
        if number not in known or found.price < known[number].price:
            known[number] = found


def _price(flops: Sequence[int], total: int, nbytes: int) -> _Price:
    way = max(flops) * _WAY // total + _WORTH * (len(flops) - 1)
    balance = sum((one * _BALANCE // total) ** 2 for one in flops)
    return way, balance, nbytes


def _flops(network: ExecutedNetwork, part: Part) -> int:
    return sum(network.flops[group] for group in part)


class _Region:
    """
    Groups between two cut points, and the branches they fall into.

    :param begin: the first group
    """

    def __init__(self, network: ExecutedNetwork, begin: int) -> None:
        self._begin = self._end = begin
        self._root: dict[int, int] = {}
        self._joined: dict[int, list[int]] = {}
        for giver, taker in network.links:
            self._joined.setdefault(taker, []).append(giver)

    def grow(self, end: int) -> None:
        """Take in the groups up to a place."""
        for group in range(self._end, end):
            self._root[group] = group
            for giver in self._joined.get(group, ()):
                if giver >= self._begin:
                    self._root[self._find(giver)] = self._find(group)
        self._end = end

    def ways(self) -> list[tuple[Part, ...]]:
        """Return how it can be made segments: as a whole, and by branches where it has some."""
        whole = (tuple(range(self._begin, self._end)),)
        found: dict[int, list[int]] = {}
        for group in range(self._begin, self._end):
            found.setdefault(self._find(group), []).append(group)
        if len(found) == 1:
            return [whole]
        return [whole, tuple(map(tuple, found.values()))]

    def _find(self, group: int) -> int:
        while self._root[group] != group:
            self._root[group] = group = self._root[self._root[group]]
        return group
