# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Costs learned from runs."""

from __future__ import annotations

import pytest

from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.profiles import StageCost
from edge_sched_ros.core.profiles import StageKey

KEY = StageKey('tracker', 'base', 'infer', 'cpu0')


def test_unknown_until_it_ran():
    profiles = Profiles()
    assert profiles.expected_ns('tracker', 'base', 'infer', 'cpu0', 1) is None
    profiles.observe(KEY, 5_000_000, 1)
    assert profiles.expected_ns('tracker', 'base', 'infer', 'cpu0', 1) == 5_000_000
    assert profiles.cost('tracker', 'base', 'infer', 'cpu1') is None


def test_a_known_profile_gives_way_to_what_is_measured():
    profiles = Profiles()
    profiles.set(KEY, 1_000_000, source='profiles.yaml')
    for _ in range(200):
        profiles.observe(KEY, 3_000_000, 1)
    assert profiles.expected_ns('tracker', 'base', 'infer', 'cpu0', 1) == pytest.approx(
        3_000_000, rel=0.01
    )


def test_cost_grows_with_the_items():
    cost = StageCost()
    for items in (1, 5, 2, 8, 3):
        cost.observe(1_000_000 + 400_000 * items, items)
    assert cost.expected_ns(10) == pytest.approx(5_000_000, rel=0.01)
    assert cost.expected_ns(0) == pytest.approx(1_000_000, rel=0.01)


def test_more_items_never_cost_less():
    cost = StageCost()
    cost.observe(5_000_000, 1)
    cost.observe(1_000_000, 9)
    assert cost.expected_ns(9) >= cost.expected_ns(1)


def test_the_worst_run_is_remembered():
    cost = StageCost()
    for latency in (5, 90, 7):
        cost.observe(latency * 1_000_000, 1)
    assert cost.worst_ns == pytest.approx(90_000_000, rel=0.01)
