# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A round followed in continuous time, by hand and by law."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings
from planning_problems import piecewise
from planning_problems import problems

from edge_sched_ros.planning.problem import Network
from edge_sched_ros.planning.problem import Problem
from edge_sched_ros.planning.schedule import Follower
from edge_sched_ros.planning.splits import splits
from edge_sched_ros.planning.steady import period_ms
from edge_sched_ros.system.contention import Pairwise


def _problem(*times, contention=None, **network) -> Problem:
    networks = tuple(
        Network(f'n{i}', {'gpu': tuple(row), 'dla': tuple(row)}, **network)
        for i, row in enumerate(times)
    )
    kinds = {'gpu': 'gpu', 'dla': 'dla'}
    return Problem(('gpu', 'dla'), networks, kinds, {}, contention)


def test_groups_on_one_unit_take_turns():
    problem = _problem([1.0, 2.0], [3.0])
    found = Follower(problem, [('gpu', 'gpu'), ('gpu',)]).run()
    # the first group of n0, then n1 which waited longest, then the rest of n0
    assert found.ends_ms == ((1.0, 6.0), (4.0,))
    ranked = Follower(problem, [('gpu', 'gpu'), ('gpu',)], rank=(0, 1)).run()
    assert ranked.ends_ms == ((1.0, 3.0), (6.0,))


def test_contention_acts_only_while_groups_overlap():
    slower = Pairwise({'gpu': {'dla': 2.0}})
    problem = _problem([4.0], [3.0], contention=slower)
    found = Follower(problem, [('gpu',), ('dla',)]).run()
    # 3 ms at half pace do 1.5 of the 4 ms, the other 2.5 ms run alone
    assert found.latencies_ms == pytest.approx([5.5, 3.0])


def test_bandwidth_slows_down_what_asks_for_it():
    shared = piecewise(knee_gbps=50, slope=1.0, bandwidth_gbps=100)
    assert shared.slowdown('gpu', 40, {'gpu': 40, 'dla': 60}) == pytest.approx(1.5)
    assert shared.slowdown('gpu', 0, {'gpu': 0, 'dla': 200}) == 1
    # alone above the knee: the time alone has that in it already
    assert shared.slowdown('gpu', 80, {'gpu': 80}) == 1
    assert shared.slowdown('gpu', 80, {'gpu': 80, 'dla': 20}) == pytest.approx(1.5 / 1.3)


def test_a_change_of_unit_is_paid_on_both():
    network = {'leave_ms': {'gpu': (0.5,)}, 'enter_ms': {'dla': (0.25,)}}
    problem = _problem([1.0, 1.0], **network)
    found = Follower(problem, [('gpu', 'dla')]).run()
    assert found.ends_ms == ((1.5, 2.75),)
    assert Follower(problem, [('dla', 'gpu')]).run().makespan_ms == 2.0


def test_the_period_is_the_work_of_the_busiest_unit():
    problem = _problem([1.0, 2.0], [4.0])
    assert period_ms(problem, [('gpu', 'dla'), ('gpu',)]) == 5.0


def test_in_continuous_work_the_busiest_unit_meets_the_other_for_as_long_as_that_is_busy():
    slower = Pairwise({'gpu': {'dla': 2.0}, 'dla': {'gpu': 1.5}})
    problem = _problem([4.0], [2.0], contention=slower)
    # the GPU is always busy, so the DLA takes 2 * 1.5 ms, half of which the GPU loses
    assert period_ms(problem, [('gpu',), ('dla',)]) == pytest.approx(4.0 + 3.0 / 2)


def test_units_that_slow_each_other_down_strongly_have_one_period():
    slower = Pairwise({'gpu': {'dla': 2.5}, 'dla': {'gpu': 1.375}})
    problem = _problem([9.0], [16.0], contention=slower)
    # the DLA takes 16 * 1.375 = 22 ms beside a GPU that is always busy, and the GPU is slowed
    # for those: period = 9 + (1 - 1 / 2.5) * 22
    assert period_ms(problem, [('gpu',), ('dla',)]) == pytest.approx(22.2)


@settings(max_examples=60, deadline=None)
@given(problems())
def test_a_round_keeps_the_law(problem):
    mapping = [list(splits(network, problem.units))[-1] for network in problem.networks]
    found = Follower(problem, mapping).run()
    spans: dict[str, list[tuple[float, float]]] = {}
    for network, mapped, starts, ends in zip(
        problem.networks, mapping, found.starts_ms, found.ends_ms
    ):
        work = problem.work_ms(network, mapped)
        assert len(starts) == len(ends) == network.groups
        for group, unit in enumerate(mapped):
            assert ends[group] - starts[group] >= work[group] - 1e-6
            spans.setdefault(unit, []).append((starts[group], ends[group]))
        for before, after in network.arcs:
            assert starts[after] >= ends[before] - 1e-6
    for on_unit in spans.values():
        on_unit.sort()
        for (_, end), (start, _) in pairwise(on_unit):
            assert start >= end - 1e-6
