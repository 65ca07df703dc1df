# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The short forms of placement against the models, and what a node refuses."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from placements import app
from placements import problem

from edge_sched_ros.capacity.load import Load
from edge_sched_ros.capacity.load import Service
from edge_sched_ros.capacity.placement.feasibility import refusal
from edge_sched_ros.capacity.placement.means import busy
from edge_sched_ros.capacity.placement.means import means_ms
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.problem import Demand
from edge_sched_ros.capacity.placement.problem import Limits
from edge_sched_ros.capacity.placement.state import ClusterState
from edge_sched_ros.capacity.placement.totals import UnitTotals
from edge_sched_ros.capacity.stages import Entry
from edge_sched_ros.capacity.unit_model import unit_responses
from edge_sched_ros.capacity.unit_model import unit_utilisation
from edge_sched_ros.system.unit import Unit
from edge_sched_ros.system.workload import Task

UNITS = {
    'authors': Unit(kind='gpu', form='authors'),
    'textbook': Unit(kind='gpu'),
    'cores': Unit(kind='cpu', cores=3),
    'fcfs': Unit(kind='tpu'),
    'random swaps': Unit(kind='tpu', swap='random'),
    'priority': Unit(kind='tpu', discipline='priority'),
    'batch': Unit(kind='tpu', batch=4),
}


def demand(name, network, rate, service_ms, cv, swap_ms, per_item_ms=1.0):
    load = Load(rate, Service(service_ms, cv), swap_ms)
    entry = Entry(name, ('', 'u'), network, load, per_item_ms, 0.0, False)
    return Demand(
        name, 'u', network, load.rate_per_ms, service_ms, load.service.moment(2), swap_ms, 0, entry
    )


@pytest.mark.parametrize('form', UNITS)
@settings(max_examples=25, deadline=None)
@given(
    classes=st.lists(
        st.tuples(
            st.sampled_from('abc'),
            st.floats(0.5, 12),
        ),
        min_size=1,
        max_size=5,
    ),
    cv=st.sampled_from([0.0, 0.3]),
)
def test_short_forms_are_those_of_the_models(form, classes, cv):
    unit = UNITS[form]
    times = {'a': (5.0, 4.0), 'b': (12.0, 7.0), 'c': (20.0, 9.0)}
    # swaps and batches are for units that serve in order
    swaps = unit.order == 'fcfs' and unit.batch == 1
    if form == 'batch':
        classes = [('b', rate) for _, rate in classes]
    demands = [
        demand(f'app{i}', name, rate, times[name][0], cv, times[name][1] if swaps else 0.0)
        for i, (name, rate) in enumerate(classes)
    ]
    entries = [one.entry for one in demands]
    rho = busy(unit, demands)
    assert rho == pytest.approx(unit_utilisation(unit, entries))
    if rho < 0.99:
        found = [response.mean_ms for response in unit_responses(unit, entries)]
        assert means_ms(unit, demands, rho) == pytest.approx(found)
    if rho >= 1:
        assert means_ms(unit, demands, rho) == [math.inf] * len(demands)
    if UnitTotals.cover(unit):
        *before, new = demands
        share, mean_ms = UnitTotals(unit, before).with_one(new)
        assert share == pytest.approx(rho)
        assert mean_ms == pytest.approx(means_ms(unit, demands, rho)[-1])


def full_node(apps, node, **keys):
    """Return a state with all applications on one node."""
    asked = problem(apps, **keys)
    state = ClusterState(asked)
    for one in asked.apps:
        way = state.options(one)[id(asked.nodes[node])][0]
        state.host(one, node, way)
    return state


def new_app(*network, **keys):
    task = Task.model_validate(app(*network, **keys))
    return App('new', task, task.rate_per_s)


def refused(state, node, **keys):
    new = new_app(**keys)
    way = state.options(new)[id(state.nodes[node].spec)][0]
    found = refusal(state.nodes[node], new, way, state.limits)
    return (found.kind, found.text) if found else None


def test_a_network_that_is_there_costs_no_memory_again():
    apps = {f'a{i}': app(n, rate_per_s=1) for i, n in enumerate(['small', 'large', 'only-gpu'])}
    # 0.8 * 4000 are given away, 2700 are taken
    state = full_node(apps, 'gpu-0')
    assert state.nodes['gpu-0'].used_mib == 2700
    assert refused(state, 'gpu-0', network='small', rate_per_s=1) is None
    kind, text = refused(state, 'gpu-0', network='small', rate_per_s=1, own_copy=True)
    assert kind == 'memory' and text == 'gpu-0 has 500 MiB left, 700 are needed'
    assert refused(state, 'gpu-0', network='small', rate_per_s=1, memory_mib=501)[0] == 'memory'


def test_reserved_memory_is_not_given_away():
    asked = problem({'a': app()})
    spec = asked.nodes['gpu-0'].model_copy(update={'reserved_mib': 3000})
    state = ClusterState(replace(asked, nodes={'n': spec}))
    assert refused(state, 'n')[0] == 'memory'


def test_a_unit_is_not_given_more_than_the_limit():
    state = full_node({'a': app(rate_per_s=30, deadline_ms=None)}, 'gpu-0', front_end_limit=None)
    # the cpu: 20 ms a request
    assert refused(state, 'gpu-0', rate_per_s=10) is None
    kind, text = refused(state, 'gpu-0', rate_per_s=10.1)
    assert kind == 'busy' and 'gpu-0/cpu0 would be busy 0.802, above 0.8' in text


def test_another_application_that_would_be_late_counts_and_is_named():
    keys = {'front_end_limit': None}
    state = full_node({'old': app(deadline_ms=60, rate_per_s=2)}, 'gpu-0', **keys)
    assert refused(state, 'gpu-0', rate_per_s=1) is None
    kind, text = refused(state, 'gpu-0', rate_per_s=20)
    assert kind == 'late' and text.startswith('gpu-0: old: mean ') and '60 ms' in text


def test_a_share_of_the_deadline_can_be_left_for_errors():
    state = ClusterState(problem({'a': app()}, front_end_limit=None))
    mean_ms = 10 + 20 / 0.8 + 13 / 0.87
    assert refused(state, 'gpu-0', rate_per_s=10, deadline_ms=mean_ms * 1.05) is None
    state.limits = Limits(front_end=None, deadline_share=0.9)
    kind, text = refused(state, 'gpu-0', rate_per_s=10, deadline_ms=mean_ms * 1.05)
    assert kind == 'late' and 'above 0.9 of the deadline' in text


def test_requests_in_flight_are_limited():
    # alone: 10 + 20 / 0.8 + 13 / 0.87 ms at 10 a second
    state = ClusterState(problem({'a': app()}))
    mean_ms = 10 + 20 / 0.8 + 13 / 0.87
    assert refused(state, 'gpu-0', rate_per_s=10) is None
    tight = Limits(front_end=mean_ms / 100 * 0.999)
    state.limits = tight
    assert refused(state, 'gpu-0', rate_per_s=10)[0] == 'front_end'
    state.limits = Limits(front_end=mean_ms / 100 * 1.001)
    assert refused(state, 'gpu-0', rate_per_s=10) is None


def test_tails_are_asked_where_the_objective_is_one():
    state = ClusterState(problem({'a': app()}, front_end_limit=None))
    assert refused(state, 'gpu-0', rate_per_s=20, deadline_ms=75) is None
    kind, text = refused(state, 'gpu-0', rate_per_s=20, deadline_ms=75, objective='p99')
    assert kind == 'late' and 'p99' in text


def test_swaps_count_only_between_networks():
    state = full_node({'a': app('small', rate_per_s=5)}, 'tpu-0')
    node = state.nodes['tpu-0']
    same = new_app('small', rate_per_s=5)
    own = new_app('small', rate_per_s=5, own_copy=True)
    for new, share in ((same, 0.07), (own, 0.07 + 0.01 * 0.5 * 10)):
        trial = node.copy()
        trial.host(new, state.options(new)[id(node.spec)][0])
        assert trial.utilisation['tpu0'] == pytest.approx(share)
    node.validate()
