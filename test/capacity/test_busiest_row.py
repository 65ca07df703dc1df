# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The division of work against a linear program of scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from edge_sched_ros.capacity.busiest_row import _STEEP
from edge_sched_ros.capacity.busiest_row import least_busiest

#: few values, so that many divisions are equally good, and others
_TIMES = st.one_of(st.sampled_from([1.0, 2.0, 3.0]), st.floats(1e-3, 1e3))


@st.composite
def _problems(draw):
    """Return loads, and the work of each way; the last resource may be shared by all."""
    resources, works = draw(st.integers(1, 5)), draw(st.integers(1, 10))
    quota = draw(st.sampled_from([0.0, 0.5, 1.0]))
    ways = []
    for work in range(works):
        units = draw(st.sets(st.integers(0, resources - 1), min_size=1))
        ways += [(work, unit, draw(_TIMES)) for unit in sorted(units)]
    loads = np.zeros((resources + 1, len(ways)))
    for column, (_, unit, time) in enumerate(ways):
        loads[unit, column], loads[-1, column] = time, time * quota
    return loads, [work for work, _, _ in ways]


def _by_scipy(loads, works):
    ways, count = loads.shape[1], max(works) + 1
    whole = np.zeros((count, ways + 1))
    whole[works, np.arange(ways)] = 1
    busy = np.hstack([loads, -np.ones((len(loads), 1))])
    goal = np.eye(ways + 1)[-1]
    return linprog(
        goal, A_ub=busy, b_ub=np.zeros(len(busy)), A_eq=whole, b_eq=np.ones(count), method='highs'
    ).fun


@pytest.mark.parametrize('steep', [_STEEP, 0])
@given(problem=_problems())
def test_no_division_is_better_and_the_prices_prove_it(steep, problem):
    loads, works = problem
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr('edge_sched_ros.capacity.busiest_row._STEEP', steep)
        load, prices = least_busiest(loads, works)
    assert load == pytest.approx(_by_scipy(loads, works), rel=1e-6)
    # duality: at these prices no way of any work is cheaper in total than the busiest load
    cheapest = np.full(max(works) + 1, np.inf)
    np.minimum.at(cheapest, works, prices @ loads)
    assert prices.min() >= 0
    assert prices.sum() == pytest.approx(1)
    assert cheapest.sum() == pytest.approx(load, rel=1e-6)


def test_nothing_to_do_loads_nothing():
    load, prices = least_busiest(np.zeros((2, 0)), [])
    assert load == 0
    assert not prices.any()
