# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Fronts of allocations: exact ones against each other, and the search against them."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from edge_sched_ros.planning.allocation import exhaustive_front
from edge_sched_ros.planning.allocation import front_of
from edge_sched_ros.planning.allocation import hypervolume
from edge_sched_ros.planning.allocation import Measured
from edge_sched_ros.planning.allocation import Table
from edge_sched_ros.planning.local_search import estimate_front
from edge_sched_ros.policies.pareto import front as pareto_front

_COSTS = st.tuples(st.integers(0, 6), st.integers(0, 6))


def _table(segments: int, units: int, seed: int) -> Table:
    chance = random.Random(seed)
    latency = [[chance.uniform(1, 9) for _ in range(units)] for _ in range(segments)]
    memory = [[40 / ms * chance.uniform(0.5, 2) for ms in row] for row in latency]
    handover = [[0.4 * (u != v) for v in range(units)] for u in range(units)]
    return Table(latency, memory, handover, [5.0] * units)


def test_a_table_by_hand():
    table = Table([[1, 2], [3, 4]], [[10, 20], [30, 40]], [[0, 0.5], [0.25, 0]], [100, 1000])
    assert table((0, 0)) == (4, 140)
    assert table((0, 1)) == (5.5, 10 + 40 + 1100)
    assert table((1, 0)) == (5.25, 20 + 30 + 1100)


@given(st.lists(_COSTS, min_size=1, max_size=20))
def test_a_front_is_what_nothing_dominates(costs):
    points = [Measured((index,), *pair) for index, pair in enumerate(costs)]
    kept = front_of(points)
    assert {point.costs for point in kept} == {
        pair for pair in costs if not any(pareto_front.dominates(o, pair) for o in costs)
    }
    assert len({point.costs for point in kept}) == len(kept)
    general = pareto_front.front_of(pareto_front.Point(('u',), pair) for pair in costs)
    assert [point.costs for point in general] == [point.costs for point in kept]


@given(st.lists(_COSTS, min_size=1, max_size=20))
def test_the_hypervolume_is_the_dominated_area(costs):
    front = front_of([Measured((index,), *pair) for index, pair in enumerate(costs)])
    cells = sum(
        any(x <= column and y <= row for x, y in costs)
        for column, row in itertools.product(range(7), range(7))
    )
    assert hypervolume(front, (7, 7)) == cells


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 5), st.integers(1, 3), st.integers(0, 1000))
def test_label_setting_finds_the_exact_front(segments, units, seed):
    table = _table(segments, units, seed)
    plain = Table(table.latency_ms, table.memory_mib, table.handover_ms, [0.0] * units)
    found = pareto_front.exact_front(
        [
            {str(u): (row[u], mem[u]) for u in range(units)}
            for row, mem in zip(plain.latency_ms, plain.memory_mib)
        ],
        lambda begin, end: plain.handover_ms[int(begin)][int(end)],
        most=1000,
    )
    whole = exhaustive_front(plain, segments, units)
    assert [point.costs for point in found] == [pytest.approx(point.costs) for point in whole]


def test_a_thinned_front_keeps_both_ends():
    options = [{'a': (1.0, 2.0**index), 'b': (2.0, 0.0)} for index in range(10)]
    whole = pareto_front.exact_front(options, lambda _b, _e: 0.0, most=10**6)
    thin = pareto_front.exact_front(options, lambda _b, _e: 0.0, most=8)
    assert len(thin) <= 8
    assert thin[0].costs[0] == whole[0].costs[0]
    assert thin[-1].costs == whole[-1].costs


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 6), st.integers(1, 3), st.integers(0, 1000))
def test_the_search_measures_nothing_twice_and_stays_within_its_bounds(segments, units, seed):
    table = _table(segments, units, seed)
    asked: list[tuple[int, ...]] = []

    def measure(vector):
        asked.append(vector)
        return table(vector)

    most = max(1, units**segments // 2)
    found = estimate_front(measure, segments, units, most=most, seed=seed)
    assert len(asked) == len(set(asked)) == found.measured <= most
    assert all(len(vector) == segments and max(vector) < units for vector in asked)
    costs = {table(vector) for vector in asked}
    assert {point.costs for point in found.front} == {
        one for one in costs if not any(pareto_front.dominates(other, one) for other in costs)
    }


def test_the_same_seed_gives_the_same_search():
    table = _table(8, 2, 1)
    fronts = [estimate_front(table, 8, 2, most=60, seed=seed).front for seed in (3, 3)]
    assert fronts[0] == fronts[1]


def test_with_enough_measurements_small_fronts_are_found_exactly():
    for seed in range(5):
        table = _table(6, 2, seed)
        found = estimate_front(table, 6, 2, rounds=20, seed=seed)
        assert [p.costs for p in found.front] == [p.costs for p in exhaustive_front(table, 6, 2)]


def test_a_round_queues_no_more_than_it_may():
    found = estimate_front(_table(10, 2, 0), 10, 2, enqueued=7, rounds=4)
    assert found.measured <= 7 * 4


@pytest.mark.parametrize(('segments', 'units'), [(12, 2), (8, 3)])
def test_a_tenth_of_all_measurements_gives_most_of_the_hypervolume(segments, units):
    """0.98 over several networks; benchmarks/pareto_front.py has larger numbers."""
    shares = []
    for seed in range(5):
        table = _table(segments, units, seed)
        whole = exhaustive_front(table, segments, units)
        corner = (
            1.01 * max(point.latency_ms for point in whole),
            1.01 * max(point.memory_mib for point in whole),
        )
        most = units**segments // 10
        found = estimate_front(
            table, segments, units, enqueued=40, rounds=200, reach=4, most=most, seed=seed
        )
        assert found.measured <= most
        shares.append(hypervolume(found.front, corner) / hypervolume(whole, corner))
    assert sum(shares) / len(shares) >= 0.98
