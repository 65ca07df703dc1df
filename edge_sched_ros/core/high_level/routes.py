# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What follows from devices for the partitions of a task, the same for each of its jobs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge_sched_ros.core.errors import InvariantError

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.backlog import Resource
    from edge_sched_ros.core.high_level.cut_plan import CutPlan
    from edge_sched_ros.core.high_level.graph import Partition
    from edge_sched_ros.core.high_level.tasks import FleetTask
    from edge_sched_ros.core.high_level.view import HighLevelView

#: (partition, device) of each partition of a job
Places = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Route:
    """
    A cut with a device for each partition.

    :param sends: (tensor, source, target) between partitions, and of answers to the home device
    :param frame_sends: (tensor, target) of what comes with the frame
    :param work: partition -> (resource, time) that waits for it
    """

    plan: CutPlan
    sends: tuple[tuple[str, str, str], ...]
    frame_sends: tuple[tuple[str, str], ...]
    work: dict[str, tuple[tuple[Resource, int], ...]]


def make_route(task: FleetTask, places: Places, view: HighLevelView, policy: str) -> Route:
    """
    Return what follows from where partitions are to run.

    :raises InvariantError: when the policy may not say that
    """
    device_of = dict(places)
    names = frozenset(device_of)
    plan = next((plan for plan in view.cuts_of(task) if plan.names == names), None)
    if plan is None or len(places) != len(names):
        raise InvariantError(f'{policy}: {sorted(names)} is no cut of {task.name}')
    work = {}
    for name, device in places:
        check_place(task, plan.partitions[name], device, view, policy)
        work[name] = expected_work(task, plan.partitions[name], device, view)
    sends: dict[tuple[str, str, str], None] = {}
    frame_sends: dict[tuple[str, str], None] = {}
    for tensor, takers in plan.consumers.items():
        giver = plan.producer.get(tensor)
        for taker in takers:
            target = device_of[taker]
            if giver is None:
                if target != task.home:
                    frame_sends[tensor, target] = None
            elif device_of[giver] != target:
                sends[tensor, device_of[giver], target] = None
    for tensor in task.graph.outputs:
        source = device_of[plan.producer[tensor]]
        if source != task.home:
            sends[tensor, source, task.home] = None
    return Route(plan, tuple(sends), tuple(frame_sends), work)


def check_place(
    task: FleetTask, partition: Partition, device: str, view: HighLevelView, policy: str
) -> None:
    """:raises InvariantError: when a partition cannot run on a device."""
    if device not in view.devices or not view.can_run(task, partition, device):
        raise InvariantError(f'{policy}: {partition.name} of {task.name} cannot run on {device!r}')


def expected_work(
    task: FleetTask, partition: Partition, device: str, view: HighLevelView
) -> tuple[tuple[Resource, int], ...]:
    """Return what waits for a partition, each segment on the unit that is fastest for it."""
    times = view.times_ns(task.graph.name, device)
    on: dict[str, int] = {}
    for segment in partition.segments:
        unit, time_ns = min(times[segment].items(), key=lambda item: item[1])
        on[unit] = on.get(unit, 0) + time_ns
    return work_on(device, on.items())


def work_on(device: str, on: Iterable[tuple[str, int]]) -> tuple[tuple[Resource, int], ...]:
    """Return (resource, time) of (unit, time) on a device."""
    return tuple(((device, unit), time_ns) for unit, time_ns in on)
