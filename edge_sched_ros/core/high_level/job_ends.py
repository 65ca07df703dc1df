# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How jobs in flight end: answered, overtaken, failed, given up."""

from __future__ import annotations

from edge_sched_ros.core import reasons
from edge_sched_ros.core.decisions import WakeAt
from edge_sched_ros.core.high_level.backlog import Backlog
from edge_sched_ros.core.high_level.decisions import Cancel
from edge_sched_ros.core.high_level.decisions import HighLevelDecision
from edge_sched_ros.core.high_level.job import FleetJob
from edge_sched_ros.core.high_level.job_table import FleetJobTable
from edge_sched_ros.core.high_level.tensor_flow import TensorFlow

#: a job that no device answers for is given up after so many deadlines, and not before this
_PATIENCE, _PATIENCE_NS = 10, 5_000_000_000


class JobEnds:
    """Ends jobs that have devices, and lets these forget what they have not done."""

    def __init__(self, table: FleetJobTable, flow: TensorFlow, backlog: Backlog) -> None:
        self._table = table
        self._flow = flow
        self._backlog = backlog
        #: the wake-up the driver has been asked for and that has not come yet
        self._armed_ns: int | None = None

    def expect_answer(self, job: FleetJob, now_ns: int, out: list[HighLevelDecision]) -> None:
        """Have a job that starts given up when nobody answers for it."""
        patience_ns = max(_PATIENCE * job.spec.deadline_ns, _PATIENCE_NS)
        job.answer_due_ns = now_ns + patience_ns
        if self._armed_ns is None:
            self._wake_at(job.answer_due_ns, out)

    def complete_if_answered(
        self, job: FleetJob, now_ns: int, out: list[HighLevelDecision]
    ) -> None:
        """Complete a job whose outputs are all at home; older ones of its task are overtaken."""
        if job.missing:
            return
        self._stop(job, now_ns, out)
        self._table.complete(job, now_ns, out)
        for older in self._table.overtaken(job):
            self._stop(older, now_ns, out)
            self._table.drop(older, reasons.OVERTAKEN, now_ns, out)

    def drop_all(self, reason: str, now_ns: int, out: list[HighLevelDecision]) -> None:
        """End everything in flight."""
        for job in list(self._table.jobs.values()):
            self._stop(job, now_ns, out)
            self._table.drop(job, reason, now_ns, out)

    def give_up_overdue(self, now_ns: int, out: list[HighLevelDecision]) -> None:
        """Fail the jobs that nobody has answered for long after their deadline."""
        self._armed_ns = None
        active = [job for job in self._table.jobs.values() if job.state == 'active']
        for job in active:
            if job.answer_due_ns <= now_ns:
                self.fail(job, reasons.NO_ANSWER, now_ns, out)
        due = [job.answer_due_ns for job in active if job.state == 'active']
        if due:
            self._wake_at(min(due), out)

    def fail(self, job: FleetJob, reason: str, now_ns: int, out: list[HighLevelDecision]) -> None:
        """End a job that cannot be answered."""
        self._stop(job, now_ns, out)
        self._table.fail(job, reason, now_ns, out)

    def _stop(self, job: FleetJob, now_ns: int, out: list[HighLevelDecision]) -> None:
        """Let devices forget what they have not done of a job."""
        for run in job.runs.values():
            if run.state == 'pushed':
                self._backlog.release(run.work, now_ns, (-job.priority, run.deadline_ns))
                out.append(Cancel(job.id, run.name, run.device))
        if job.orders:
            self._flow.forget(job, now_ns)

    def _wake_at(self, time_ns: int, out: list[HighLevelDecision]) -> None:
        self._armed_ns = time_ns
        out.append(WakeAt(time_ns))
