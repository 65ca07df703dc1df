# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The expected occupation of the slots of all units, a few stages ahead."""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence

from edge_sched_ros.core.job import Job
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.placement import Allowed

#: a stage: number of the lane, start and end in nanoseconds
Place = tuple[int, int, int]


class Lanes:
    """
    The slots of all available units, at first occupied by the started jobs.

    :param allowed: narrows the units of a job's next stage
    :param source: lanes to copy
    """

    def __init__(
        self, view: View, allowed: Allowed | None = None, source: Lanes | None = None
    ) -> None:
        self._view = view
        self._allowed = allowed
        #: by lane: spans in nanoseconds, in order
        self._taken: list[list[tuple[int, int]]] = []
        #: unit -> its lanes
        self._of_unit: dict[str, range] = {}
        #: job -> expected end of its running stage
        self._due_ns: dict[int, int] = {}
        if source is None:
            self._occupy(view)
        else:
            self._taken = [spans.copy() for spans in source._taken]
            self._of_unit, self._due_ns = source._of_unit, source._due_ns

    def _occupy(self, view: View) -> None:
        now_ns = view.now_ns
        for name, unit in view.units.items():
            if unit.state != AVAILABLE:
                continue
            first = len(self._taken)
            for job_id, running in unit.running.items():
                due_ns = self._due_ns[job_id] = max(now_ns, running.due_ns)
                if len(self._taken) - first < unit.slots:
                    self._taken.append([])
                # in the slot of the stages handed over before, if the unit has no more
                spans = self._taken[-1]
                spans.append((spans[-1][1] if spans else now_ns, due_ns))
            self._taken += [[] for _ in range(unit.slots + first - len(self._taken))]
            self._of_unit[name] = range(first, len(self._taken))
        for job in view.jobs.values():
            if job.started:
                self.take(self.rest_of(job))

    def copy(self) -> Lanes:
        """Return a copy."""
        return Lanes(self._view, self._allowed, self)

    def take(self, places: list[Place]) -> None:
        """Occupy the places of stages."""
        for number, begin_ns, end_ns in places:
            insort(self._taken[number], (begin_ns, end_ns))

    def rest_of(self, job: Job) -> list[Place]:
        """Return the places of the remaining stages of a started job."""
        due_ns = self._due_ns.get(job.id)
        if due_ns is None:
            return self.place(job, self._view.now_ns, first=job.stage_index)
        return self.place(job, due_ns, first=job.stage_index + 1)

    def place(
        self, job: Job, ready_ns: int, *, first: int = 0, unit: str | None = None
    ) -> list[Place]:
        """
        Return the places of a job's stages where each ends first, assuming its first variant.

        :param first: index of the first stage to place
        :param unit: unit of the first stage; by default any possible one
        """
        view, found, now_at = self._view, list[Place](), job.stage_index
        stages = job.variant.stages
        for index in range(first, len(stages)):
            stage = stages[index]
            names: Sequence[str] = stage.units
            if unit is not None and index == first:
                names = (unit,)
            elif self._allowed is not None:
                job.go_to(index)
                names = self._allowed(job)
                job.go_to(now_at)
            place = self._first_end(names, view.costs_ns(job, stage, names), ready_ns)
            if place is not None:
                found.append(place)
                ready_ns = place[2]
        return found

    def _first_end(
        self, names: Sequence[str], costs_ns: Sequence[int], ready_ns: int
    ) -> Place | None:
        """Return the place with the earliest end, in the first fitting gap of a lane."""
        taken, best = self._taken, None
        best_ns = best_number = 0
        for name, cost_ns in zip(names, costs_ns):
            if best is not None and ready_ns + cost_ns > best_ns:
                continue  # not even on an empty unit
            for number in self._of_unit.get(name, ()):
                begin_ns = ready_ns
                for from_ns, until_ns in taken[number]:
                    if begin_ns + cost_ns <= from_ns:
                        break
                    if until_ns > begin_ns:
                        begin_ns = until_ns
                end_ns = begin_ns + cost_ns
                if best is None or (end_ns, number) < (best_ns, best_number):
                    best_ns, best_number = end_ns, number
                    best = (number, begin_ns, end_ns)
        return best
