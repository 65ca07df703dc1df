# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The benchmark of placement says what it measures, and the simulation what the models say."""

from __future__ import annotations

import pytest

from benchmarks import placement as benchmark
from edge_sched_ros.capacity.placement.online import place_all
from edge_sched_ros.capacity.placement.registry import ALGORITHMS
from edge_sched_ros.capacity.placement.registry import make_algorithm
from edge_sched_ros.capacity.placement.state import ClusterState
from edge_sched_ros.reporting.simulated_placement import simulate_nodes


def test_aware_algorithms_host_more_than_knapsacks_and_nobody_is_late():
    rows = benchmark.compare([1], 60, 20.0)
    found = benchmark.summary(rows)
    assert set(found['hosted']) == set(ALGORITHMS)
    for name in benchmark.AWARE:
        assert found['hosted'][name] > 2 * found['hosted']['first-fit']
        assert found['late_in_simulation'][name] == 0
        assert found['ratio_over_best_knapsack'][name] == pytest.approx(
            found['hosted'][name] / max(found['hosted'][k] for k in benchmark.KNAPSACKS)
        )


def test_the_simulation_comes_to_what_the_models_say():
    problem = benchmark.make_problem(40, 2)
    placed = place_all(ClusterState(problem), make_algorithm('ibis'), problem.apps)
    nodes = [node for node in placed.state.nodes.values() if node.hosted]
    chosen = [nodes[0], nodes[-1]]
    assert len({id(node.spec) for node in chosen}) == 2
    seen = simulate_nodes(chosen, seconds=120, seed=3)
    for node in chosen:
        expected = node.responses_ms()
        total = sum(expected.values())
        assert sum(seen[name].mean_ms for name in expected) == pytest.approx(total, rel=0.1)
        for name, one in node.hosted.items():
            assert seen[name].answers == pytest.approx(120 * one.app.spec.rate_per_s, rel=0.2)


def test_swaps_are_paid_in_the_simulation():
    problem = benchmark.make_problem(40, 2)
    state = ClusterState(problem)
    kinds: dict[str, object] = {}
    for app in problem.apps:
        if app.spec.network in ('mobilenet-v2', 'efficientnet-s'):
            kinds.setdefault(app.spec.network, app)
    for app in kinds.values():
        state.host(app, 'pi-0', state.options(app)[id(problem.nodes['pi-0'])][0])
    together = simulate_nodes([state.nodes['pi-0']], seconds=60, seed=1)
    for name in list(state.where)[1:]:
        state.remove(name)
    alone = simulate_nodes([state.nodes['pi-0']], seconds=60, seed=1)
    ((name, one),) = alone.items()
    # a swap is 10.43 or 17.33 ms, paid about every other time
    assert together[name].mean_ms > one.mean_ms + 4
