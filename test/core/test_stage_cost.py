# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How a cost follows the truth when it changes, and does not follow odd runs."""

from __future__ import annotations

import math
import random
import statistics

import pytest
from hypothesis import example
from hypothesis import given
from hypothesis import strategies as st

from edge_sched_ros.core.stage_cost import StageCost

MS = 1_000_000
JOBS = 20
ENOUGH = 0.05
seeds = st.integers(0, 10**6)
noises = st.sampled_from([0.0, 0.02, 0.05])
factors = st.one_of(st.floats(0.2, 0.9), st.floats(1.1, 6.0))


class Truth:
    """Runs of about ``ms`` milliseconds, with some noise."""

    def __init__(self, cost: StageCost, seed: int, noise: float) -> None:
        self._cost = cost
        self._random = random.Random(seed)
        self._noise = noise

    def run(self, ms: float, times: int = 1, *, per_item: float = 0.0, most: int = 1) -> int:
        """Let the cost see runs; return how often it told of a drift."""
        told = 0
        for _ in range(times):
            items = self._random.randint(1, most)
            mean = ms + per_item * (items - 1)
            ns = mean * MS * self._random.uniform(1 - self._noise, 1 + self._noise)
            told += self._cost.observe(round(ns), items)
        return told


def _off(cost: StageCost, ms: float, items: int = 1) -> float:
    return abs(cost.expected_ns(items) / MS / ms - 1)


# --- the truth changes ------------------------------------------------------------------------


@given(factor=factors, before=st.integers(10, 100), seed=seeds, noise=noises)
@example(factor=2.0, before=60, seed=0, noise=0.0)
@example(factor=0.8, before=60, seed=0, noise=0.05)
def test_a_change_is_learned_in_20_jobs(factor, before, seed, noise):
    cost = StageCost()
    truth = Truth(cost, seed, noise)
    truth.run(10.0, before)
    assert _off(cost, 10.0) < ENOUGH
    truth.run(10.0 * factor, JOBS)
    assert _off(cost, 10.0 * factor) < ENOUGH


@given(factor=st.floats(0.1, 10.0), seed=seeds, noise=noises)
def test_a_wrong_profile_is_unlearned_in_20_jobs(factor, seed, noise):
    cost = StageCost(10 * MS, source='profiles.yaml')
    Truth(cost, seed, noise).run(10.0 * factor, JOBS)
    assert _off(cost, 10.0 * factor) < ENOUGH


@given(factor=st.floats(0.2, 5.0), seed=seeds)
def test_a_cost_that_grows_with_items_changes_as_a_whole(factor, seed):
    cost = StageCost()
    truth = Truth(cost, seed, 0.02)
    truth.run(4.0, 60, per_item=1.0, most=8)
    truth.run(4.0 * factor, JOBS, per_item=factor, most=8)
    for items in (1, 4, 8):
        assert _off(cost, factor * (3.0 + items), items) < 2 * ENOUGH


def test_a_slow_first_run_is_soon_forgotten():
    cost = StageCost()
    truth = Truth(cost, 1, 0.03)
    truth.run(100.0)
    truth.run(10.0, JOBS)
    assert _off(cost, 10.0) < ENOUGH


# --- odd runs ---------------------------------------------------------------------------------


@given(
    before=st.integers(8, 100),
    factor=st.floats(5.0, 50.0),
    seed=seeds,
    noise=st.sampled_from([0.0, 0.05, 0.15]),
)
def test_a_single_odd_run_is_ignored(before, factor, seed, noise):
    cost = StageCost()
    truth = Truth(cost, seed, noise)
    truth.run(10.0, before)
    expected_ns = cost.expected_ns(1)
    assert truth.run(10.0 * factor) == 0
    assert cost.expected_ns(1) == expected_ns
    assert truth.run(10.0) == 0
    # what it may count, and the run after it
    assert cost.expected_ns(1) == pytest.approx(expected_ns, rel=0.05)
    assert cost.worst_ns > 0.8 * factor * 10 * MS


@given(gap=st.integers(20, 60), seed=seeds)
def test_odd_runs_now_and_then_are_ignored(gap, seed):
    cost = StageCost(10 * MS, source='profiles.yaml')
    truth = Truth(cost, seed, 0.03)
    told = 0
    for _ in range(8):
        told += truth.run(10.0, gap) + truth.run(100.0)
    assert told == 0
    assert _off(cost, 10.0) < ENOUGH


@given(seed=seeds)
def test_two_odd_runs_are_an_accident_and_three_are_not(seed):
    cost = StageCost()
    truth = Truth(cost, seed, 0.02)
    truth.run(10.0, 40)
    truth.run(40.0, 2)
    assert _off(cost, 10.0) < ENOUGH
    truth.run(40.0)
    assert _off(cost, 40.0) < ENOUGH


def test_the_line_goes_to_the_nearest_of_odd_runs():
    """One of three was odd even for the changed truth."""
    for odd in range(3):
        cost = StageCost()
        truth = Truth(cost, odd, 0.0)
        truth.run(10.0, 40)
        for index in range(3):
            truth.run(200.0 if index == odd else 20.0)
        assert _off(cost, 20.0) < 2 * ENOUGH


def test_what_happens_often_is_not_odd():
    cost = StageCost()
    truth = Truth(cost, 2, 0.02)
    for _ in range(60):
        truth.run(10.0, 2)
        truth.run(25.0)
    # 15 on average
    assert 12.5 < cost.expected_ns(1) / MS < 17.5
    assert cost.deviation > 0.2


def test_the_first_runs_all_count():
    cost = StageCost()
    cost.observe(10 * MS, 1)
    cost.observe(100 * MS, 1)
    assert 50 < cost.expected_ns(1) / MS < 60


def test_more_items_than_ever_are_not_odd():
    cost = StageCost()
    truth = Truth(cost, 3, 0.02)
    truth.run(10.0, 50)
    for items in (5, 6, 4):
        cost.observe((10 + 2 * (items - 1)) * MS, items)
    assert _off(cost, 18.0, 5) < ENOUGH
    assert _off(cost, 10.0, 1) < ENOUGH


# --- drift ------------------------------------------------------------------------------------


@given(factor=st.one_of(st.floats(0.2, 0.8), st.floats(1.25, 6.0)), seed=seeds, noise=noises)
def test_a_drift_is_told_once(factor, seed, noise):
    cost = StageCost(10 * MS, source='profiles.yaml')
    truth = Truth(cost, seed, noise)
    assert truth.run(10.0, 30) == 0
    assert truth.run(10.0 * factor, 40) == 1
    assert truth.run(10.0 * factor, 100) == 0


@given(seed=seeds, noise=noises)
def test_noise_is_no_drift(seed, noise):
    cost = StageCost()
    assert Truth(cost, seed, noise).run(10.0, 400) == 0


def test_a_slow_drift_is_told_as_well():
    cost = StageCost(10 * MS, source='profiles.yaml')
    truth = Truth(cost, 4, 0.02)
    told = sum(truth.run(10.0 + 0.05 * step) for step in range(100))
    # from 10 to 15: every tenth part
    assert 3 <= told <= 5


def test_other_items_are_no_drift():
    cost = StageCost()
    truth = Truth(cost, 5, 0.02)
    truth.run(4.0, 100, per_item=1.0, most=2)
    assert truth.run(4.0, 200, per_item=1.0, most=9) == 0


# --- whatever comes ---------------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.integers(0, 10**13), st.integers(0, 100)), max_size=80),
    st.booleans(),
)
def test_whatever_is_seen_the_cost_is_a_time_among_it(runs, known):
    cost = StageCost(5 * MS, source='profiles.yaml') if known else StageCost()
    for latency_ns, items in runs:
        cost.observe(latency_ns, items)
    seen = [latency_ns for latency_ns, _ in runs] + [5 * MS] * known
    for items in (0, 1, 100):
        assert cost.expected_ns(items) >= 0
    assert math.isfinite(cost.deviation)
    assert 0 <= cost.deviation <= 1
    if {items for _, items in runs} <= {1} and seen:
        assert min(seen) - 1 <= cost.expected_ns(1) <= max(seen) + 1


# --- noise that hides a change ----------------------------------------------------------------


class Noisy(Truth):
    """The same with normal noise."""

    def run(self, ms: float, times: int = 1, **_: object) -> int:
        """Let the cost see runs; return how often it told of a drift."""
        normal = self._random.normalvariate
        return sum(
            self._cost.observe(round(ms * MS * max(0.1, normal(1, self._noise))), 1)
            for _ in range(times)
        )


@pytest.mark.parametrize('factor', [0.8, 1.25])
def test_a_change_hidden_in_noise_is_learned_all_the_same(factor):
    """No run is odd; what an average of the last twenty or so makes of it is 7 % off."""
    errors = []
    for seed in range(30):
        cost = StageCost()
        truth = Noisy(cost, seed, 0.1)
        truth.run(10.0, 60)
        truth.run(10.0 * factor, JOBS)
        errors.append(_off(cost, 10.0 * factor))
    assert statistics.median(errors) < 0.03
    assert statistics.mean(error < ENOUGH for error in errors) > 0.8


def test_much_noise_is_no_drift_either():
    told = 0
    for seed in range(10):
        told += Noisy(StageCost(), seed, 0.2).run(10.0, 500)
    assert told <= 5


def test_runs_that_took_no_time_are_learned_like_others():
    cost = StageCost()
    Truth(cost, 0, 0.02).run(10.0, 40)
    for _ in range(JOBS):
        cost.observe(0, 1)
    assert cost.expected_ns(1) < 10
