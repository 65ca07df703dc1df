# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Devices for the partitions that a lost device leaves to be done: the same for every policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_sched_ros.core import reasons
from edge_sched_ros.core.high_level.policy import Assignment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edge_sched_ros.core.high_level.graph import Partition
    from edge_sched_ros.core.high_level.job import FleetJob
    from edge_sched_ros.core.high_level.view import HighLevelView


def place_open(job: FleetJob, view: HighLevelView) -> list[Assignment] | str:
    """
    Return a device for every open partition: each where it ends first, in their order.

    What waits for units and links counts, and where the tensors are. The sub-deadline is the
    job's own: there is no time to divide.
    """
    ready: dict[str, tuple[int, str]] = {}
    free: dict[tuple[str, str], int] = {}
    chosen = []
    for part in job.open:
        ends = []
        for number, device in enumerate(view.devices_for(job, part)):
            come_ns = (_come_ns(job, tensor, device, ready, view) for tensor in part.inputs)
            begin_ns = max(come_ns, default=view.now_ns)
            end_ns, taken = _run_ns(job, part, device, begin_ns, free, view)
            ends.append((end_ns, number, device, taken))
        if not ends:
            return reasons.NO_DEVICE
        end_ns, _, device, taken = min(ends, key=lambda end: end[:2])
        free.update(taken)
        ready.update(dict.fromkeys(part.outputs, (end_ns, device)))
        chosen.append(Assignment(part.name, device, job.deadline_ns))
    return chosen


def _come_ns(
    job: FleetJob,
    tensor: str,
    target: str,
    ready: Mapping[str, tuple[int, str]],
    view: HighLevelView,
) -> int:
    """Return when a tensor should be on a device."""
    nbytes = job.spec.graph.tensors[tensor].nbytes
    if tensor in ready:
        end_ns, source = ready[tensor]
        return end_ns + view.transfer_ns(source, target, nbytes)
    places = job.where(tensor)
    if places:
        least_ns = min(view.transfer_ns(source, target, nbytes) for source in places)
        return view.now_ns + least_ns
    assert job.cut is not None
    # it is still being worked on; nobody knows how long
    source = job.runs[job.cut.producer[tensor]].device
    return view.now_ns + view.transfer_ns(source, target, nbytes)


def _run_ns(
    job: FleetJob,
    part: Partition,
    device: str,
    begin_ns: int,
    free: Mapping[tuple[str, str], int],
    view: HighLevelView,
) -> tuple[int, dict[tuple[str, str], int]]:
    """Return when a partition should end on a device, and until when it takes which units."""
    times = view.times_ns(job.spec.graph.name, device)
    taken: dict[tuple[str, str], int] = {}
    time_ns = begin_ns
    for segment in part.segments:
        ends = []
        for unit, work_ns in times[segment].items():
            key = (device, unit)
            free_ns = taken.get(key) or free.get(key) or view.free_before_ns(key, job)
            ends.append((max(time_ns, free_ns) + work_ns, key))
        time_ns, key = min(ends)
        taken[key] = time_ns
    return time_ns, taken
