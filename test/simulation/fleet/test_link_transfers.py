# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Links: when a tensor arrives, and by which way."""

from __future__ import annotations

import statistics
from itertools import pairwise

import pytest

from edge_sched_ros.simulation.fleet.links import ASK_AGAIN_NS
from edge_sched_ros.simulation.fleet.links import Link
from edge_sched_ros.simulation.fleet.links import Links

MS = 1_000_000


def _link(source='a', target='b', *, latency_ms=1.0, bytes_per_s=0.0, loss=0.0):
    link = Link(source, target, round(latency_ms * MS), bytes_per_s, loss)
    link.seed(3)
    return link


def test_a_tensor_takes_wire_time_and_latency():
    assert _link(bytes_per_s=1e8).send(1_000_000, 5 * MS) == 16 * MS


def test_tensors_go_one_after_the_other():
    link = _link(bytes_per_s=1e8)
    assert [link.send(1_000_000, 0) for _ in range(3)] == [11 * MS, 21 * MS, 31 * MS]
    assert link.send(1_000_000, 100 * MS) == 111 * MS
    assert (link.transfers, link.nbytes, link.failed) == (4, 4_000_000, 0)


def test_a_link_without_a_limit_takes_its_latency():
    link = _link()
    assert [link.send(10**9, 7), link.send(10**9, 7)] == [MS + 7, MS + 7]


def test_nothing_arrives_over_a_cut_link():
    link = _link()
    link.up = False
    assert link.send(10, 0) is None
    assert (link.transfers, link.nbytes, link.failed) == (1, 0, 1)


def test_a_lost_packet_costs_a_round_trip():
    link = _link(loss=0.2)
    late = [link.send(1400, 0) for _ in range(400)]
    again = MS + 2 * MS + ASK_AGAIN_NS
    assert set(late) >= {MS, again}
    assert late.count(MS) == pytest.approx(320, abs=25)


def test_a_lossy_link_carries_more_than_the_tensors():
    link = _link(latency_ms=0, bytes_per_s=1e6, loss=0.25)
    taken = [link.free_at_ns for _ in range(50) if link.send(100_000, link.free_at_ns)]
    assert statistics.mean(b - a for a, b in pairwise(taken)) == pytest.approx(
        100 * MS / 0.75, rel=0.05
    )


def test_a_link_that_loses_nearly_all_fails():
    assert _link(loss=0.99).send(1_000_000, 0) is None


def test_the_quickest_way_may_go_over_another_device():
    links = Links(
        ('a', 'b', 'c'),
        [_link('a', 'c', latency_ms=9), _link('a', 'b'), _link('b', 'c', bytes_per_s=1e6)],
    )
    assert links.latency_ns('a', 'c') == 2 * MS
    assert links.bytes_per_s('a', 'c') == pytest.approx(1e6)
    assert links.latency_ns('a', 'a') == 0
    assert links.way('c', 'a') is None
    links.all['a', 'b'].up = False
    links.changed()
    assert links.latency_ns('a', 'c') == 9 * MS


def test_without_links_all_are_joined_without_delay():
    links = Links(('a', 'b'), [])
    assert (links.latency_ns('a', 'b'), links.bytes_per_s('a', 'b')) == (0, 0.0)
