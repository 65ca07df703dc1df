# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The state of a task in the policy ``pareto``: its front, and the point in use."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from edge_sched_ros.core.profiles import StageCost
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.pareto.front import Costs
from edge_sched_ros.policies.pareto.front import exact_front
from edge_sched_ros.policies.pareto.front import Point
from edge_sched_ros.policies.pareto.model import Use
from edge_sched_ros.policies.pareto.twins import twins_of

#: maximum number of points of a front
_MOST_POINTS = 24


def memory_mib(cost: StageCost | None) -> float:
    """Return the memory of a stage on a unit in MiB; unknown memory counts as 0."""
    return 0.0 if cost is None or cost.memory_mib is None else cost.memory_mib


@dataclass(slots=True)
class Allocated:
    """
    A task and the units of its segments.

    :param points: its front, the fastest first
    :param twins: almost equally good points on other units
    :param solo_ns: stage, unit -> time alone, as known when the front was made
    :param known: number of these known then
    :param current: the point in use
    :param lock: why it may not change now (``time``: it just changed; ``memory``: it just
        returned)
    :param since_ns: start of the lock
    :param free_mib: the memory that was free when the lock ended
    :param ended_ns: expected end of its latest job
    """

    points: list[Point]
    twins: list[Point]
    solo_ns: dict[tuple[str, str], int]
    known: int
    current: Point
    lock: Literal['', 'time', 'memory'] = ''
    since_ns: int = 0
    free_mib: float = 0.0
    ended_ns: int = 0

    @property
    def choices(self) -> list[Point]:
        """Every point it may move to."""
        return self.points + self.twins


def latency_ns(point: Point) -> float:
    """Return the latency of a point alone."""
    return point.costs[0]


def memory_of(point: Point) -> float:
    """Return the memory of a point in MiB."""
    return point.costs[1]


def known_costs(view: View, task: TaskSpec) -> int:
    """Return the number of known costs of the first variant."""
    variant = task.variants[0]
    return sum(
        len(view.profiles.on_units(task.name, variant.name, stage.name))
        for stage in variant.stages
    )


def allocate(
    view: View,
    task: TaskSpec,
    available: frozenset[str],
    alone_ns: Mapping[tuple[str, str], int] | None = None,
) -> Allocated | None:
    """
    Return a task on its fastest point, or ``None`` when no unit there can run a stage of it.

    Besides latency and memory a point has a third criterion: its work on the busiest unit of the
    fastest point, since others wait for that unit.

    :param alone_ns: stage, unit -> time alone, if known better than from runs
    """
    better = alone_ns or {}
    solo = {}
    options: list[dict[str, Costs]] = []
    for stage in task.variants[0].stages:
        units = [unit for unit in stage.units if unit in available]
        if not units:
            return None
        for unit in units:
            key = (stage.name, unit)
            solo[key] = better.get(key) or _expected_ns(view, task, stage, unit)
        options.append({unit: (0.0, _memory(view, task, stage, unit)) for unit in units})
    handover = view.profiles.transition_ns
    names = [stage.name for stage in task.variants[0].stages]
    fastest = exact_front(
        [
            {unit: (float(solo[(name, unit)]),) for unit in option}
            for name, option in zip(names, options)
        ],
        handover,
    )[0]
    busiest = _busiest(zip(names, fastest.units), solo)
    segments = [
        {
            unit: (
                float(solo[(name, unit)]),
                costs[1],
                float(solo[(name, unit)]) if unit == busiest else 0.0,
            )
            for unit, costs in option.items()
        }
        for name, option in zip(names, options)
    ]
    points = exact_front(segments, handover, most=_MOST_POINTS)
    memory = dict(zip(names, options))
    twins = twins_of(points, names, solo, lambda name, unit: memory[name][unit][1], handover)
    return Allocated(points, twins, solo, known_costs(view, task), points[0])


def renew(view: View, task: TaskSpec, state: Allocated, available: frozenset[str]) -> None:
    """
    Make a task's front again from the present costs; its point stays the same.

    Runs on a shared unit depend on the sharing, so known times alone there are kept.
    """
    shared = {
        key: ns for key, ns in state.solo_ns.items() if key[1] in view.units and _shares(view, key)
    }
    found = allocate(view, task, available, shared)
    if found is None:
        return
    units = state.current.units
    staying = next((point for point in found.choices if point.units == units), None)
    state.points, state.twins = found.points, found.twins
    state.solo_ns, state.known = found.solo_ns, found.known
    # no longer on the front: the task leaves it when another point is better
    state.current = staying or _point(view, task, state, units)


def _shares(view: View, key: tuple[str, str]) -> bool:
    return view.units[key[1]].slots > 1


def _point(view: View, task: TaskSpec, state: Allocated, units: tuple[str, ...]) -> Point:
    stages = task.variants[0].stages
    times = [state.solo_ns.get((stage.name, unit), 0) for stage, unit in zip(stages, units)]
    handovers = sum(view.profiles.transition_ns(a, b) for a, b in pairwise(units))
    memory = sum(_memory(view, task, stage, unit) for stage, unit in zip(stages, units))
    return Point(units, (float(sum(times) + handovers), memory, 0.0))


def use_of(view: View, task: TaskSpec, state: Allocated, point: Point) -> Use:
    """Return a task's demand on units at a point, with the slowdown shown by its runs."""
    work: dict[str, float] = {}
    visits: dict[str, int] = {}
    for stage, unit in zip(task.variants[0].stages, point.units):
        ns = state.solo_ns[(stage.name, unit)]
        if view.units[unit].slots == 1:
            # runs on a shared unit depend on the sharing, which is not known for another point
            ns = max(ns, _expected_ns(view, task, stage, unit))
        work[unit] = work.get(unit, 0.0) + ns
        visits[unit] = visits.get(unit, 0) + 1
    return Use(work, visits, float(view.period_ns(task.name)))


def _busiest(places: Iterable[tuple[str, str]], solo: dict[tuple[str, str], int]) -> str:
    load: dict[str, int] = {}
    for name, unit in places:
        load[unit] = load.get(unit, 0) + solo[(name, unit)]
    return max(sorted(load), key=load.__getitem__)


def _expected_ns(view: View, task: TaskSpec, stage: StageSpec, unit: str) -> int:
    variant = task.variants[0].name
    return view.profiles.expected_ns(task.name, variant, stage.name, unit, 1) or 0


def _memory(view: View, task: TaskSpec, stage: StageSpec, unit: str) -> float:
    return memory_mib(view.profiles.cost(task.name, task.variants[0].name, stage.name, unit))
