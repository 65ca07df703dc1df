# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Blocks of a network on units or devices, one after the other: by dynamic programming."""

from __future__ import annotations

import math
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.backlog import Resource
    from edge_sched_ros.core.high_level.tasks import FleetTask
    from edge_sched_ros.core.high_level.view import HighLevelView
    from edge_sched_ros.policies.high_level.line import Line

#: units that one network is spread over at most
_MOST_UNITS = 8
#: pieces of a network that blocks are made of
MOST_PIECES = 16


@dataclass(frozen=True, slots=True)
class Pipeline:
    """
    Blocks of a line on units.

    :param stages: (piece after the last, unit) of each block
    :param bottleneck: share of its time that the busiest unit or link is busy with all tasks
    :param latency_ns: of a job that meets no other
    """

    stages: tuple[tuple[int, Resource], ...]
    bottleneck: float
    latency_ns: float


def pipelines(
    task: FleetTask,
    line: Line,
    view: HighLevelView,
    resources: Iterable[Resource],
    busy: Mapping[Resource, float],
    most: int,
) -> list[Pipeline]:
    """
    Return good pipelines of one block to so many.

    :param resources: (device, unit), or (device, '') for the fastest unit of each segment
    :param busy: share of its time that each of them, or a link, is busy without the task
    """
    work = {unit: line.pieces_ns(*unit) for unit in resources}
    work = {unit: pieces for unit, pieces in work.items() if min(pieces) < math.inf}
    units = _worth_while(work, busy)
    found: list[Pipeline] = []
    for order in _orders(units, work, task.home):
        found += _in_order(task, line, view, busy, order, work, most)
    return found


def best_of(found: Sequence[Pipeline], deadline_ns: int) -> Pipeline | None:
    """Return the pipeline with the least busy bottleneck of those that keep the deadline."""
    in_time = [one for one in found if one.latency_ns <= deadline_ns]
    if in_time:
        return min(in_time, key=lambda one: (round(one.bottleneck, 6), one.latency_ns))
    return min(found, key=lambda one: one.latency_ns, default=None)


def _worth_while(
    work: Mapping[Resource, list[float]], busy: Mapping[Resource, float]
) -> list[Resource]:
    """Return the units that are fast and little busy, in the order in which they joined."""

    def badness(unit: Resource) -> tuple[float, float]:
        pieces = [ns for ns in work[unit] if ns < math.inf]
        return (len(work[unit]) - len(pieces), sum(pieces) * (1 + busy.get(unit, 0.0)))

    best = set(sorted(work, key=badness)[:_MOST_UNITS])
    return [unit for unit in work if unit in best]


def _orders(
    units: list[Resource], work: Mapping[Resource, list[float]], home: str
) -> list[list[Resource]]:
    """Return orders in which a network may go through units."""
    by_speed = sorted(units, key=lambda unit: sum(min(ns, 1e12) for ns in work[unit]))
    from_home = sorted(units, key=lambda unit: unit[0] != home)
    orders = [units, units[::-1], by_speed, by_speed[::-1], from_home, from_home[::-1]]
    return list({tuple(order): order for order in orders}.values())


def _in_order(
    task: FleetTask,
    line: Line,
    view: HighLevelView,
    busy: Mapping[Resource, float],
    order: Sequence[Resource],
    work: Mapping[Resource, list[float]],
    most: int,
) -> list[Pipeline]:
    """
    Return the best pipeline of each number of blocks that goes through units in an order.

    By dynamic programming over the units: the best way to have the pieces before each place done.
    """
    rate = 1 / (task.period_ns or task.deadline_ns)
    count = len(line)
    #: (blocks, place) -> bottleneck, latency, stages
    best: dict[tuple[int, int], tuple[float, float, tuple[tuple[int, Resource], ...]]] = {
        (0, 0): (0.0, 0.0, ())
    }
    for unit in order:
        pieces, device = work[unit], unit[0]
        found = dict(best)
        for (blocks_so_far, begin), (most_busy, latency, chain) in best.items():
            if blocks_so_far == most:
                continue
            source = chain[-1][1][0] if chain else task.home
            come_ns = view.transfer_ns(source, device, line.nbytes[begin])
            link = view.links.busy_ns(source, device, line.nbytes[begin]) * rate
            time_ns, before = 0.0, busy.get(unit, 0.0)
            for end in range(begin + 1, count + 1):
                time_ns += pieces[end - 1]
                if time_ns == math.inf:
                    break
                one = (
                    max(most_busy, link, before + time_ns * rate),
                    latency + come_ns + time_ns,
                    (*chain, (end, unit)),
                )
                key = (blocks_so_far + 1, end)
                if key not in found or one[:2] < found[key][:2]:
                    found[key] = one
        best = found
    pipelines = []
    for (_, place), (bottleneck, latency, chain) in best.items():
        if place == count:
            home_ns = view.transfer_ns(chain[-1][1][0], task.home, line.nbytes[count])
            pipelines.append(Pipeline(chain, bottleneck, latency + home_ns))
    return pipelines
