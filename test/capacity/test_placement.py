# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where applications go: rules of the algorithms, and what holds whatever comes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from placements import app
from placements import problem

from edge_sched_ros.capacity.placement.algorithms.balanced import dominant_share
from edge_sched_ros.capacity.placement.algorithms.base import candidates
from edge_sched_ros.capacity.placement.algorithms.base import Rejection
from edge_sched_ros.capacity.placement.eviction import find_eviction
from edge_sched_ros.capacity.placement.feasibility import broken
from edge_sched_ros.capacity.placement.feasibility import refusal
from edge_sched_ros.capacity.placement.online import place_all
from edge_sched_ros.capacity.placement.registry import ALGORITHMS
from edge_sched_ros.capacity.placement.registry import make_algorithm
from edge_sched_ros.capacity.placement.state import ClusterState
from edge_sched_ros.capacity.placement.verdict import late_apps

AWARE = [name for name in ALGORITHMS if make_algorithm(name).latency_aware]
APPS = st.dictionaries(
    st.sampled_from([f'app{i}' for i in range(30)]),
    st.builds(
        app,
        network=st.sampled_from(['small', 'large', 'only-gpu']),
        rate_per_s=st.floats(0.5, 12),
        deadline_ms=st.floats(120, 700),
        memory_mib=st.just(0.0) | st.floats(1e-6, 300),
        priority=st.integers(0, 3),
        own_copy=st.booleans(),
    ),
    min_size=1,
    max_size=25,
)


def placed(apps, name='ibis', **keys):
    asked = problem(apps)
    return place_all(ClusterState(asked), make_algorithm(name), asked.apps, **keys)


# --- rules ------------------------------------------------------------------------------------


def test_the_same_network_goes_together_while_it_fits():
    found = placed({'a': app(rate_per_s=2), 'b': app(rate_per_s=2)}).state.where
    assert found['a'] == found['b']


def test_another_network_goes_where_it_is_quiet():
    found = placed({'a': app('only-gpu'), 'b': app('only-gpu', own_copy=True)}).state.where
    assert {found['a'], found['b']} == {'gpu-0', 'gpu-1'}
    first = placed({'a': app('only-gpu'), 'b': app('only-gpu', own_copy=True)}, 'ibis-first-fit')
    assert set(first.state.where.values()) == {'gpu-0'}


@pytest.mark.parametrize(('network', 'kind'), [('small', 'tpu'), ('large', 'gpu')])
def test_of_two_kinds_the_one_that_grows_less_busy(network, kind):
    assert placed({'a': app(network)}).state.where['a'] == f'{kind}-0'


def test_swaps_count_in_the_choice_of_a_kind():
    # 7 ms a request and a swap every other time (2 * 5 ms for both) are more than 13 on the GPU
    before = {f'a{i}': app('large', rate_per_s=4) for i in range(2)}
    asked = problem({**before, 'new': app(rate_per_s=4)})
    state = ClusterState(asked)
    for one, node in zip(asked.apps[:2], ('tpu-0', 'tpu-1')):
        state.host(one, node, state.options(one)[id(asked.nodes[node])][0])
    choice = make_algorithm('ibis').choose(state, asked.apps[2])
    assert choice.node.startswith('gpu')


@pytest.mark.parametrize(
    ('name', 'node'), [('first-fit', 'gpu-0'), ('best-fit', 'tpu-0'), ('worst-fit', 'gpu-1')]
)
def test_knapsacks_look_at_memory_alone(name, node):
    # free after this: gpu-0 2500, gpu-1 3200, tpu-0 1600, tpu-1 1600
    asked = problem({'a': app('small'), 'b': app('large', rate_per_s=14)})
    state = ClusterState(asked)
    state.host(asked.apps[0], 'gpu-0', state.options(asked.apps[0])[id(asked.nodes['gpu-0'])][0])
    assert make_algorithm(name).choose(state, asked.apps[1]).node == node


def test_a_knapsack_lets_answers_come_late():
    found = placed({f'a{i}': app('large') for i in range(8)}, 'first-fit')
    assert len(found.state.where) == 8 and late_apps(found.state)


def test_a_rejection_says_what_the_nodes_lack():
    found = placed({f'a{i}': app('only-gpu', rate_per_s=12) for i in range(8)})
    reason = next(iter(found.rejected.values()))
    assert reason.startswith('2 would') and 'gpu-' in reason


@settings(max_examples=40, deadline=None)
@given(apps=APPS)
def test_balanced_takes_the_least_dominant_share_of_all_that_can(apps):
    asked = problem(apps)
    state = ClusterState(asked)
    algorithm = make_algorithm('balanced')
    place_all(state, algorithm, asked.apps[:-1], evict=False)
    new = asked.apps[-1]
    able = [
        (dominant_share(node, new, option, state.limits), index)
        for index, node, option in candidates(state, new)
        if refusal(node, new, option, state.limits) is None
    ]
    choice = algorithm.choose(state, new)
    if not able:
        assert isinstance(choice, Rejection)
    else:
        node = state.nodes[choice.node]
        share = dominant_share(node, new, choice.option, state.limits)
        assert share == pytest.approx(min(able)[0])


# --- what always holds ------------------------------------------------------------------------


@pytest.mark.parametrize('name', AWARE)
@settings(max_examples=40, deadline=None)
@given(apps=APPS, evict=st.booleans())
def test_no_limit_is_broken_and_nobody_is_lost(name, apps, evict):
    found = placed(apps, name, evict=evict)
    found.state.validate()
    for node in found.state.nodes.values():
        assert broken(node, found.state.limits) == ''
    assert not late_apps(found.state)
    assert sorted([*found.state.where, *found.rejected]) == sorted(apps)


@settings(max_examples=40, deadline=None)
@given(apps=APPS)
def test_knapsacks_keep_to_memory(apps):
    for name in set(ALGORITHMS) - set(AWARE):
        found = placed(apps, name)
        found.state.validate()
        for node in found.state.nodes.values():
            assert node.used_mib <= node.memory_mib + 1e-6
        assert sorted([*found.state.where, *found.rejected]) == sorted(apps)


@settings(max_examples=60, deadline=None)
@given(apps=APPS, priority=st.integers(0, 4), rate=st.floats(2, 12))
def test_only_less_urgent_ones_are_evicted_and_none_in_vain(apps, priority, rate):
    asked = problem({**apps, 'new': app('small', rate_per_s=rate, priority=priority)})
    state = ClusterState(asked)
    algorithm = make_algorithm('ibis')
    place_all(state, algorithm, asked.apps[:-1], evict=False)
    new = asked.apps[-1]
    eviction = find_eviction(state, new)
    if eviction is None:
        return
    node = state.nodes[eviction.choice.node].copy()
    gone = [node.remove(name) for name in eviction.gone]
    assert all(one.app.task.priority < priority for one in gone)
    node.host(new, eviction.choice.option)
    assert broken(node, state.limits) == ''


def test_the_urgent_one_gets_in_and_the_evicted_one_is_accounted_for():
    apps = {f'a{i}': app('only-gpu', rate_per_s=10) for i in range(8)}
    without = placed({**apps, 'new': app('only-gpu', rate_per_s=10)})
    assert 'new' in without.rejected
    found = placed({**apps, 'new': app('only-gpu', rate_per_s=10, priority=1)})
    assert 'new' in found.state.where
    assert len(found.state.where) == len(without.state.where)
    assert any(why.startswith('evicted for new') for why in found.rejected.values())
    kept = placed({**apps, 'new': app('only-gpu', rate_per_s=10, priority=1)}, evict=False)
    assert 'new' in kept.rejected
