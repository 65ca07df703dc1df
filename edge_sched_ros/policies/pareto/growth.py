# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The growth of all networks' rates when one of them moves to another point."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence

from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.pareto.front import Point
from edge_sched_ros.policies.pareto.model import merit
from edge_sched_ros.policies.pareto.tasks import Allocated
from edge_sched_ros.policies.pareto.tasks import latency_ns
from edge_sched_ros.policies.pareto.tasks import use_of


def best_growth(
    view: View, task: TaskSpec, states: Mapping[str, Allocated], candidates: Sequence[Point]
) -> tuple[Point, float]:
    """
    Return the candidate for a task with the greatest total rate, and its growth as a share.

    :param states: task -> its present point, for all tasks
    :param candidates: at least one
    """
    state = states[task.name]
    others = {
        name: other
        for name, other in states.items()
        if name != task.name and view.tasks[name].enabled
    }
    uses = [use_of(view, view.tasks[name], one, one.current) for name, one in others.items()]
    alone_ns = [latency_ns(one.points[0]) for one in (state, *others.values())]
    shared = frozenset(name for name, unit in view.units.items() if unit.slots > 1)

    def rates(point: Point) -> float:
        return merit([use_of(view, task, state, point), *uses], alone_ns, shared)

    now = rates(state.current)
    growths = [rates(point) / now - 1 for point in candidates]
    best = max(range(len(growths)), key=growths.__getitem__)
    return candidates[best], growths[best]
