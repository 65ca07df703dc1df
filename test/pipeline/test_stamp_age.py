# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How old frames are by their stamps, and what is said where that cannot be."""

from __future__ import annotations

import pytest

from edge_sched_ros.pipeline.inputs.input_ages import InputAges
from edge_sched_ros.pipeline.inputs.stamp_age import Age
from edge_sched_ros.pipeline.inputs.stamp_age import age_of

S, MS = 1_000_000_000, 1_000_000
NOW = 9000 * S


@pytest.mark.parametrize(
    ('stamp_ns', 'age'),
    [
        (NOW - 30, Age(30)),
        (NOW - 80 * MS, Age(80 * MS)),
        (NOW, Age(0)),
        (NOW + 10 * MS, Age(0)),
        (NOW + 40 * MS, Age(doubt='future_stamp', ahead_ns=40 * MS)),
        (NOW - 3600 * S, Age(3600 * S)),
        (NOW - 3601 * S, Age(doubt='unrelated_clock')),
        (NOW + 3601 * S, Age(doubt='unrelated_clock')),
        (0, Age(doubt='zero_stamp')),
        (None, Age()),
    ],
)
def test_the_age_is_what_the_clock_says_unless_that_makes_no_sense(stamp_ns, age):
    assert age_of(stamp_ns, NOW) == age


def test_without_a_clock_nothing_is_known_or_doubted():
    assert age_of(NOW, 0) == Age()


def test_a_clock_that_moves_in_steps_may_be_behind_by_one():
    assert age_of(NOW + 90 * MS, NOW, simulated=True) == Age(0)
    late = Age(doubt='clock_lags', ahead_ns=101 * MS)
    assert age_of(NOW + 101 * MS, NOW, simulated=True) == late


def test_simulated_time_that_does_not_come_is_doubted():
    assert age_of(NOW, 0, simulated=True) == Age(doubt='no_clock')


def test_the_greatest_age_is_that_of_the_last_seconds():
    ages = InputAges()
    for second, age_ms in enumerate([500, 20, 30, 25, 20, 20, 20, 20, 20, 20, 20, 20, 40, 20]):
        ages.note(Age(age_ms * MS), second * S)
        if second == 4:
            assert ages.max_ns == 500 * MS
    assert (ages.last_ns, ages.max_ns, ages.count) == (20 * MS, 40 * MS, 14)
    copy = ages.copy()
    ages.note(Age(doubt='zero_stamp'), 15 * S)
    assert (copy.doubts, ages.doubts, ages.count) == ({}, {'zero_stamp': 1}, 14)
