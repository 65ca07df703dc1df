# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The offline optimum: never less than online, never more than all placements tried."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from placements import app
from placements import problem

from edge_sched_ros.capacity.placement.feasibility import broken
from edge_sched_ros.capacity.placement.online import place_all
from edge_sched_ros.capacity.placement.optimum import find_optimum
from edge_sched_ros.capacity.placement.registry import make_algorithm
from edge_sched_ros.capacity.placement.state import ClusterState

pytest.importorskip('ortools')


def tried(asked):
    """Return the most that can be hosted, by trying everything."""
    most = 0
    for nodes in product([None, *asked.nodes], repeat=len(asked.apps)):
        state = ClusterState(asked)
        ways = [state.options(one) for one in asked.apps]
        pairs = [(o, n, w) for o, n, w in zip(asked.apps, nodes, ways) if n is not None]
        if len(pairs) <= most or any(not way[id(asked.nodes[n])] for _, n, way in pairs):
            continue
        for one, node, way in pairs:
            state.host(one, node, way[id(asked.nodes[node])][0])
        if not any(broken(node, state.limits) for node in state.nodes.values()):
            most = len(pairs)
    return most


@settings(max_examples=12, deadline=None)
@given(
    rates=st.lists(st.floats(4, 14), min_size=3, max_size=5),
    networks=st.lists(st.sampled_from(['small', 'large', 'only-gpu']), min_size=5, max_size=5),
    deadline=st.floats(140, 400),
)
def test_the_bound_holds_and_what_is_placed_is_allowed(rates, networks, deadline):
    asked = problem(
        {
            f'a{i}': app(network, rate_per_s=rate, deadline_ms=deadline)
            for i, (rate, network) in enumerate(zip(rates, networks))
        },
        devices={
            'gpu': {
                'count': 1,
                'memory_mib': 2500,
                'network_ms': 10,
                'units': {'gpu0': {'kind': 'gpu'}, 'cpu0': {'kind': 'cpu'}},
            },
            'tpu': {
                'count': 1,
                'network_ms': 10,
                'units': {'tpu0': {'kind': 'tpu'}, 'cpu0': {'kind': 'cpu'}},
            },
        },
    )
    best = find_optimum(asked, time_limit_s=120)
    state = best.placed.state
    state.validate()
    assert all(broken(node, state.limits) == '' for node in state.nodes.values())
    online = place_all(ClusterState(asked), make_algorithm('ibis'), asked.apps)
    most = tried(asked)
    assert len(online.state.where) <= len(state.where) <= most <= best.bound
    assert sorted([*state.where, *best.placed.rejected]) == sorted(one.name for one in asked.apps)


def test_it_knows_what_comes():
    """Online, the first two in line take the memory of six others."""
    big = {f'big{i}': app('only-gpu', rate_per_s=1, memory_mib=2200) for i in range(2)}
    small = {f'small{i}': app('only-gpu', rate_per_s=1, memory_mib=700) for i in range(6)}
    # both on gpu nodes with room for 3200 MiB, 900 of which the network takes
    asked = problem({**big, **small}, utilisation_limit=0.9)
    online = place_all(ClusterState(asked), make_algorithm('ibis'), asked.apps)
    assert set(big) <= set(online.state.where)
    best = find_optimum(asked, time_limit_s=120)
    assert set(best.placed.state.where) == set(small)
    assert best.proven and best.bound == 6


def test_what_the_solver_takes_for_possible_and_is_not_is_not_placed():
    """Two networks on one edgeTPU swap; what a swap costs a request is not in the bounds."""
    one_node = {
        'devices': {
            'tpu': {
                'network_ms': 10,
                'units': {'tpu0': {'kind': 'tpu'}, 'cpu0': {'kind': 'cpu'}},
            }
        },
        'front_end_limit': None,
    }
    apps = {'a': app('small', rate_per_s=4), 'b': app('large', rate_per_s=4)}
    both = problem(apps, **one_node)
    state = ClusterState(both)
    for one in both.apps:
        state.host(one, 'tpu', state.options(one)[id(both.nodes['tpu'])][0])
    # a little below what the models say both would get
    for name, response_ms in state.nodes['tpu'].responses_ms().items():
        apps[name]['deadline_ms'] = response_ms * 0.98
    best = find_optimum(problem(apps, **one_node), time_limit_s=120)
    assert len(best.placed.state.where) == 1
    assert all(
        broken(node, best.placed.state.limits) == '' for node in best.placed.state.nodes.values()
    )
    assert best.bound == 1
