# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The benchmarks of many units and of overload run and count what ends."""

from __future__ import annotations

import math

from benchmarks.overload_ages import CONTENDERS
from benchmarks.overload_ages import KINDS
from benchmarks.overload_ages import make_system
from benchmarks.overload_ages import measure as measure_ages
from benchmarks.waiting_units import cost_alone_us
from benchmarks.waiting_units import measure


def test_every_unit_of_a_node_works():
    found = measure(4, wanted_per_s=200.0, seconds=0.3, policy='edf', kind='gpu')
    assert 0 < found['jobs_per_s'] <= found['sent_per_s']
    assert found['cpu_us_per_job'] > 0
    assert 0 < found['busy'] <= 1


def test_a_job_costs_something_without_waking_threads_too():
    assert cost_alone_us(2, 'edf', rounds=3) > 0


def test_floors_and_variants_bound_the_age_of_every_answer():
    """At twice the load; without floors the longest age of a track is most of a second."""
    ages = {}
    for name, (policy, floor_periods, variants) in CONTENDERS.items():
        system = make_system(2.0, overhead_ms=0.6, variants=variants)
        found = measure_ages(system, policy, floor_periods, seconds=2.0, seed=3)
        ages[name] = max(found[kind]['max_age_ms'] for kind in KINDS)
    assert all(map(math.isfinite, ages.values()))
    assert ages['edf+drop'] < 60 < 200 < ages['edf+drop, no floor']
    assert ages['edf+drop, INT8'] < 60
