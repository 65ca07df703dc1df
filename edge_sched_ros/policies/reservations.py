# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Shared by policies that look ahead: units reserved for jobs that have not started yet."""

from __future__ import annotations

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.placement import run


class Reservations:
    """
    The time when each unit becomes free, by its running stages and reservations.

    A job may reserve a busy unit that is faster than the idle ones even with the wait; then it is
    not started now, and the unit stays reserved during this decision.
    """

    def __init__(self, view: View) -> None:
        self._view = view
        self.free_ns = {
            name: unit.free_at_ns(view.now_ns)
            for name, unit in view.units.items()
            if unit.state == AVAILABLE
        }
        #: idle units without a start so far
        self.idle = {
            name
            for name, free_ns in self.free_ns.items()
            if free_ns <= view.now_ns and view.units[name].idle
        }
        self.decisions: list[Decision] = []

    def finish_ns(self, job: Job, unit: str) -> int:
        """Return the time when the job's next stage would end on a unit."""
        return self.free_ns[unit] + self._view.cost_ns(job, job.stage, unit)

    def best(self, job: Job) -> tuple[int, str] | None:
        """Return the earliest end of the job's next stage and its unit, if any can run it."""
        found = [
            (self.finish_ns(job, name), name) for name in job.stage.units if name in self.free_ns
        ]
        return min(found, default=None, key=lambda entry: (entry[0], entry[1] != job.unit))

    def place(self, job: Job, unit: str) -> None:
        """Reserve a unit for a job, and start the job if the unit is idle."""
        if unit in self.idle and self.free_ns[unit] <= self._view.now_ns:
            self.decisions.append(run(job, unit))
            self.idle.remove(unit)
        self.free_ns[unit] = self.finish_ns(job, unit)
