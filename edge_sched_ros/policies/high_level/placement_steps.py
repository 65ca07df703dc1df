# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A partition on its device: the ways to run it, and the tensors it waits for."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.backlog import Resource
    from edge_sched_ros.core.high_level.graph import Partition
    from edge_sched_ros.core.high_level.tasks import FleetTask
    from edge_sched_ros.core.high_level.view import HighLevelView

#: (resource, time) one after the other
Work = tuple[tuple['Resource', int], ...]
#: units whose times differ by less count as equal: what was learned of equal units differs, too
ALIKE = 1.1


@dataclass(frozen=True, slots=True)
class Need:
    """
    A tensor that a partition (or the home device) waits for.

    :param giver: index of the partition that gives it; -1: it comes with the frame
    :param link: what it crosses; ``None`` within a device
    :param busy_ns: how long it keeps the link busy
    :param latency_ns: until it is there, after that
    """

    tensor: str
    giver: int
    link: Resource | None
    busy_ns: int
    latency_ns: int


@dataclass(frozen=True, slots=True)
class Step:
    """
    A partition on its device.

    :param options: ways to run it, each (resource, time) one after the other: first each segment
        where it is fastest, or where ``unit_of`` says; then all on one unit
    :param unit_of: segment -> unit, where the policy wants to choose that
    :param units: segment -> unit, of each option
    :param alike: whether all options take nearly the same time, so that it does not matter which
    """

    partition: Partition
    device: str
    options: tuple[Work, ...]
    needs: tuple[Need, ...]
    unit_of: tuple[tuple[str, str], ...]
    units: tuple[tuple[tuple[str, str], ...], ...]
    alike: bool


def make_step(
    task: FleetTask,
    part: Partition,
    device: str,
    view: HighLevelView,
    unit_of: Mapping[str, str],
    need: Callable[[str, str], Need],
) -> Step:
    """
    Return a partition on a device.

    :param unit_of: segment -> unit, where the policy wants to choose that
    :param need: (tensor, device) -> how the tensor comes there
    """
    needs = tuple(need(tensor, device) for tensor in part.inputs)
    times = view.times_ns(task.graph.name, device)
    pinned = tuple((name, unit_of[name]) for name in part.segments if name in unit_of)
    best = [
        unit_of.get(name) or min(times[name], key=times[name].__getitem__)
        for name in part.segments
    ]
    options = [_work(device, part, best, times, view)]
    units = [tuple(zip(part.segments, best))]
    if not pinned:
        every = set(times[part.segments[0]]).intersection(*(times[n] for n in part.segments))
        for unit in sorted(every):
            if any(unit != one for one in best):
                options.append(_work(device, part, [unit] * len(best), times, view))
                units.append(tuple((name, unit) for name in part.segments))
    lengths = [sum(ns for _, ns in work) for work in options]
    alike = not pinned and max(lengths) <= ALIKE * min(lengths)
    return Step(part, device, tuple(options), needs, pinned, tuple(units), alike)


def _work(
    device: str,
    part: Partition,
    units: Sequence[str],
    times: Mapping[str, Mapping[str, int]],
    view: HighLevelView,
) -> Work:
    """Return what segments take on these units, hand-over included."""
    runs: list[tuple[str, int]] = []
    for segment, unit in zip(part.segments, units):
        time_ns = times[segment][unit]
        if runs and runs[-1][0] == unit:
            runs[-1] = (unit, runs[-1][1] + time_ns)
        else:
            hand_over_ns = view.hand_over_ns(device, runs[-1][0], unit) if runs else 0
            runs.append((unit, time_ns + hand_over_ns))
    return tuple(((device, unit), time_ns) for unit, time_ns in runs)
