# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The models against a real edgeTPU, the project's simulator, and another simulator."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from shared_data import shared_file

from benchmarks import capacity_ibis
from benchmarks import capacity_simulator
from edge_sched_ros.capacity.load import Load
from edge_sched_ros.capacity.load import Service
from edge_sched_ros.capacity.multi_core import mgc_ps
from edge_sched_ros.capacity.priority import mg1_priority
from edge_sched_ros.capacity.processor_sharing import mg1_ps

IBIS = 'ibis/queuing_tpu_efficientnet-LXinception_v3Xinception_v4.csv'


@pytest.mark.parametrize('swap', ['mean', 'random'])
def test_responses_of_a_real_edgetpu_are_predicted_within_3_percent(swap):
    rows = capacity_ibis.compare(shared_file(IBIS), swap=swap)
    assert len(rows) == 15
    assert capacity_ibis.mean_error(rows) <= 0.03
    for key in ('network', 'load'):
        groups = defaultdict(list)
        for row in rows:
            groups[getattr(row, key)].append(row.error)
        assert max(map(np.mean, groups.values())) <= 0.032


def test_without_the_swaps_it_is_28_percent():
    rows = capacity_ibis.compare(shared_file(IBIS))
    assert capacity_ibis.mean_error_without_swap(rows) == pytest.approx(0.28, abs=0.01)


@pytest.mark.parametrize('load', [0.3, 0.6])
@pytest.mark.parametrize('form', ['fcfs', 'ps', 'priority', 'periodic', 'tandem'])
def test_means_agree_with_the_simulator_within_3_percent(form, load):
    for row in capacity_simulator.compare(form, load, 48_000):
        mean, p95, p99 = row.errors
        assert mean <= 0.03, row
        assert p95 <= 0.12 and p99 <= 0.18, row


def test_two_queues_in_order_take_no_longer_than_the_bound():
    for row in capacity_simulator.compare('bound', 0.6, 12_000):
        assert row.simulated_ms[0] <= row.predicted_ms[0]


@pytest.fixture(scope='module')
def ciw():
    """Return another simulator, which tests alone use."""
    return pytest.importorskip('ciw', reason='ciw is not installed (pip install ciw==3.2.7)')


def _means(ciw, network, node_class, until, classes):
    ciw.seed(7)
    simulation = ciw.Simulation(network, node_class=node_class)
    simulation.simulate_until_max_time(until)
    found = defaultdict(list)
    for record in simulation.get_all_records():
        if record.arrival_date > until / 20:
            found[record.customer_class].append(record.exit_date - record.arrival_date)
    return [float(np.mean(found[name])) for name in classes]


def _network(ciw, rates, services, **more):
    names = list(rates)
    return ciw.create_network(
        arrival_distributions={name: [ciw.dists.Exponential(rates[name])] for name in names},
        service_distributions={name: [services[name]] for name in names},
        **more,
    )


def test_priorities_agree_with_ciw(ciw):
    rates = {'high': 0.1, 'low': 0.1}
    services = {'high': ciw.dists.Deterministic(2.0), 'low': ciw.dists.Exponential(1 / 4)}
    network = _network(
        ciw, rates, services, number_of_servers=[1], priority_classes={'high': 0, 'low': 1}
    )
    loads = [
        Load(100, Service(2.0), priority=1),
        Load(100, Service(4.0, shape='exponential')),
    ]
    seen = _means(ciw, network, None, 300_000, rates)
    assert [r.mean_ms for r in mg1_priority(loads)] == pytest.approx(seen, rel=0.03)


@pytest.mark.parametrize('cores', [1, 3])
def test_sharing_agrees_with_ciw(ciw, cores):
    rates = {'short': 0.15 * cores, 'long': 0.05 * cores}
    services = {'short': ciw.dists.Deterministic(2.0), 'long': ciw.dists.Exponential(1 / 6)}
    network = _network(
        ciw, rates, services, number_of_servers=[float('inf')], ps_thresholds=[cores]
    )
    loads = [
        Load(rates['short'] * 1e3, Service(2.0)),
        Load(rates['long'] * 1e3, Service(6.0, shape='exponential')),
    ]
    model = mgc_ps(loads, cores)
    seen = _means(ciw, network, ciw.PSNode, 120_000 / cores, rates)
    assert [r.mean_ms for r in model] == pytest.approx(seen, rel=0.03)
    if cores == 1:
        textbook = mg1_ps(loads, 'textbook')
        assert [r.mean_ms for r in textbook] == pytest.approx(seen, rel=0.03)
