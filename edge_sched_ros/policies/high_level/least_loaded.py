# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every job whole on the device that has the least to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar
from typing import TYPE_CHECKING

from edge_sched_ros.core import reasons
from edge_sched_ros.core.high_level.cutting import whole
from edge_sched_ros.core.high_level.graph import Cut
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.policies.high_level.kept import Kept
from edge_sched_ros.policies.high_level.placement import Placement
from edge_sched_ros.policies.high_level.placement import whole_placements
from edge_sched_ros.policies.high_level.re_placing import place_open

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.job import FleetJob
    from edge_sched_ros.core.high_level.policy import Assignment
    from edge_sched_ros.core.high_level.tasks import FleetTask
    from edge_sched_ros.core.high_level.view import HighLevelView


class LeastLoaded:
    """
    Runs each job whole on the device whose units are free first; the faster one among equals.

    Reads what devices say of themselves, and what is in flight, and no cost of links but that of
    equals: simple, and good where devices are alike.
    """

    name = 'least_loaded'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = ()

    def __init__(self) -> None:
        self._placements = Kept(whole_placements)

    def cuts(self, task: FleetTask, view: HighLevelView) -> Sequence[Cut]:
        """Return the network in one piece, where a device can run that."""
        cut = whole(task.graph)
        return (cut,) if view.runs_somewhere(task, cut) else ()

    def prepare(self, task: FleetTask, view: HighLevelView) -> bool:
        """Work out what jobs of a task need."""
        return self._placements.prepare(task, view)

    def assign(self, job: FleetJob, view: HighLevelView) -> Sequence[Assignment] | str:
        """Return the device with the least to do."""
        if job.cut is not None:
            return place_open(job, view)
        found = self._placements.of(job.spec, view)
        if not found:
            return reasons.NO_DEVICE
        best = min(found, key=lambda one: (_begin_ns(one, view), one.alone_ns))
        return best.assignments(best.latest_ns(job))


def _begin_ns(placement: Placement, view: HighLevelView) -> int:
    """Return when every partition could begin if its inputs were there."""
    return max(
        min(view.free_ns(option[0][0]) for option in step.options) for step in placement.steps
    )


POLICY = LeastLoaded
