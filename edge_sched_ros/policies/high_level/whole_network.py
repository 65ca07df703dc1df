# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every network whole on one device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar
from typing import TYPE_CHECKING

from edge_sched_ros.core import reasons
from edge_sched_ros.core.high_level.cutting import whole
from edge_sched_ros.core.high_level.graph import Cut
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.policies.high_level.placement import Placement
from edge_sched_ros.policies.high_level.placement import whole_placements
from edge_sched_ros.policies.high_level.re_placing import place_open

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.backlog import Resource
    from edge_sched_ros.core.high_level.job import FleetJob
    from edge_sched_ros.core.high_level.policy import Assignment
    from edge_sched_ros.core.high_level.tasks import FleetTask
    from edge_sched_ros.core.high_level.view import HighLevelView


class WholeNetwork:
    """
    Runs each task whole on the device where it finishes first when all tasks start together.

    Tasks choose one after the other, what those before them chose counts; they choose again when
    devices come or go. Segments that must stay at home do. This is what a robot without cuts does,
    and the baseline for the others.
    """

    name = 'whole_network'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = ()

    def __init__(self) -> None:
        self._of: object = None
        #: task -> where its jobs run
        self._placements: dict[str, Placement] = {}

    def cuts(self, task: FleetTask, view: HighLevelView) -> Sequence[Cut]:
        """Return the network in one piece, where a device can run that."""
        cut = whole(task.graph)
        return (cut,) if view.runs_somewhere(task, cut) else ()

    def assign(self, job: FleetJob, view: HighLevelView) -> Sequence[Assignment] | str:
        """Return the task's device."""
        if job.cut is not None:
            return place_open(job, view)
        self.prepare(job.spec, view)
        placement = self._placements.get(job.task)
        if placement is None:
            return reasons.NO_DEVICE
        return placement.assignments(placement.latest_ns(job))

    def prepare(self, task: FleetTask, view: HighLevelView) -> bool:
        """Choose the devices of all tasks, if these have come or gone."""
        del task
        if self._of == view.devices_version:
            return False
        self._of = view.devices_version
        self._choose(view)
        return True

    def _choose(self, view: HighLevelView) -> None:
        self._placements = {}
        waiting: dict[Resource, int] = {}
        for task in view.tasks.values():
            best: tuple[int, Placement] | None = None
            for placement in whole_placements(task, view):
                finish_ns = placement.begun_with_ns(waiting)
                if best is None or finish_ns < best[0]:
                    best = (finish_ns, placement)
            if best is not None:
                self._placements[task.name] = best[1]
                for step in best[1].steps:
                    for resource, work_ns in step.options[0]:
                        waiting[resource] = waiting.get(resource, 0) + work_ns


POLICY = WholeNetwork
