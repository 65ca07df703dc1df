# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The ledger and its figures."""

from __future__ import annotations

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.core.histogram import DurationHistogram
from edge_sched_ros.core.ledger import Ledger


def _fill(ledger: Ledger, task: str, *, ended: int, missed: int, energy: float) -> None:
    for index in range(ended):
        ledger.release(
            task, release_ns=index, now_ns=index, worst_energy_mj=10.0 if energy else 0.0
        )
        ledger.spend(task, 10.0 * energy)
        if index < missed:
            ledger.drop(task, 'superseded')
        else:
            ledger.complete(
                task, on_time=True, response_ns=1_000_000, now_ns=index, variant='base'
            )


def test_uxcost_of_the_published_form():
    """Violations 3/60, 0/30, 6/45 and energies 0.70, 0.90, 0.55 give 0.2 x 2.15 = 0.43."""
    ledger = Ledger(('a', 'b', 'c'))
    _fill(ledger, 'a', ended=60, missed=3, energy=0.7)
    _fill(ledger, 'b', ended=30, missed=0, energy=0.9)
    _fill(ledger, 'c', ended=45, missed=6, energy=0.55)
    assert ledger.uxcost == pytest.approx(0.43)
    assert ledger.miss_ratio == pytest.approx(9 / 135)


def test_unknown_energy_counts_as_the_worst():
    ledger = Ledger(('a', 'b'))
    _fill(ledger, 'a', ended=10, missed=1, energy=0)
    _fill(ledger, 'b', ended=10, missed=2, energy=0)
    assert ledger.uxcost == pytest.approx(0.3 * 2)


def test_an_empty_ledger_has_figures_too():
    ledger = Ledger(('a',))
    assert (ledger.uxcost, ledger.miss_ratio) == (0.0, 0.0)
    assert ledger.tasks['a'].to_dict(50_000_000)['response_ms'] == {
        'p50': None,
        'p95': None,
        'p99': None,
    }


def test_books_that_do_not_add_up_are_noticed():
    ledger = Ledger(('a',))
    ledger.release('a', release_ns=0, now_ns=0, worst_energy_mj=0.0)
    ledger.validate({'a': 1})
    with pytest.raises(InvariantError, match='in flight by the ledger'):
        ledger.validate({})
    ledger.tasks['a'].released += 1
    with pytest.raises(InvariantError, match='released 2 jobs'):
        ledger.validate({'a': 1})


@given(
    st.lists(st.integers(1_000, 10_000_000_000), min_size=1, max_size=200),
    st.sampled_from([50, 95, 99]),
)
def test_percentiles_are_within_two_percent(durations, percent):
    histogram = DurationHistogram()
    for duration in durations:
        histogram.add(duration)
    exact = sorted(durations)[max(0, -(-len(durations) * percent // 100) - 1)]
    assert histogram.percentile_ns(percent) == pytest.approx(exact, rel=0.021, abs=1_000)


def test_a_histogram_stays_small():
    histogram = DurationHistogram()
    for duration in range(1_000_000, 101_000_000, 1_000):
        histogram.add(duration)
    assert histogram.count == 100_000
    assert len(histogram._buckets) < 300
    assert histogram.percentile_ns(50) == pytest.approx(
        statistics.median(range(1_000_000, 101_000_000, 1_000)), rel=0.02
    )
