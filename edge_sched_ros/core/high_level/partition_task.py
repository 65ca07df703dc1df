# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A partition as a task of a device's own dispatcher, alike on a robot and in the simulator."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence

from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec

#: the only variant: its stages are the partition's segments
PARTITION_VARIANT = 'base'
#: the coordinator decides how much waits on a device, not the queue
_QUEUE_DEPTH = 10_000
#: of jobs whose own deadline does not count, since each brings its own
_ANY_DEADLINE_NS = 1_000_000_000


def partition_task_name(
    task: str, network: str, segments: Sequence[str], unit_of: Iterable[tuple[str, str]]
) -> str:
    """
    Return the name of the task that runs a partition.

    Every task of the coordinator has tasks of its own on a device, also where two run one network:
    they differ in priority, and one's jobs may not keep the other's from starting.

    :param task: of the coordinator
    :param unit_of: segment -> unit that the coordinator wants it on
    """
    name = f'{task}/{network}/{segments[0]}'
    if len(segments) > 1:
        name += f'..{segments[-1]}({len(segments)})'
    pins = ','.join(f'{segment}:{unit}' for segment, unit in unit_of)
    return f'{name}@{pins}' if pins else name


def partition_task_spec(
    name: str,
    segments: Iterable[tuple[str, Mapping[str, int]]],
    priority: int = 0,
    *,
    hang_group: str = '',
) -> TaskSpec:
    """
    Return the task that runs a partition; its stream has the same name.

    Policies that start a stage on the first idle unit take the fastest: units stand in the order
    of their costs.

    No job is dropped because a newer one was faster: a partition is one of several of a job, and
    only the coordinator knows whether the job is still worth it. As many jobs may have started as
    there are units for them.

    :param name: unique on the device
    :param segments: in the order they run, each with the units that can run it and the time there
        in nanoseconds; 0 where that is not known
    :param hang_group: the network, so that its other partitions wait, too, when a call hangs
    """
    stages = tuple(
        StageSpec(segment, tuple(sorted(on, key=lambda unit: (on[unit], unit))))
        for segment, on in segments
    )
    return TaskSpec(
        name=name,
        variants=(VariantSpec(PARTITION_VARIANT, stages),),
        deadline_ns=_ANY_DEADLINE_NS,
        stream=name,
        priority=priority,
        queue_depth=_QUEUE_DEPTH,
        max_in_flight=max(1, len({unit for stage in stages for unit in stage.units})),
        drop_overtaken=False,
        hang_group=hang_group,
    )
