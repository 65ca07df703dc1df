# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The demand of a change of tasks, and which tasks could make room for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_sched_ros.capacity.admission_tasks import TaskDemand
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.pipeline.admission.demand import Known

#: share by which a cost or rate must change before a new prediction
_CHANGED = 0.15


def made_heavier(now: Mapping[str, TaskSpec], then: Mapping[str, TaskSpec]) -> list[str]:
    """Return the tasks that would need more time, or have a shorter deadline."""
    return [name for name, spec in then.items() if spec.enabled and _heavier(now[name], spec)]


def _heavier(now: TaskSpec, then: TaskSpec) -> bool:
    faster = then.period_ns > 0 and (not now.period_ns or then.period_ns < now.period_ns)
    other_variant = then.variants[0] is not now.variants[0]
    more_often = faster or then.every_n < now.every_n or not now.enabled
    return more_often or then.deadline_ns < now.deadline_ns or other_variant


def reordered(now: Mapping[str, TaskSpec], then: Mapping[str, TaskSpec]) -> bool:
    """Return whether an enabled task has another priority."""
    return any(spec.priority != now[name].priority for name, spec in then.items() if spec.enabled)


def next_lighter(
    known: Known, tasks: Mapping[str, TaskSpec], pins: Mapping[str, str]
) -> dict[str, str] | None:
    """Return the next task to get a lighter variant (the least urgent first), and the variant."""
    for spec in sorted(tasks.values(), key=lambda spec: (spec.priority, -spec.deadline_ns)):
        if not spec.enabled:
            continue
        names = [variant.name for variant in spec.variants]
        current = pins.get(spec.name, names[0])
        work = _work_ms(known, spec.name, current)
        for name in names[names.index(current) + 1 :]:
            lighter = _work_ms(known, spec.name, name)
            if work is not None and lighter is not None and lighter < work:
                return {spec.name: name}
    return None


def _work_ms(known: Known, task: str, variant: str) -> float | None:
    stages = known.costs.get((task, variant))
    if stages is None:
        return None
    return sum(min(time for _, time in stage.units) for stage in stages)


def alike(before: list[TaskDemand], now: list[TaskDemand]) -> bool:
    """Whether two lists of demands are so close that a prediction still holds."""
    if [_shape(task) for task in before] != [_shape(task) for task in now]:
        return False
    return all(
        abs(new - old) <= _CHANGED * old
        for one, other in zip(before, now)
        for old, new in zip(_numbers(one), _numbers(other))
    )


def _shape(task: TaskDemand) -> tuple[Any, ...]:
    units = [[unit for unit, _ in stage.units] for stage in task.stages]
    return (task.name, task.deadline_ms, task.priority, task.every_n, task.in_flight, units)


def _numbers(task: TaskDemand) -> list[float]:
    times = [time for stage in task.stages for _, time in stage.units]
    return [task.rate_per_s, task.share, *times]
