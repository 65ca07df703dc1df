# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the minimum rates of all tasks can be kept together: the sum of their demands."""

from __future__ import annotations

from collections.abc import Mapping

from edge_sched_ros.capacity.admission_load import least_load
from edge_sched_ros.capacity.admission_tasks import TaskDemand
from edge_sched_ros.core.rate_floors import gaps_ns
from edge_sched_ros.core.tasks import NS_PER_MS
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.pipeline.admission.demand import Known


def floors_problem(
    known: Known, tasks: Mapping[str, TaskSpec], variants: Mapping[str, str]
) -> tuple[str, str]:
    """
    Return a task whose minimum rate cannot be kept, and why; empty texts when all can.

    It is the least urgent of those that need the busiest units. Tasks of unknown cost do not
    count.

    :param tasks: with the settings to check
    :param variants: task -> the variant it runs, if not its first
    """
    asked = []
    for name, gap_ns in gaps_ns(tasks).items():
        spec = tasks[name]
        stages = known.costs.get((name, variants.get(name, spec.variants[0].name)))
        if gap_ns and stages is not None:
            rate_hz, deadline_ms = 1e9 / gap_ns, spec.deadline_ns / NS_PER_MS
            asked.append(TaskDemand(name, rate_hz, stages, deadline_ms, spec.priority))
    if not asked:
        return '', ''
    load = least_load(asked, known.slots, known.cpus)
    if load.share <= 1:
        return '', ''
    touching = [task for task in asked if load.touches(task)] or asked
    least = min(touching, key=lambda task: (task.priority, -task.deadline_ms))
    names = ', '.join(f'{task.name} ({task.rate_per_s:.3g}/s)' for task in touching)
    where = 'the CPU quota' if load.by_quota else ', '.join(load.units) or 'the units'
    return least.name, f'the minimum rates of {names} need {load.share:.0%} of {where}'
