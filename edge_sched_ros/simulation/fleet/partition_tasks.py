# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Partitions as tasks of a device's own dispatcher: their segments are its stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edge_sched_ros.core.high_level.decisions import Push
from edge_sched_ros.core.high_level.graph import Partition
from edge_sched_ros.core.high_level.partition_task import partition_task_name
from edge_sched_ros.core.high_level.partition_task import partition_task_spec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.simulation.fleet.system import FleetDevice
from edge_sched_ros.system.system import RunCost


@dataclass(frozen=True, slots=True)
class PartitionTask:
    """
    A partition on a device.

    :param spec: the task of the device's dispatcher
    :param costs: (segment, unit) -> what it really takes
    :param index: segment -> its place in the network
    """

    spec: TaskSpec
    network: str
    costs: Mapping[tuple[str, str], RunCost]
    index: Mapping[str, int]


def name_of(push: Push, partition: Partition) -> str:
    """Return the name of the task that runs a pushed partition."""
    return partition_task_name(push.task, push.network, partition.segments, push.unit_of)


def partition_task(
    push: Push, partition: Partition, device: FleetDevice, network: str
) -> PartitionTask | str:
    """
    Return the task that runs a partition on a device, or which segment cannot run there.

    A segment that the coordinator wants on a unit has that unit alone.
    """
    wanted = dict(push.unit_of)
    times_ns: list[tuple[str, dict[str, int]]] = []
    costs: dict[tuple[str, str], RunCost] = {}
    for segment in partition.segments:
        on = device.costs.get((network, segment), {})
        if segment in wanted:
            on = {unit: cost for unit, cost in on.items() if unit == wanted[segment]}
        if not on:
            return segment
        times_ns.append((segment, {unit: cost.latency_ns for unit, cost in on.items()}))
        costs.update({(segment, unit): cost for unit, cost in on.items()})
    spec = partition_task_spec(
        name_of(push, partition), times_ns, push.priority, hang_group=network
    )
    order = device.order[network]
    return PartitionTask(
        spec, network, costs, {segment: order[segment] for segment in partition.segments}
    )
