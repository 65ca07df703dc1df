# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Blocks of equal time, one per unit: a pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar
from typing import TYPE_CHECKING

from edge_sched_ros.core import reasons
from edge_sched_ros.core.high_level.cutting import blocks
from edge_sched_ros.core.high_level.graph import Cut
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.policies.high_level.kept import Kept
from edge_sched_ros.policies.high_level.line import Line
from edge_sched_ros.policies.high_level.pipelines import best_of
from edge_sched_ros.policies.high_level.pipelines import MOST_PIECES
from edge_sched_ros.policies.high_level.pipelines import Pipeline
from edge_sched_ros.policies.high_level.pipelines import pipelines
from edge_sched_ros.policies.high_level.placement import Placement
from edge_sched_ros.policies.high_level.re_placing import place_open

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.backlog import Resource
    from edge_sched_ros.core.high_level.job import FleetJob
    from edge_sched_ros.core.high_level.policy import Assignment
    from edge_sched_ros.core.high_level.tasks import FleetTask
    from edge_sched_ros.core.high_level.view import HighLevelView


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
        #: key of a task -> its pipeline; (device, unit) or link -> how busy they make it
        self._chosen: dict[str, tuple[Cut, tuple[Resource, ...]] | None] = {}
        self._busy: dict[Resource, float] = {}
        self._of: int | None = None
        self._placements = Kept(self._place)

    def cuts(self, task: FleetTask, view: HighLevelView) -> Sequence[Cut]:
        """Return the task's pipeline."""
        if self._of != view.devices_version:
            self._of = view.devices_version
            self._chosen, self._busy = {}, {}
        if task.key not in self._chosen:
            self._chosen[task.key] = self._choose(task, view)
        chosen = self._chosen[task.key]
        return () if chosen is None else (chosen[0],)

    def prepare(self, task: FleetTask, view: HighLevelView) -> bool:
        """Work out what jobs of a task need."""
        return self._placements.prepare(task, view)

    def assign(self, job: FleetJob, view: HighLevelView) -> Sequence[Assignment] | str:
        """Return the units of the task's pipeline."""
        if job.cut is not None:
            return place_open(job, view)
        placement = self._placements.of(job.spec, view)
        if placement is None:
            return reasons.NO_DEVICE
        return placement.assignments(placement.latest_ns(job))

    def _place(self, task: FleetTask, view: HighLevelView) -> Placement | None:
        chosen = self._chosen.get(task.key)
        plan = None if chosen is None else view.plan_of(task, chosen[0])
        if chosen is None or plan is None:
            return None
        device_of, unit_of = {}, {}
        for part, (device, unit) in zip(chosen[0], chosen[1]):
            device_of[part.name] = device
            unit_of.update(dict.fromkeys(part.segments, unit))
        return Placement(task, plan, device_of, view, unit_of)

    def _choose(
        self, task: FleetTask, view: HighLevelView
    ) -> tuple[Cut, tuple[Resource, ...]] | None:
        line = Line(task, view, MOST_PIECES)
        every_unit = [
            (name, u.name) for name, one in view.devices.items() for u in one.offer.units
        ]
        possible = pipelines(task, line, view, every_unit, self._busy, self._most)
        found = best_of(possible, task.deadline_ns)
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


POLICY = BalancedCut
