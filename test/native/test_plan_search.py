# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The compiled search of ``horizon`` finds the plans of the one in Python, to the last bit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from plan_problems import plan_jobs

from edge_sched_ros.native.loading import load
from edge_sched_ros.policies.choices import Scale
from edge_sched_ros.policies.plan_job import PlanJob
from edge_sched_ros.policies.plan_search import PlanSearch

pytestmark = pytest.mark.skipif(load().module is None, reason=load().reason)
_FREE_NS = [5, 8, 6]


def _both(monkeypatch: pytest.MonkeyPatch) -> tuple[PlanSearch, PlanSearch]:
    native = PlanSearch()
    monkeypatch.setenv('EDGE_SCHED_NATIVE', 'off')
    plain = PlanSearch()
    assert native._native is not None and plain._native is None
    return native, plain


def _found(search: PlanSearch, jobs: list[PlanJob], scale: Scale) -> tuple[list, list]:
    plan = search.find(jobs, _FREE_NS, scale)
    return [(one.job, one.option, one.begin_ns) for one in plan], list(search.by_cost(6))


@settings(max_examples=300, deadline=None)
@given(
    problems=st.lists(st.lists(plan_jobs(), max_size=6), min_size=1, max_size=3),
    width=st.integers(1, 5),
    pressure=st.sampled_from([0.0, 0.02]),
)
def test_plans_and_costs_are_equal(problems, width, pressure):
    scale = Scale(now_ns=5, width=width, pressure=pressure, haste=0.2)
    with pytest.MonkeyPatch.context() as patch:
        both = _both(patch)
    for jobs in problems:
        found = [_found(search, jobs, scale) for search in both]
        assert found[0] == found[1]


def test_nothing_is_compared_after_forgetting(monkeypatch):
    for search in _both(monkeypatch):
        search.find([], _FREE_NS, Scale(now_ns=5, width=1, pressure=0.0, haste=0.2))
        assert list(search.by_cost(6)) == [(0.0, [])]
        search.forget()
        assert list(search.by_cost(6)) == []
