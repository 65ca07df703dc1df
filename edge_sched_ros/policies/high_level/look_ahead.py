# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Our own: for each job the cut and the devices with which it should be answered first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar
from typing import TYPE_CHECKING

from edge_sched_ros.core import reasons
from edge_sched_ros.core.high_level.graph import Cut
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.policies.high_level.candidates import Cuts
from edge_sched_ros.policies.high_level.candidates import placements_of
from edge_sched_ros.policies.high_level.kept import Kept
from edge_sched_ros.policies.high_level.re_placing import place_open
from edge_sched_ros.policies.high_level.variant_choice import HYSTERESIS
from edge_sched_ros.policies.high_level.variant_choice import VariantChoice

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.backlog import Resource
    from edge_sched_ros.core.high_level.job import FleetJob
    from edge_sched_ros.core.high_level.policy import Assignment
    from edge_sched_ros.core.high_level.tasks import FleetTask
    from edge_sched_ros.core.high_level.view import HighLevelView
    from edge_sched_ros.policies.high_level.placement import Placement

#: a job that cannot be on time is tried all the same after so many that were dropped for it
_TRY_AGAIN = 8


class LookAhead:
    """
    Walks each job through what waits everywhere, for every placement worth while.

    Placements are the whole network on each device, and cuts that make a job shorter or the
    busiest device less busy; they are worked out when devices, costs or links change. For each
    job they are tried in the order of their time alone: through what each unit runs before it (by
    priority and deadline: what is in flight, and what devices say of themselves), the units' times
    for the partitions, and the links. No placement is tried that could not win even if nothing
    waited. So a network is cut only where that helps this job, and trying costs little while
    little is going on. Of the variants of a network, the best one that makes the deadline so.
    """

    name = 'look_ahead'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = (
        PolicyParameter(
            'max_partitions', 4, 1, 8, 'Into how many partitions a network is cut at most.'
        ),
        PolicyParameter(
            'gain', 0.03, 0.0, 1.0,
            'Share of its time that a job must gain by one more partition or device.',
        ),
        PolicyParameter(
            'pin_units', True, 0, 1, "Whether it chooses units as well, not the device's policy."
        ),
        PolicyParameter(
            'drop_late', False, 0, 1, 'Whether jobs that cannot be on time are dropped.'
        ),
        HYSTERESIS,
    )  # fmt: skip
    chooses_variants = True

    def __init__(
        self,
        *,
        max_partitions: int = 4,
        gain: float = 0.03,
        pin_units: bool = True,
        drop_late: bool = False,
        hysteresis: float = 0.1,
    ) -> None:
        self._cuts = Cuts(max_partitions)
        self._gain = gain
        self._pin_units = pin_units
        self._drop_late = drop_late
        #: a task's placements, the cheapest first when nothing waits, with that cost and the
        #: factor from time to cost
        self._placements = Kept(self._by_cost)
        self._variants = VariantChoice(hysteresis)

    def cuts(self, task: FleetTask, view: HighLevelView) -> Sequence[Cut]:
        """Return the whole network, and cuts that can help."""
        return self._cuts.of(task, view)

    def prepare(self, task: FleetTask, view: HighLevelView) -> bool:
        """Work out what jobs of a task need."""
        return self._placements.prepare(task, view)

    def assign(self, job: FleetJob, view: HighLevelView) -> Sequence[Assignment] | str:
        """Return the devices with which the job should be answered first."""
        if job.cut is not None:
            return place_open(job, view)
        found = self._variants.of(job, view, self._walk)
        if found is None:
            return reasons.NO_DEVICE
        finish_ns, (best, chosen) = found
        if self._drop_late and finish_ns > job.deadline_ns and not _tries_again(job, view):
            return reasons.DEADLINE_UNREACHABLE
        return best.assignments(best.latest_ns(job), chosen, pinned=self._pin_units)

    def _walk(
        self, job: FleetJob, task: FleetTask, view: HighLevelView
    ) -> tuple[int, tuple[Placement, list[int]]] | None:
        placements = self._placements.of(task, view)
        return self._best(job, placements, view) if placements else None

    def _by_cost(
        self, task: FleetTask, view: HighLevelView
    ) -> list[tuple[float, float, Placement]]:
        """Return placements by what they cost when nothing waits."""
        found = []
        for placement in placements_of(task, view):
            factor = 1 + self._gain * (len(placement.steps) - 1)
            found.append((placement.alone_ns * factor, factor, placement))
        return sorted(found, key=lambda one: one[0])

    def _best(
        self,
        job: FleetJob,
        placements: Sequence[tuple[float, float, Placement]],
        view: HighLevelView,
    ) -> tuple[int, tuple[Placement, list[int]]]:
        """Return when the best placement ends, it, and the options its partitions take."""
        now_ns, frame = view.now_ns, job.frame
        known: dict[Resource, int] = {}

        def free_ns(resource: Resource) -> int:
            found = known.get(resource)
            if found is None:
                found = known[resource] = view.free_before_ns(resource, job)
            return found

        limit = math.inf
        for least, factor, placement in placements:
            if least >= limit:
                break
            options: list[int] = []
            end_ns = placement.finish_ns(free_ns, now_ns, frame, options)
            cost = (end_ns - now_ns) * factor
            if cost < limit:
                limit, finish_ns, best, chosen = cost, end_ns, placement, options
        return finish_ns, (best, chosen)


def _tries_again(job: FleetJob, view: HighLevelView) -> bool:
    """Return whether a job runs though it should be late, as costs may be others than expected."""
    in_a_row = view.accounts[job.task].unreachable_in_a_row
    if in_a_row % _TRY_AGAIN < _TRY_AGAIN - 1:
        return False
    return not any(one.task == job.task and one.state == 'active' for one in view.jobs.values())


POLICY = LookAhead
