# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Planning problems: of files, and random ones for property tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from edge_sched_ros.planning.from_file import problem_of
from edge_sched_ros.planning.problem import Network
from edge_sched_ros.planning.problem import Problem
from edge_sched_ros.system.contention import Pairwise
from edge_sched_ros.system.contention import Piecewise
from edge_sched_ros.system.contention import PiecewiseContention
from edge_sched_ros.system.parsing import parse_system

_TIMES = st.floats(0.05, 5.0)
_FACTORS = st.floats(1.0, 2.5)


def problem_from(data: Mapping[str, Any], max_switches: int = 1) -> Problem:
    """Return the problem of a system file of that content."""
    return problem_of(parse_system(('own.yaml', data)), max_switches)


def piecewise(**keys: float) -> Piecewise:
    """Return the law of a file with these keys."""
    return Piecewise(PiecewiseContention(model='piecewise', **keys))


def _graphs(count: int) -> st.SearchStrategy[tuple[tuple[int, ...], ...]]:
    """Return for each group, which earlier ones must end before it."""
    groups = (st.sets(st.sampled_from(range(group))) for group in range(1, count))
    before = (one.map(lambda found: tuple(sorted(found))) for one in groups)
    return st.tuples(st.just(()), *before)


@st.composite
def _networks(draw: st.DrawFn, name: str, units: tuple[str, ...]) -> Network:
    count = draw(st.integers(1, 4))
    times = {units[0]: tuple(draw(_TIMES) for _ in range(count))}
    for unit in units[1:]:
        able = st.one_of(st.none(), _TIMES, _TIMES, _TIMES)
        times[unit] = tuple(draw(able) for _ in range(count))
    cuts = st.tuples(*[st.floats(0, 0.3)] * (count - 1))
    numbers = st.tuples(*[st.floats(0, 60)] * count)
    return Network(
        name,
        times,
        energy_mj={unit: draw(numbers) for unit in units},
        demand_gbps={unit: draw(numbers) for unit in units},
        leave_ms={unit: draw(cuts) for unit in units},
        enter_ms={unit: draw(cuts) for unit in units},
        max_switches=draw(st.integers(0, 2)),
        before=draw(st.one_of(st.just(()), _graphs(count))),
    )


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Return one to three short networks; the first unit, a GPU, can run everything."""
    units = ('gpu', 'dla', 'cpu')[: draw(st.integers(1, 3))]
    most = 2 if len(units) == 3 else 3
    networks = tuple(draw(_networks(f'n{i}', units)) for i in range(draw(st.integers(1, most))))
    table = {u: {v: draw(_FACTORS) for v in units if v != u} for u in units}
    contention = draw(
        st.sampled_from(
            [
                None,
                Pairwise(table),
                piecewise(knee_gbps=40, slope=1.5, bandwidth_gbps=80, limit=3),
            ]
        )
    )
    handover = {(units[0], units[-1]): draw(st.floats(0, 0.2))}
    return Problem(units, networks, {unit: unit for unit in units}, handover, contention)
