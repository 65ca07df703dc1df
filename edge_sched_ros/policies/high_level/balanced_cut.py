# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Blocks of equal time, one per unit: a pipeline."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from typing import TYPE_CHECKING

from edge_sched_ros.core import reasons
from edge_sched_ros.core.high_level.cutting import blocks
from edge_sched_ros.core.high_level.graph import Cut
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.policies.high_level.line import Line
from edge_sched_ros.policies.high_level.placement import Placement
from edge_sched_ros.policies.high_level.re_placing import place_open

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.backlog import Resource
    from edge_sched_ros.core.high_level.job import FleetJob
    from edge_sched_ros.core.high_level.policy import Assignment
    from edge_sched_ros.core.high_level.tasks import FleetTask
    from edge_sched_ros.core.high_level.view import HighLevelView

#: units that one network is spread over at most
_MOST_UNITS = 8
#: pieces of a network that blocks are made of
_MOST_PIECES = 16


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


class BalancedCut:
    """
    Cuts each network so that the busiest unit is as little busy as can be.

    Consecutive frames are worked on at the same time, each unit has its block. Tasks choose one
    after the other when devices come or go, what those before them chose counts; a pipeline that
    keeps the deadline wins over one that does not. Transfers count as blocks of their link.
    """

    name = 'balanced_cut'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = (
        PolicyParameter(
            'max_partitions', 4, 1, 16, 'Into how many partitions a network is cut at most.'
        ),
    )

    def __init__(self, *, max_partitions: int = 4) -> None:
        self._most = max_partitions
        #: task -> its pipeline; (device, unit) or link -> how busy they make it
        self._chosen: dict[str, tuple[Cut, tuple[Resource, ...]] | None] = {}
        self._busy: dict[Resource, float] = {}
        self._of: int | None = None
        self._placements: dict[str, Placement] = {}
        self._placements_of: object = None

    def cuts(self, task: FleetTask, view: HighLevelView) -> Sequence[Cut]:
        """Return the task's pipeline."""
        if self._of != view.devices_version:
            self._of = view.devices_version
            self._chosen, self._busy = {}, {}
        if task.name not in self._chosen:
            self._chosen[task.name] = self._choose(task, view)
        chosen = self._chosen[task.name]
        return () if chosen is None else (chosen[0],)

    def assign(self, job: FleetJob, view: HighLevelView) -> Sequence[Assignment] | str:
        """Return the units of the task's pipeline."""
        if job.cut is not None:
            return place_open(job, view)
        if self._placements_of != view.version:
            self._placements_of = view.version
            self._placements = {}
        placement = self._placements.get(job.task) or self._place(job.spec, view)
        if placement is None:
            return reasons.NO_DEVICE
        return placement.assignments(placement.latest_ns(job))

    def _place(self, task: FleetTask, view: HighLevelView) -> Placement | None:
        chosen = self._chosen.get(task.name)
        plan = None if chosen is None else view.plan_of(task, chosen[0])
        if chosen is None or plan is None:
            return None
        device_of, unit_of = {}, {}
        for part, (device, unit) in zip(chosen[0], chosen[1]):
            device_of[part.name] = device
            unit_of.update(dict.fromkeys(part.segments, unit))
        placement = Placement(task, plan, device_of, view, unit_of)
        self._placements[task.name] = placement
        return placement

    def _choose(
        self, task: FleetTask, view: HighLevelView
    ) -> tuple[Cut, tuple[Resource, ...]] | None:
        line = Line(task, view, _MOST_PIECES)
        found = best_pipeline(task, line, view, self._busy, self._most)
        if found is None:
            return None
        self._note(task, line, found, view)
        ends = [line.places[end] for end, _ in found.stages[:-1]]
        cut = blocks(task.graph, ends)
        last = {part.segments[-1]: part for part in cut}
        # a block with segments of both sorts, at home and not, is more than one partition
        units: dict[str, Resource] = {}
        names = [segment.name for segment in task.graph.segments]
        begin = 0
        for end, unit in found.stages:
            units.update(dict.fromkeys(names[begin : line.places[end]], unit))
            begin = line.places[end]
        return cut, tuple(units[name] for name in last)

    def _note(self, task: FleetTask, line: Line, found: Pipeline, view: HighLevelView) -> None:
        """Add what the pipeline makes units busy with."""
        begin, rate = 0, 1 / (task.period_ns or task.deadline_ns)
        for end, unit in found.stages:
            work_ns = sum(line.pieces_ns(*unit)[begin:end])
            self._busy[unit] = self._busy.get(unit, 0.0) + work_ns * rate
            begin = end


def best_pipeline(
    task: FleetTask,
    line: Line,
    view: HighLevelView,
    busy: dict[Resource, float],
    most: int,
) -> Pipeline | None:
    """Return the pipeline with the least busy bottleneck of those that keep the deadline."""
    work = {
        (name, unit.name): line.pieces_ns(name, unit.name)
        for name, device in view.devices.items()
        for unit in device.offer.units
    }
    work = {unit: pieces for unit, pieces in work.items() if min(pieces) < math.inf}
    units = _worth_while(work, busy)
    found = []
    for order in _orders(units, work, task.home):
        found += _pipelines(task, line, view, busy, order, work, most)
    in_time = [one for one in found if one.latency_ns <= task.deadline_ns]
    if in_time:
        return min(in_time, key=lambda one: (round(one.bottleneck, 6), one.latency_ns))
    return min(found, key=lambda one: one.latency_ns, default=None)


def _worth_while(work: dict[Resource, list[float]], busy: dict[Resource, float]) -> list[Resource]:
    """Return the units that are fast and little busy, in the order in which they joined."""

    def badness(unit: Resource) -> tuple[float, float]:
        pieces = [ns for ns in work[unit] if ns < math.inf]
        return (len(work[unit]) - len(pieces), sum(pieces) * (1 + busy.get(unit, 0.0)))

    best = set(sorted(work, key=badness)[:_MOST_UNITS])
    return [unit for unit in work if unit in best]


def _orders(
    units: list[Resource], work: dict[Resource, list[float]], home: str
) -> list[list[Resource]]:
    """Return orders in which a network may go through units."""
    by_speed = sorted(units, key=lambda unit: sum(min(ns, 1e12) for ns in work[unit]))
    from_home = sorted(units, key=lambda unit: unit[0] != home)
    orders = [units, units[::-1], by_speed, by_speed[::-1], from_home, from_home[::-1]]
    return list({tuple(order): order for order in orders}.values())


def _pipelines(
    task: FleetTask,
    line: Line,
    view: HighLevelView,
    busy: dict[Resource, float],
    order: Sequence[Resource],
    work: dict[Resource, list[float]],
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


POLICY = BalancedCut
