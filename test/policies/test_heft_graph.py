# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""HEFT gives the published schedule of the published graph."""

from __future__ import annotations

import pytest

from edge_sched_ros.policies.heft_graph import schedule
from edge_sched_ros.policies.heft_graph import Timeline
from edge_sched_ros.policies.heft_graph import upward_ranks

#: Topcuoglu, Hariri, Wu, IEEE TPDS 2002, figure 2: computation and communication
COSTS = {
    node: dict(zip(('p1', 'p2', 'p3'), row))
    for node, row in {
        1: (14, 16, 9),
        2: (13, 19, 18),
        3: (11, 13, 19),
        4: (13, 8, 17),
        5: (12, 13, 10),
        6: (13, 16, 9),
        7: (7, 15, 11),
        8: (5, 11, 14),
        9: (18, 12, 20),
        10: (21, 7, 16),
    }.items()
}
EDGES = {
    1: {2: 18, 3: 12, 4: 9, 5: 11, 6: 14},
    2: {8: 19, 9: 16},
    3: {7: 23},
    4: {8: 27, 9: 23},
    5: {9: 13},
    6: {8: 15},
    7: {10: 17},
    8: {10: 11},
    9: {10: 13},
}
RANKS = {
    1: 108.000,
    2: 77.000,
    3: 80.000,
    4: 80.000,
    5: 69.000,
    6: 63.333,
    7: 42.667,
    8: 35.667,
    9: 44.333,
    10: 14.667,
}
FREE = {'p1': 0, 'p2': 0, 'p3': 0}


def test_upward_ranks_are_the_published_ones():
    ranks = upward_ranks(COSTS, EDGES)
    assert ranks == pytest.approx(RANKS, abs=5e-4)
    order = sorted(ranks, key=lambda node: (-round(ranks[node], 6), -node))
    assert order == [1, 4, 3, 2, 5, 6, 9, 7, 8, 10]


def test_the_published_graph_ends_at_80():
    plan = schedule(COSTS, EDGES, FREE)
    assert max(place.end_ns for place in plan.values()) == 80
    assert {node: (place.unit, place.begin_ns, place.end_ns) for node, place in plan.items()} == {
        1: ('p3', 0, 9),
        2: ('p1', 27, 40),
        3: ('p3', 9, 28),
        4: ('p2', 18, 26),
        5: ('p3', 28, 38),
        6: ('p2', 26, 42),
        7: ('p3', 38, 49),
        8: ('p1', 57, 62),
        9: ('p2', 56, 68),
        10: ('p2', 73, 80),
    }


def test_a_plan_keeps_to_the_graph_and_to_one_node_at_a_time():
    free = {'p1': 11, 'p2': 3, 'p3': 40}
    plan = schedule(COSTS, EDGES, free)
    for node, after in EDGES.items():
        for child, handover in after.items():
            between = handover if plan[node].unit != plan[child].unit else 0
            assert plan[child].begin_ns >= plan[node].end_ns + between
    for unit, free_ns in free.items():
        places = sorted((p.begin_ns, p.end_ns) for p in plan.values() if p.unit == unit)
        begins = [begin for begin, _ in places]
        assert all(begin >= end for begin, end in zip(begins, [free_ns] + [e for _, e in places]))


def test_a_short_node_goes_into_a_gap():
    """The chain leaves its unit free from 2 to 12, where the lone node of 4 fits."""
    costs = {'a': {'p1': 2}, 'b': {'p2': 10}, 'c': {'p1': 10}, 'lone': {'p1': 4}}
    plan = schedule(costs, {'a': {'b': 0}, 'b': {'c': 0}}, {'p1': 0, 'p2': 0})
    assert (plan['c'].begin_ns, plan['c'].end_ns) == (12, 22)
    assert (plan['lone'].begin_ns, plan['lone'].end_ns) == (2, 6)


def test_a_node_too_long_for_the_gap_goes_behind():
    costs = {'a': {'p1': 2}, 'b': {'p2': 10}, 'c': {'p1': 15}, 'lone': {'p1': 11}}
    plan = schedule(costs, {'a': {'b': 0}, 'b': {'c': 0}}, {'p1': 0, 'p2': 0})
    assert (plan['c'].begin_ns, plan['lone'].begin_ns) == (12, 27)


def test_the_gap_may_be_filled_exactly():
    timeline = Timeline()
    timeline.take(0, 2)
    timeline.take(12, 10)
    assert timeline.earliest(0, 10) == 2
    assert timeline.earliest(3, 9) == 3
    assert timeline.earliest(3, 10) == 22
    timeline.take(2, 10)
    assert timeline.earliest(0, 1) == 22


def test_nodes_of_no_length_hide_nothing():
    """Costs nobody knows yet count zero."""
    timeline = Timeline()
    timeline.take(5, 0)
    timeline.take(5, 10)
    assert timeline.earliest(5, 3) == 15
