# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the slots of all units are taken by, as far as it is known: a look a few stages ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

from edge_sched_ros.core.job import Job
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.placement import Allowed

#: a stage: number of the lane, begin and end in nanoseconds
Place = tuple[int, int, int]


@dataclass(slots=True)
class Lane:
    """One slot of a unit; ``taken`` are spans in nanoseconds, in any order."""

    unit: str
    taken: list[tuple[int, int]] = field(default_factory=list)

    def end_ns(self, ready_ns: int, cost_ns: int) -> int:
        """Return when a stage ends that is put into the first gap it fits in."""
        for begin_ns, end_ns in sorted(self.taken):
            if ready_ns + cost_ns <= begin_ns:
                break
            ready_ns = max(ready_ns, end_ns)
        return ready_ns + cost_ns


class Lanes:
    """
    The slots of all available units, at first taken by the jobs that have begun.

    :param allowed: narrows the units of a job's next stage
    """

    def __init__(self, view: View, allowed: Allowed | None = None) -> None:
        self._view = view
        self._allowed = allowed
        self._lanes = [
            Lane(name)
            for name, unit in view.units.items()
            if unit.state == AVAILABLE
            for _ in range(unit.slots)
        ]
        numbers: dict[str, list[int]] = {}
        for number, lane in enumerate(self._lanes):
            numbers.setdefault(lane.unit, []).append(number)
        #: job -> when its stage that runs now should end
        self._due_ns: dict[int, int] = {}
        for name, lanes in numbers.items():
            for number, (job_id, running) in zip(lanes, view.units[name].running.items()):
                due_ns = self._due_ns[job_id] = max(view.now_ns, running.due_ns)
                self._lanes[number].taken.append((view.now_ns, due_ns))
        for job in view.jobs.values():
            if job.started:
                self.take(self.rest_of(job))

    def copy(self) -> Lanes:
        """Return lanes of their own that are taken by the same."""
        other = Lanes.__new__(Lanes)
        other._view, other._allowed, other._due_ns = self._view, self._allowed, self._due_ns
        other._lanes = [Lane(lane.unit, lane.taken.copy()) for lane in self._lanes]
        return other

    def take(self, places: list[Place]) -> None:
        """Let stages have their places."""
        for number, begin_ns, end_ns in places:
            self._lanes[number].taken.append((begin_ns, end_ns))

    def rest_of(self, job: Job) -> list[Place]:
        """Return the places of what a job that has begun still has to do."""
        due_ns = self._due_ns.get(job.id)
        if due_ns is None:
            return self.place(job, self._view.now_ns, first=job.stage_index)
        return self.place(job, due_ns, first=job.stage_index + 1)

    def place(
        self, job: Job, ready_ns: int, *, first: int = 0, unit: str | None = None
    ) -> list[Place]:
        """
        Return the places of a job's stages where each ends first, its first variant foreseen.

        :param first: index of the first stage to place
        :param unit: where that one runs; any that may where absent
        """
        view, found, now_at = self._view, list[Place](), job.stage_index
        for index in range(first, len(job.variant.stages)):
            stage = job.variant.stages[index]
            names: Sequence[str] = stage.units
            if unit is not None and index == first:
                names = (unit,)
            elif self._allowed is not None:
                job.go_to(index)
                names = self._allowed(job)
                job.go_to(now_at)
            costs = dict(zip(names, view.costs_ns(job, stage, names)))
            ends = [
                (lane.end_ns(ready_ns, costs[lane.unit]), number)
                for number, lane in enumerate(self._lanes)
                if lane.unit in costs
            ]
            if ends:
                end_ns, number = min(ends)
                found.append((number, end_ns - costs[self._lanes[number].unit], end_ns))
                ready_ns = end_ns
        return found
