# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Partitions of a network in an order of importance, each with the units it may run on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.backlog import Resource
    from edge_sched_ros.core.high_level.cut_plan import CutPlan
    from edge_sched_ros.core.high_level.graph import Partition
    from edge_sched_ros.core.high_level.tasks import FleetTask
    from edge_sched_ros.core.high_level.view import HighLevelView


@dataclass(frozen=True, slots=True)
class Option:
    """
    A unit that a partition may run on.

    :param after_ns: what bringing an answer home takes after it
    """

    resource: Resource
    device: str
    work_ns: int
    after_ns: int


@dataclass(frozen=True, slots=True)
class Entry:
    """
    A partition with its options, the fastest first.

    :param needs: (index of the entry that gives it, or -1 for the frame; tensor; bytes)
    :param share: how much of the critical path has passed when it ends, 0..1
    :param after_ns: the rest of the critical path after it
    """

    name: str
    options: tuple[Option, ...]
    needs: tuple[tuple[int, str, int], ...]
    share: float
    after_ns: int


def entries_of(task: FleetTask, plan: CutPlan, view: HighLevelView) -> tuple[Entry, ...]:
    """
    Return the partitions of a cut, that with the longest way to the answer first.

    An entry without options has no unit that can run it. Source of the order: upward ranks as in
    HEFT (Topcuoglu et al., IEEE TPDS 2002).
    """
    options = {name: _options(task, plan, part, view) for name, part in plan.partitions.items()}
    mean_ns = {
        name: sum(one.work_ns for one in found) // max(1, len(found))
        for name, found in options.items()
    }
    way_ns = {
        tensor: _way_ns(plan.nbytes(tensor), view)
        for part in plan.partitions.values()
        for tensor in (*part.inputs, *part.outputs)
    }
    ranks, ends_ns = _ranks(plan, mean_ns, way_ns), _ends(plan, mean_ns, way_ns)
    whole_ns = max(ranks.values())
    # a partition's rank is above those of what takes its tensors: the order is topological;
    # of partitions that take no time, the plan's own order is
    order = sorted(plan.partitions, key=lambda name: -ranks[name])
    index = {name: number for number, name in enumerate(order)}
    return tuple(
        Entry(
            name,
            options[name],
            tuple(
                (index[plan.producer[t]] if t in plan.producer else -1, t, plan.nbytes(t))
                for t in plan.partitions[name].inputs
            ),
            min(1.0, ends_ns[name] / whole_ns) if whole_ns else 1.0,
            ranks[name] - mean_ns[name],
        )
        for name in order
    )


def _options(
    task: FleetTask, plan: CutPlan, part: Partition, view: HighLevelView
) -> tuple[Option, ...]:
    """Return the units that can run all segments of a partition, the fastest first."""
    answers = [tensor for tensor in part.outputs if tensor in task.graph.outputs]
    found = []
    for device in view.devices:
        if not view.can_run(task, part, device):
            continue
        home_ns = [view.transfer_ns(device, task.home, plan.nbytes(t)) for t in answers]
        times = view.times_ns(task.graph.name, device)
        units = set(times[part.segments[0]]).intersection(*(times[n] for n in part.segments))
        for unit in sorted(units):
            work_ns = sum(times[name][unit] for name in part.segments)
            found.append(Option((device, unit), device, work_ns, max(home_ns, default=0)))
    return tuple(sorted(found, key=lambda option: option.work_ns))


def _way_ns(nbytes: int, view: HighLevelView) -> int:
    """Return what sending a tensor takes, the mean over links."""
    pairs = [(a, b) for a in view.devices for b in view.devices if a != b]
    total = sum(view.transfer_ns(a, b, nbytes) for a, b in pairs)
    # within a device it takes nothing
    return total // max(1, len(view.devices) ** 2)


def _ranks(plan: CutPlan, mean_ns: Mapping[str, int], way_ns: Mapping[str, int]) -> dict[str, int]:
    """Return the length of the longest way from each partition to the answer."""
    ranks: dict[str, int] = {}
    for name in reversed(plan.partitions):
        after = [
            way_ns[tensor] + ranks[taker]
            for tensor in plan.partitions[name].outputs
            for taker in plan.consumers.get(tensor, ())
        ]
        ranks[name] = mean_ns[name] + max(after, default=0) + 1
    return ranks


def _ends(plan: CutPlan, mean_ns: Mapping[str, int], way_ns: Mapping[str, int]) -> dict[str, int]:
    """Return the length of the longest way from the frame to the end of each partition."""
    ends: dict[str, int] = {}
    for name, part in plan.partitions.items():
        before = [
            ends[plan.producer[tensor]] + way_ns[tensor]
            for tensor in part.inputs
            if tensor in plan.producer
        ]
        ends[name] = mean_ns[name] + max(before, default=0)
    return ends
