# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What devices and links do to jobs in flight, and how that is mended."""

from __future__ import annotations

from collections.abc import Sequence

from edge_sched_ros.core import reasons
from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.core.high_level import events
from edge_sched_ros.core.high_level.breakers import Breakers
from edge_sched_ros.core.high_level.cut_table import CutTable
from edge_sched_ros.core.high_level.decisions import Cancel
from edge_sched_ros.core.high_level.decisions import HighLevelDecision
from edge_sched_ros.core.high_level.job import FleetJob
from edge_sched_ros.core.high_level.job_ends import JobEnds
from edge_sched_ros.core.high_level.job_table import FleetJobTable
from edge_sched_ros.core.high_level.policy import Assignment
from edge_sched_ros.core.high_level.pushes import pushed_run
from edge_sched_ros.core.high_level.pushes import Pushes
from edge_sched_ros.core.high_level.recovery import can_make_it
from edge_sched_ros.core.high_level.recovery import reopen
from edge_sched_ros.core.high_level.recovery import reopen_lost
from edge_sched_ros.core.high_level.routes import check_place
from edge_sched_ros.core.high_level.routes import expected_work
from edge_sched_ros.core.high_level.tensor_flow import plan_of
from edge_sched_ros.core.high_level.tensor_flow import TensorFlow
from edge_sched_ros.core.high_level.view import HighLevelView

#: a job may be given to other devices so often
MOST_REPLANS = 8
#: a transfer is asked for so often before the partition that needs it goes to another device
_TRANSFER_TRIES = 2


class Repairs:
    """Gives what failed or was lost to other devices, or ends the jobs that cannot make it."""

    def __init__(
        self,
        table: FleetJobTable,
        cuts: CutTable,
        flow: TensorFlow,
        view: HighLevelView,
        pushes: Pushes,
        ends: JobEnds,
        breakers: Breakers,
    ) -> None:
        self._table = table
        self._cuts = cuts
        self._flow = flow
        self._view = view
        self._pushes = pushes
        self._ends = ends
        self._breakers = breakers

    def partition_failed(
        self, event: events.PartitionFailed, now_ns: int, out: list[HighLevelDecision]
    ) -> None:
        """Let another device try, or end the job."""
        job = self._table.jobs.get(event.job)
        run = pushed_run(job, event)
        if job is None or run is None:
            return
        job.banned.add((run.name, event.device))
        self._pushes.take_back(job, run, now_ns)
        if event.retry:
            # inputs that did not come are no fault of the device that waited
            if event.reason != reasons.NO_INPUTS:
                network = job.spec.graph.name
                self._breakers.failed(event.device, network, event.reason, now_ns)
            self._recover(job, event.reason, now_ns, out)
        else:
            self._ends.fail(job, event.reason, now_ns, out)

    def transfer_failed(
        self, event: events.TransferFailed, now_ns: int, out: list[HighLevelDecision]
    ) -> None:
        """Ask again, then give the partition that needs the tensor to another device."""
        frame = self._table.frames.of(event.job)
        if frame is not None and self._flow.frame_failed(frame, event, now_ns):
            for job_id in list(frame.jobs):
                job = self._table.jobs.get(job_id)
                if job is not None and job.cut and event.tensor in job.spec.graph.inputs:
                    self._mend(job, event, frame.failures, now_ns, out)
            return
        job = self._table.jobs.get(event.job)
        if job is not None and self._flow.failed(job, event, now_ns):
            self._mend(job, event, job.failures, now_ns, out)

    def _mend(
        self,
        job: FleetJob,
        event: events.TransferFailed,
        failures: dict[tuple[str, str], int],
        now_ns: int,
        out: list[HighLevelDecision],
    ) -> None:
        """Ask for a tensor again, or let others need it."""
        plan, key = plan_of(job), (event.tensor, event.target)
        if failures[key] >= _TRANSFER_TRIES:
            takers = [
                job.runs[name]
                for name in plan.consumers.get(event.tensor, ())
                if job.runs[name].state == 'pushed' and job.runs[name].device == event.target
            ]
            if event.tensor in job.missing and event.target == job.spec.home:
                takers.append(job.runs[plan.producer[event.tensor]])
                self._flow.lost_at(job, event.tensor, event.source)
            for run in takers:
                job.banned.add((run.name, run.device))
                if run.state == 'pushed':
                    out.append(Cancel(job.id, run.name, run.device))
                self._pushes.take_back(job, run, now_ns)
        self._recover(job, reasons.TRANSFER_FAILED, now_ns, out)

    def lose_device(self, device: str, now_ns: int, out: list[HighLevelDecision]) -> None:
        """Give what a lost device had to others, or fail the jobs that cannot make it."""
        jobs = list(self._table.jobs.values())
        hit = []
        for job in jobs:
            affected = self._flow.lose_device(job, device)
            for run in job.runs.values():
                if run.state == 'pushed' and run.device == device:
                    self._pushes.take_back(job, run, now_ns)
                    affected = True
            if affected and job.state == 'active':
                hit.append(job)
        for job in sorted(hit, key=lambda job: (-job.priority, job.deadline_ns, job.id)):
            if job.state == 'active':
                self._recover(job, reasons.DEVICE_LOST, now_ns, out)

    def _recover(
        self, job: FleetJob, reason: str, now_ns: int, out: list[HighLevelDecision]
    ) -> None:
        """Run again what has to be, on devices that are left; fail the job where that is late."""
        for run in reopen_lost(job):
            self._flow.recall(job, run, now_ns)
            reopen(run)
        if opened := job.open:
            job.replans += 1
            chosen: Sequence[Assignment] | str = reason
            if job.replans <= MOST_REPLANS and can_make_it(job, self._view):
                chosen = self._pushes.policy.assign(job, self._view)
            if isinstance(chosen, str):
                self._ends.fail(job, reason, now_ns, out)
                return
            if sorted(one.partition for one in chosen) != sorted(part.name for part in opened):
                raise InvariantError(f'{self._pushes.policy.name} forgets partitions of {job!r}')
            for one in chosen:
                part = job.runs[one.partition].partition
                check_place(job.spec, part, one.device, self._view, self._pushes.policy.name)
                self._cuts.ensure_loaded(job.spec, part, one.device, out)
                work = expected_work(job.spec, part, one.device, self._view)
                self._pushes.push(job, one, work, now_ns, out)
        self._flow.send_missing(job, now_ns, out)
