# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When units should be free, by what waits for them."""

from __future__ import annotations

import pytest
from harness import Bench
from harness import MS
from harness import task

from edge_sched_ros.core.events import UnitChanged
from edge_sched_ros.core.free_times import free_at_ns
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.profiles import StageKey


@pytest.fixture
def bench():
    """Return two units and a task of two stages, 10 ms each on cpu0 and 30 ms on cpu1."""
    profiles = Profiles()
    for stage in ('first', 'second'):
        for unit, ms in (('cpu0', 10), ('cpu1', 30)):
            profiles.set(StageKey('net', 'base', stage, unit), ms * MS, source='test')
    spec = task('net', stages=('first', 'second'), queue_depth=9, max_in_flight=9)
    return Bench(spec, profiles=profiles)


def test_idle_units_are_free_now(bench):
    assert free_at_ns(bench.dispatcher, 5 * MS) == {'cpu0': 5 * MS, 'cpu1': 5 * MS}


def test_the_rest_of_a_running_job_counts(bench):
    bench.frame(at_ms=1)
    assert free_at_ns(bench.dispatcher, 4 * MS) == {'cpu0': 21 * MS, 'cpu1': 4 * MS}


def test_waiting_jobs_take_the_unit_that_ends_them_first(bench):
    bench.frame(at_ms=0)
    bench.frame(at_ms=0)
    bench.frame(at_ms=0)
    # the second job begins on cpu1 and goes on to cpu0 at 30 ms; the third one follows there
    free = free_at_ns(bench.dispatcher, 0)
    assert free == {'cpu0': 60 * MS, 'cpu1': 30 * MS}


def test_a_unit_that_is_gone_is_left_out(bench):
    bench.send(UnitChanged('cpu1', 'unavailable'))
    bench.frame()
    assert free_at_ns(bench.dispatcher, 0) == {'cpu0': 20 * MS}
