# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Requests take longer while other units of the device are busy."""

from __future__ import annotations

import pytest

from edge_sched_ros.capacity.analysis import analyse
from edge_sched_ros.capacity.cluster import make_cluster
from edge_sched_ros.system.parsing import make_system

PAIR = {'model': 'pairwise', 'slowdown': {'a0': {'b0': 1.5}, 'b0': {'a0': 1.5}}}
MEMORY = {'model': 'bandwidth', 'bandwidth_gbps': 50}


def _cluster(contention, load=0.5, demand_gbps=30.0, **unit):
    units = {name: {'kind': 'dla', **unit} for name in ('a0', 'b0')}
    cost = {'latency_ms': 10, 'demand_gbps': demand_gbps}
    return make_cluster(
        make_system(
            {
                'units': units,
                'contention': contention,
                'costs': {name: {name: cost} for name in units},
                'tasks': {
                    name: {'network': name, 'rate_per_s': 100 * load, 'deadline_ms': 1e6}
                    for name in units
                },
            }
        )
    )


@pytest.mark.parametrize(
    ('contention', 'together'),
    # both draw 30 of 50 GB/s, so each gets 25
    [(PAIR, 1.5), (MEMORY, 1.2)],
)
def test_two_equal_units_slow_each_other_down_by_the_time_they_are_busy(contention, together):
    """Longer by x = 1 + (together - 1) * load * x, as longer times keep units busy longer."""
    x = 1 / (1 - (together - 1) * 0.5)
    for entry in _cluster(contention).entries():
        assert entry.load.service.mean_ms == pytest.approx(10 * x, rel=1e-4)


def test_verdicts_count_the_slowdown():
    verdict = analyse(_cluster(PAIR))['a0']
    assert verdict.utilisation == pytest.approx(2 / 3, rel=1e-4)
    # M/D/1 with a service of 13.3 ms
    assert verdict.response.mean_ms == pytest.approx(40 / 3 * (1 + 2 / 3 / 2 / (1 / 3)), rel=1e-3)


def test_a_slowdown_may_overload_units_that_are_not_alone():
    reasons = [one.reason for one in analyse(_cluster(PAIR, load=0.8)).values()]
    assert all('would be busy' in reason for reason in reasons)
    assert not any(one.reason for one in analyse(_cluster({'model': 'none'}, load=0.8)).values())


def test_what_draws_nothing_is_not_slowed_down_by_the_memory():
    for entry in _cluster(MEMORY, demand_gbps=0.0).entries():
        assert entry.load.service.mean_ms == 10


def test_several_cores_are_busy_when_one_of_them_is():
    """Two cores at half load: 1 - 0.5 * 0.5 of the time some core is busy."""
    entries = _cluster(PAIR, load=1.0, discipline='ps', cores=2).entries()
    found = entries[0].load.service.mean_ms / 10
    idle = 1 - found / 2
    assert found == pytest.approx(1 + 0.5 * (1 - idle**2), rel=1e-4)
