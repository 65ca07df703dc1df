# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""When the units of a device should have worked off what waits for them."""

from __future__ import annotations

from collections.abc import Mapping

from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.units import AVAILABLE


def free_at_ns(dispatcher: LowLevelDispatcher, now_ns: int) -> dict[str, int]:
    """
    Return when each available unit should be free, as a device tells its coordinator.

    An estimate: every stage in flight, in the order of deadlines, on the unit that would end it
    first. Stages of which nothing is known take no time.
    """
    free = {
        name: max([now_ns, *(run.due_ns for run in unit.running.values())])
        for name, unit in dispatcher.units.items()
        if unit.state == AVAILABLE
    }
    for job in sorted(dispatcher.jobs.values(), key=lambda job: (job.deadline_ns, job.id)):
        _add(job, dispatcher, free, now_ns)
    return free


def _add(job: Job, dispatcher: LowLevelDispatcher, free: dict[str, int], now_ns: int) -> None:
    """Let what a job still needs wait for units."""
    runs = job.state == 'running'
    at_ns = free.get(job.unit or '', now_ns) if runs else now_ns
    for stage in job.remaining[runs:]:
        times_ns: Mapping[str, int] = dispatcher.times.on_units_ns(
            job.task, job.variant.name, stage.name, job.items
        )
        ends = [
            (max(free[unit], at_ns) + times_ns.get(unit, 0), unit)
            for unit in stage.units
            if unit in free
        ]
        if not ends:
            return  # it cannot go on
        at_ns, unit = min(ends)
        free[unit] = at_ns
