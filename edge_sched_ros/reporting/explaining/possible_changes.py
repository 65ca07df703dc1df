# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The changes that may have saved a job."""

from __future__ import annotations

from collections.abc import Sequence

from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.units import Unit
from edge_sched_ros.reporting.explaining.waits import Wait
from edge_sched_ros.simulation.rerun.change import Change
from edge_sched_ros.simulation.rerun.change import half_rate
from edge_sched_ros.simulation.rerun.change import longer_deadline
from edge_sched_ros.simulation.rerun.change import one_more
from edge_sched_ros.simulation.rerun.change import only_unit
from edge_sched_ros.simulation.rerun.change import only_variant
from edge_sched_ros.simulation.rerun.recorded_costs import RecordedCosts
from edge_sched_ros.tracing.lives import JobLife
from edge_sched_ros.tracing.run import RecordedRun

#: factors of a deadline, the least that helps is told
_LONGER = (1.25, 1.5, 2.0)
#: tasks in the way that are moved or run in another variant
_MOST_BLOCKERS = 2


def possible_changes(
    run: RecordedRun, costs: RecordedCosts, job: JobLife, waits: Sequence[Wait]
) -> list[Change]:
    """Return the changes to try: of the job's own task, of those in its way, of the machine."""
    task = run.setup.tasks[job.task]
    blockers = [run.setup.tasks[name] for name in _in_the_way(job, waits)]
    found = [change for one in (task, *blockers) for change in _variants(one, job)]
    found += [change for one in (task, *blockers) for change in _units(one, costs)]
    streams = dict.fromkeys([job.stream, *(one.stream for one in blockers if one.stream)])
    found += [half_rate(stream) for stream in streams]
    allowed_ms = (job.deadline_ns - job.release_ns) / 1e6
    found += [
        longer_deadline(task.name, factor, round(allowed_ms * factor, 3)) for factor in _LONGER
    ]
    kinds: dict[str, Unit] = {}
    for variant in task.variants:
        for stage in variant.stages:
            for name in stage.units:
                unit = run.setup.units[name]
                kinds.setdefault(unit.kind, unit)
    return [*found, *map(one_more, kinds.values())]


def _in_the_way(job: JobLife, waits: Sequence[Wait]) -> list[str]:
    """Return the tasks that ran where the job waited, those that ran longest first."""
    spent: dict[str, int] = {}
    for wait in waits:
        for other, stage in wait.blockers:
            end_ns = min(stage.finished_ns or wait.end_ns, wait.end_ns)
            spent_ns = end_ns - max(stage.decided_ns, wait.begin_ns)
            spent[other.task] = spent.get(other.task, 0) + max(0, spent_ns)
    spent.pop(job.task, None)
    return sorted(spent, key=lambda name: (-spent[name], name))[:_MOST_BLOCKERS]


def _variants(task: TaskSpec, job: JobLife) -> list[Change]:
    every = task.all_variants or task.variants
    used = job.variant if task.name == job.task else task.variants[0].name
    return [only_variant(task.name, one.name) for one in every if one.name != used]


def _units(task: TaskSpec, costs: RecordedCosts) -> list[Change]:
    """Return a change for each unit that its longest stage with a choice can run on."""
    variant, longest = task.variants[0], dict[str, int]()
    known: dict[str, list[str]] = {}
    for stage in variant.stages:
        took = {
            unit: cost_ns
            for unit in stage.units
            if (cost_ns := costs.cost_ns(task.name, variant.name, stage.name, unit, 1)) is not None
        }
        if len(took) > 1:
            longest[stage.name], known[stage.name] = min(took.values()), sorted(took)
    if not longest:
        return []
    name = max(longest, key=lambda one: longest[one])
    return [only_unit(task.name, name, unit) for unit in known[name]]
