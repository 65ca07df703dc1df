# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Clockwork tasks whose rates have nothing to do with each other."""

from __future__ import annotations

import pytest
from capacity_systems import cluster_of

from edge_sched_ros.capacity.analysis import analyse
from edge_sched_ros.capacity.deterministic import periodic_fcfs
from edge_sched_ros.capacity.headroom import headroom
from edge_sched_ros.capacity.load import Load
from edge_sched_ros.capacity.load import Service
from edge_sched_ros.capacity.what_if import what_if


def cluster(slow_per_s, slow_ms):
    """Return a fast and a slow clockwork task on one accelerator."""
    return cluster_of(
        {
            'devices': {'d': {'units': {'g': {'kind': 'dla'}}}},
            'costs': {'n': {'dla': 10.0}, 'm': {'dla': slow_ms}},
            'tasks': {
                'a': {'network': 'n', 'rate_per_s': 30.0, 'arrivals': 'periodic'},
                'b': {'network': 'm', 'rate_per_s': slow_per_s, 'arrivals': 'periodic'},
            },
        }
    )


@pytest.mark.parametrize('rate', [1.0, 0.05, 0.001, 1e-6])
def test_a_seldom_task_waits_for_what_the_other_has_left(rate):
    """It comes at any moment of the other's period: mean wait is utilisation * service / 2."""
    other, mine = Load(30.0, Service(10.0)), Load(rate, Service(4.0))
    for loads in ([other, mine], [mine, other]):
        seldom = periodic_fcfs(loads)[loads.index(mine)]
        assert seldom.mean_ms == pytest.approx(4.0 + 0.3 * 10.0 / 2, rel=0.06)
        assert seldom.least_ms >= 4.0 and seldom.p99_ms <= 14.0 + 1e-6


def test_a_seldom_task_disturbs_next_to_nobody():
    often = periodic_fcfs([Load(30.0, Service(10.0)), Load(0.001, Service(4.0))])[0]
    assert often.mean_ms == pytest.approx(10.0, rel=1e-3)


@pytest.mark.parametrize('rate', [0.001, 1e-9])
def test_every_answer_is_there_whatever_the_rates(rate):
    asked = cluster(rate, 1.0)
    assert all(verdict.feasible for verdict in analyse(asked).values())
    assert headroom(asked)['d/g'].model == 'sum D/G/1-FCFS'
    for task in asked.tasks:
        assert len(what_if(asked, task).points) > 3


def test_what_takes_longer_than_the_draws_see_is_taken_as_poisson():
    """A hundred seconds of work every thousand: drawn queues would not have seen it begin."""
    asked = cluster(0.001, 100_000.0)
    assert headroom(asked)['d/g'].model == 'M/G/1-FCFS'
    assert analyse(asked)['a'].response.mean_ms > 1000.0
