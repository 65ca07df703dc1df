# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The choice of cuts against all choices there are, for small random networks."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from edge_sched_ros.planning.cutting.chain import choose_chain
from edge_sched_ros.planning.cutting.chain import SLACK
from edge_sched_ros.planning.cutting.chain import thinned
from edge_sched_ros.planning.cutting.points import CutPoint

#: operations of a group, and bytes that cross the place after it
GROUPS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=9)


def points_of(groups):
    """Return a place after each group but the last, and the operations of all."""
    total, found = 0, []
    for index, (flops, nbytes) in enumerate(groups):
        total += flops
        found.append(CutPoint(index + 1, (f't{index}',), nbytes, total))
    return found[:-1], total


def parts_of(chosen, total):
    """Return the operations of each part."""
    ends = [*(point.flops for point in chosen), total]
    return [end - begin for begin, end in zip([0, *ends], ends)]


@given(GROUPS, st.integers(2, 5))
def test_no_choice_has_less_traffic_with_parts_as_small(groups, max_parts):
    points, total = points_of(groups)
    chosen = choose_chain(points, total, max_parts)
    assert len(chosen) < max_parts
    assert chosen == sorted(chosen, key=lambda point: point.after)
    every = [list(some) for count in range(1, max_parts) for some in combinations(points, count)]
    smallest = min(max(parts_of(some, total)) for some in every)
    assert max(parts_of(chosen, total)) <= smallest * SLACK
    least = min(
        sum(point.nbytes for point in some)
        for some in every
        if max(parts_of(some, total)) <= smallest * SLACK
    )
    assert sum(point.nbytes for point in chosen) == least


def test_many_places_are_thinned_to_those_with_the_fewest_bytes():
    points, total = points_of([(1, index % 3) for index in range(1200)])
    kept = thinned(points, total)
    assert len(kept) <= 400
    assert {point.nbytes for point in kept} <= {0, 1}
