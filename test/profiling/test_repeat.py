# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When a measurement ends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from profiles import Clock

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.profiling.repeat import Limits
from edge_sched_ros.profiling.repeat import repeat


class Noisy:
    """Makes runs of a spread on a clock of its own."""

    def __init__(self, cv: float, *, mean_ms: float = 10.0, seed: int = 0) -> None:
        self.clock = Clock()
        self.calls = 0
        self._draw, self._cv, self._mean_ms = np.random.default_rng(seed), cv, mean_ms

    def __call__(self) -> dict[str, float]:
        """Make a run."""
        self.calls += 1
        ms = self._mean_ms * max(0.01, 1 + self._cv * self._draw.standard_normal())
        self.clock.spend(ms)
        return {'infer': ms, 'steady': self._mean_ms}

    def repeat(self, **limits):
        """Repeat it."""
        return repeat(self, Limits(**limits), clock_ns=self.clock)


@settings(deadline=None, max_examples=30)
@given(st.floats(0.0, 0.5), st.floats(0.01, 0.2), st.integers(0, 100))
def test_it_ends_when_the_median_is_as_sure_as_asked(cv, share, seed):
    noisy = Noisy(cv, seed=seed)
    done = noisy.repeat(share=share, min_runs=10, max_runs=20_000, max_s=1e6, warm_up=3)
    found = done.summaries['infer']
    assert done.sure and found.share <= share
    assert found.runs == noisy.calls - 3 >= 10


def test_more_noise_takes_more_runs_by_its_square():
    runs = [
        Noisy(cv).repeat(share=0.02, min_runs=6, max_s=1e9, max_runs=10**6).summaries['infer'].runs
        for cv in (0.1, 0.4)
    ]
    assert 4 < runs[1] / runs[0] < 64


def test_the_time_is_up():
    noisy = Noisy(0.5)
    done = noisy.repeat(share=0.001, min_runs=10, max_s=1.0)
    assert not done.sure
    # one run may have begun before the end
    assert 1.0e9 <= noisy.clock.now_ns < 1.1e9


def test_runs_are_up():
    noisy = Noisy(0.5)
    done = noisy.repeat(share=0.001, min_runs=10, max_runs=40, warm_up=0)
    assert not done.sure
    assert noisy.calls == done.summaries['infer'].runs == 40


def test_a_network_slower_than_the_time_there_is_gets_a_run():
    noisy = Noisy(0.0, mean_ms=5000.0)
    done = noisy.repeat(max_s=1.0, warm_up=5)
    assert noisy.calls == 2
    assert done.summaries['infer'].p50_ms == pytest.approx(5000)
    assert not done.sure, 'one run says nothing of the spread'


def test_fewer_runs_than_asked_are_never_sure():
    done = Noisy(0.0).repeat(min_runs=50, max_s=0.1)
    assert done.summaries['infer'].runs < 50
    assert not done.sure


@pytest.mark.parametrize('runs', [1, 5])
def test_the_range_of_too_few_runs_makes_nothing_sure(runs):
    steady = Noisy(0.0)
    assert not steady.repeat(min_runs=1, max_runs=runs, share=0.99).sure
    done = steady.repeat(min_runs=1, share=0.99)
    assert done.sure and done.summaries['infer'].runs == 6


def test_parts_too_short_to_be_timed_are_not_waited_for():
    clock, draw = Clock(), np.random.default_rng(1)

    def sample():
        clock.spend(1.0)
        return {'nothing': draw.choice([0.0001, 0.0009]), 'infer': 1.0}

    assert repeat(sample, Limits(min_runs=10), clock_ns=clock).sure


def test_progress_grows_to_the_end():
    noisy, told = Noisy(0.3), []
    repeat(noisy, Limits(max_s=1e6), clock_ns=noisy.clock, progress=told.append)
    assert told[-1] == 1.0
    assert all(0 <= share <= 1 for share in told)
    assert told[len(told) // 2] < 1.0


@pytest.mark.parametrize(
    'limits', [{'share': 0.0}, {'share': 1.0}, {'min_runs': 0}, {'max_runs': 5}, {'max_s': 0.0}]
)
def test_limits_that_cannot_be(limits):
    with pytest.raises(ConfigError):
        Limits(**limits)


def test_it_ends_when_it_is_told_to_after_the_run_in_progress():
    noisy = Noisy(0.1)
    found = repeat(
        noisy,
        Limits(warm_up=2),
        clock_ns=noisy.clock,
        should_stop=lambda: noisy.calls >= 10,
    )
    assert noisy.calls == 10 and not found.sure
    assert {summary.runs for summary in found.summaries.values()} == {8}


def test_told_to_end_before_it_began_there_is_one_run():
    noisy = Noisy(0.1)
    limits = Limits(warm_up=2)
    found = repeat(noisy, limits, clock_ns=noisy.clock, should_stop=lambda: True)
    assert {summary.runs for summary in found.summaries.values()} == {1}
    assert noisy.calls == 2
