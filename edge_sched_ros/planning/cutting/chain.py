# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Chooses the cuts of a chain: parts with about equal operations, with little traffic.

Two exact dynamic programmes over the cut points. The first finds how small the largest part can
be. The second finds, of all choices whose largest part is not much larger, the one in which the
fewest bytes cross the cuts.
"""

from __future__ import annotations

from collections.abc import Sequence

from edge_sched_ros.planning.cutting.points import CutPoint

#: how much larger the largest part may be where that saves traffic
SLACK = 1.1
#: places beyond that are thinned out: the programmes take their number squared
_MOST_POINTS = 400
#: bytes, operations of the largest part, and the chosen places
_Choice = tuple[int, int, tuple[int, ...]]


def choose_chain(points: Sequence[CutPoint], total: int, max_parts: int) -> list[CutPoint]:
    """
    Return where to cut, in order; at least one place, at most ``max_parts - 1``.

    :param total: operations of the whole network
    """
    points = thinned(points, total)
    limit = _smallest_largest(points, total, max_parts) * SLACK
    ends = [*(point.flops for point in points), total]
    costs = [*(point.nbytes for point in points), 0]
    # by number of parts so far: the best choice for each place that ends the last of them
    best: dict[int, _Choice] = {-1: (0, 0, ())}
    answer: _Choice | None = None
    for parts in range(max_parts):
        following: dict[int, _Choice] = {}
        for before, (nbytes, largest, chosen) in best.items():
            begin = ends[before] if before >= 0 else 0
            for place in range(before + 1, len(ends)):
                part = ends[place] - begin
                if part > limit:
                    break
                choice = (nbytes + costs[place], max(largest, part), (*chosen, place))
                if place not in following or choice < following[place]:
                    following[place] = choice
        whole = following.pop(len(points), None)
        if parts and whole is not None and (answer is None or whole[:2] < answer[:2]):
            answer = whole
        best = following
    assert answer is not None, 'the largest part of the first programme fits the second'
    return [points[place] for place in answer[2][:-1]]


def thinned(points: Sequence[CutPoint], total: int, most: int = _MOST_POINTS) -> list[CutPoint]:
    """Return the points with the fewest bytes of each stretch of the network, if too many."""
    if len(points) <= most:
        return list(points)
    kept: dict[int, CutPoint] = {}
    for point in points:
        stretch = point.flops * most // max(total, 1)
        if stretch not in kept or point.nbytes < kept[stretch].nbytes:
            kept[stretch] = point
    return list(kept.values())


def _smallest_largest(points: Sequence[CutPoint], total: int, max_parts: int) -> int:
    """Return how few operations the largest part can have."""
    ends = [*(point.flops for point in points), total]
    best = list(ends)
    for _ in range(max_parts - 1):
        best = [
            min([largest, *(max(best[before], end - ends[before]) for before in range(place))])
            for place, (end, largest) in enumerate(zip(ends, best))
        ]
    return best[-1]
