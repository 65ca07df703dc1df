# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What has to run again after a loss, and whether that is worth it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_sched_ros.core.high_level.tensor_flow import plan_of

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.job import FleetJob
    from edge_sched_ros.core.high_level.job import PartitionRun
    from edge_sched_ros.core.high_level.view import HighLevelView


def reopen(run: PartitionRun) -> None:
    """Let a partition have no device."""
    run.state = 'open'
    run.device = ''
    run.work = ()


def reopen_lost(job: FleetJob) -> list[PartitionRun]:
    """
    Open the partitions that have to run again, because what they gave is needed and lost.

    From the outputs backward to the nearest tensors that still exist; return those opened, each
    still with the device that it ran on.
    """
    plan = plan_of(job)
    needed = [tensor for tensor in job.spec.graph.outputs if tensor in job.missing]
    for run in job.runs.values():
        if run.state != 'exited':
            needed += run.partition.inputs
    opened = []
    while needed:
        tensor = needed.pop()
        if tensor not in plan.producer or job.where(tensor):
            continue
        run = job.runs[plan.producer[tensor]]
        if run.state == 'exited':
            opened.append(run)
            run.state = 'open'
            needed += run.partition.inputs
    return opened


def can_make_it(job: FleetJob, view: HighLevelView) -> bool:
    """
    Return whether a job can still be on time, at best.

    By the longest way through its open partitions, each on the device and units that are fastest,
    without waiting.
    """
    plan = plan_of(job)
    ready_ns: dict[str, int] = {}
    latest_ns = view.now_ns
    for part in plan.partitions.values():
        if job.runs[part.name].state != 'open':
            continue
        begin_ns = max((ready_ns.get(tensor, 0) for tensor in part.inputs), default=0)
        best_ns = min(
            (least_ns(job, part.segments, name, view) for name in view.devices_for(job, part)),
            default=None,
        )
        if best_ns is None:
            return False
        end_ns = max(begin_ns, view.now_ns) + best_ns
        ready_ns.update(dict.fromkeys(part.outputs, end_ns))
        latest_ns = max(latest_ns, end_ns)
    return latest_ns <= job.deadline_ns


def least_ns(job: FleetJob, segments: tuple[str, ...], device: str, view: HighLevelView) -> int:
    """Return what segments take on a device at best, one after the other."""
    times = view.times_ns(job.spec.graph.name, device)
    return sum(min(times[segment].values()) for segment in segments)
