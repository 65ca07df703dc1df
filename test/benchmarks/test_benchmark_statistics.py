# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Paired ratios, the order of contenders, the bare loops added up."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from benchmarks.side_by_side.analysis.statistics import paired_ratio
from benchmarks.side_by_side.bare.measure import added_up
from benchmarks.side_by_side.experiments.loads import rotated


def test_equal_ratios_have_no_interval_to_speak_of():
    ratio = paired_ratio([2.0, 4.0, 6.0], [1.0, 2.0, 3.0], least=0.1)
    assert ratio.mean == pytest.approx(2.0)
    assert (ratio.low, ratio.high) == (pytest.approx(2.0), pytest.approx(2.0))


def test_the_interval_is_that_of_student_on_logarithms():
    ratio = paired_ratio([1.0, math.e], [1.0, 1.0], least=0.1)
    # mean 0.5, standard error 0.5, t of one degree of freedom 12.706
    assert ratio.mean == pytest.approx(math.exp(0.5))
    assert ratio.high == pytest.approx(math.exp(0.5 + 12.7062 * 0.5), rel=1e-4)


def test_zero_counts_as_the_least_that_could_be_told():
    assert paired_ratio([3.0], [0.0], least=0.5).mean == pytest.approx(6.0)


@pytest.mark.parametrize(('pairs', 'mean'), [(0, None), (1, 1.0)])
def test_few_pairs_have_no_interval(pairs, mean):
    ratio = paired_ratio([1.0] * pairs, [1.0] * pairs, least=0.1)
    assert (ratio.mean, ratio.low, ratio.high, ratio.pairs) == (mean, None, None, pairs)


def test_pairs_that_are_none_are_refused():
    with pytest.raises(ValueError):
        paired_ratio([1.0], [1.0, 2.0], least=0.1)


def test_everybody_is_first_equally_often_and_neighbours_change_sides():
    names = ['a', 'b', 'c', 'd']
    orders = [rotated(names, turn) for turn in range(8)]
    assert Counter(order[0] for order in orders) == dict.fromkeys(names, 2)
    after = [order.index('a') < order.index('b') for order in orders]
    assert sum(after) == len(orders) / 2
    assert all(sorted(order) == names for order in orders)


def test_loops_at_the_same_time_add_up():
    found = added_up(
        [
            {'frames': 100, 'seconds': 1.0, 'ms': {'detect': 4.0, 'depth': 2.0}},
            {'frames': 50, 'seconds': 1.0, 'ms': {'detect': 7.0, 'depth': 2.0}},
        ],
        cpu_s=1.2,
    )
    assert (found.frames_per_s, found.answers_per_s) == (150.0, 300.0)
    assert found.ms == {'detect': pytest.approx(5.0), 'depth': pytest.approx(2.0)}
    assert found.cpu_ms_per_answer == pytest.approx(4.0)
