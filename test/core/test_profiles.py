# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Costs learned from runs."""

from __future__ import annotations

import pytest
from harness import Bench
from harness import task

from edge_sched_ros.core.events import UnitChanged
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


def test_the_first_run_is_taken_for_equal_units_until_they_run():
    profiles = Profiles()
    profiles.set_alike([('cpu0', 'cpu1', 'cpu2')])
    known = StageKey('tracker', 'base', 'infer', 'cpu2')
    profiles.set(known, 1_000_000, source='profiles.yaml')
    profiles.observe(KEY, 5_000_000, 1)
    costs = profiles.on_units('tracker', 'base', 'infer')
    assert {unit: cost.expected_ns(1) for unit, cost in costs.items()} == {
        'cpu0': 5_000_000,
        'cpu1': 5_000_000,
        'cpu2': 1_000_000,
    }
    assert costs['cpu1'].source == 'like cpu0'
    profiles.observe(KEY, 9_000_000, 1)
    assert costs['cpu1'].expected_ns(1) == 5_000_000
    for _ in range(20):
        profiles.observe(StageKey('tracker', 'base', 'infer', 'cpu1'), 8_000_000, 1)
    assert costs['cpu1'].expected_ns(1) == pytest.approx(8_000_000, rel=0.05)


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


def test_memory_is_as_it_was_entered():
    profiles = Profiles()
    profiles.set(KEY, 1_000_000, source='profiles.yaml', memory_mib=12.5)
    profiles.observe(KEY, 2_000_000, 1)
    cost = profiles.cost('tracker', 'base', 'infer', 'cpu0')
    assert cost.memory_mib == 12.5
    assert StageCost().memory_mib is None


@pytest.mark.parametrize('given', [True, False])
def test_a_drift_is_told_with_its_key(given):
    """Whether the cost was given beforehand or learned."""
    profiles = Profiles()
    key = StageKey('a', 'base', 'infer', 'cpu0')
    if given:
        profiles.set(key, 10_000_000, source='profiles.yaml')
    bench = Bench(task('a', units=('cpu0',)), units=('cpu0',), profiles=profiles)

    def run(times, ms):
        for _ in range(times):
            bench.frame(at_ms=bench.now_ns / 1e6 + 50)
            bench.finish(at_ms=bench.now_ns / 1e6 + ms)

    run(20, 10)
    assert (profiles.drifts, profiles.drifted) == (0, None)
    run(20, 15)
    assert (profiles.drifts, profiles.drifted) == (1, key)


def test_a_clock_that_is_known_to_be_slow_is_no_drift():
    bench = Bench(task('a', units=('cpu0',)), units=('cpu0',))
    profiles = bench.dispatcher.profiles
    for ms, speed in ((10, 1.0), (20, 0.5)):
        bench.send(UnitChanged('cpu0', 'available', speed=speed))
        for _ in range(20):
            bench.frame(at_ms=bench.now_ns / 1e6 + 50)
            bench.finish(at_ms=bench.now_ns / 1e6 + ms)
    assert profiles.drifts == 0
    assert profiles.expected_ns('a', 'base', 'infer', 'cpu0', 1) == 10_000_000
