# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Quantiles, and an interval that holds the median as often as it says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from edge_sched_ros.profiling.statistics import CONFIDENCE
from edge_sched_ros.profiling.statistics import is_sure
from edge_sched_ros.profiling.statistics import median_ranks
from edge_sched_ros.profiling.statistics import summarise


def _below(count: int, runs: int) -> float:
    """Return P(B < count) for B binomial with 1/2, exactly."""
    return sum(math.comb(runs, k) for k in range(count)) / 2**runs


@given(st.integers(1, 400), st.sampled_from([0.8, 0.95, 0.99]))
def test_the_ranks_are_the_narrowest_that_are_sure_enough(runs, confidence):
    first, last, covered = median_ranks(runs, confidence)
    assert first + last == runs - 1
    assert covered == pytest.approx(1 - 2 * _below(first + 1, runs), abs=1e-9)
    if 1 - 2 * _below(1, runs) >= confidence:
        assert covered >= confidence
        assert 1 - 2 * _below(first + 2, runs) < confidence
    else:
        # too few runs: all of them, and it says how sure that is
        assert first == 0 and covered < confidence


@pytest.mark.parametrize(
    ('times', 'sure'),
    [
        ([2.0], False),
        ([2.0] * 5, False),
        ([2.0] * 6, True),
        ([2.0, 4.0] * 50, False),
        ([1e-4], True),
    ],
)
def test_a_median_is_sure_by_an_interval_and_not_by_a_lack_of_runs(times, sure):
    found = summarise(times)
    assert is_sure(found.half_width_ms, found.p50_ms, found.confidence, 0.02) is sure


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000), st.integers(6, 80), st.sampled_from(['log', 'two', 'tail']))
def test_the_interval_holds_the_median_whatever_the_shape(seed, runs, shape):
    draw = np.random.default_rng(seed)
    if shape == 'log':
        samples, median = draw.lognormal(1.0, 0.8, (2000, runs)), math.exp(1.0)
    elif shape == 'two':
        # two clocks: most runs fast, some slow
        fast = draw.random((2000, runs)) < 0.7
        samples = np.where(fast, draw.uniform(1, 2, fast.shape), draw.uniform(5, 6, fast.shape))
        median = 1 + 0.5 / 0.7
    else:
        samples, median = draw.pareto(1.1, (2000, runs)), 2 ** (1 / 1.1) - 1
    found = [summarise(sample) for sample in samples]
    covered = np.mean([one.low_ms <= median <= one.high_ms for one in found])
    # five standard deviations of 2000 draws
    assert covered >= CONFIDENCE - 5 * math.sqrt(0.05 * 0.95 / 2000)
    assert abs(covered - found[0].confidence) < 5 * math.sqrt(0.05 * 0.95 / 2000)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=200))
def test_a_summary_is_in_order(times):
    found = summarise(times)
    assert found.low_ms <= found.p50_ms <= found.high_ms
    assert min(times) <= found.p50_ms <= found.p95_ms <= found.p99_ms <= max(times)
    assert found.runs == len(times)


@given(st.lists(st.floats(0.1, 1e3), min_size=6, max_size=100), st.floats(0.01, 100))
def test_other_units_give_the_same_share(times, factor):
    scaled = summarise([factor * time for time in times])
    assert scaled.share == pytest.approx(summarise(times).share, rel=1e-6, abs=1e-12)


def test_one_outlier_moves_the_mean_and_not_the_median():
    calm, disturbed = summarise([2.0] * 99 + [2.0]), summarise([2.0] * 99 + [2000.0])
    assert disturbed.p50_ms == calm.p50_ms
    assert disturbed.share == calm.share == 0
    assert disturbed.mean_ms > 10 * calm.mean_ms
