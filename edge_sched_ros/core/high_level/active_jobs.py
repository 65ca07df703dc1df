# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Jobs that have devices: pushed, answered, given to other devices, given up."""

from __future__ import annotations

from collections.abc import Sequence

from edge_sched_ros.core import reasons
from edge_sched_ros.core.decisions import WakeAt
from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.core.high_level import events
from edge_sched_ros.core.high_level.backlog import Backlog
from edge_sched_ros.core.high_level.backlog import Resource
from edge_sched_ros.core.high_level.cut_table import CutTable
from edge_sched_ros.core.high_level.decisions import Cancel
from edge_sched_ros.core.high_level.decisions import HighLevelDecision
from edge_sched_ros.core.high_level.decisions import PartitionTiming
from edge_sched_ros.core.high_level.decisions import Push
from edge_sched_ros.core.high_level.device_table import DeviceTable
from edge_sched_ros.core.high_level.job import FleetJob
from edge_sched_ros.core.high_level.job import PartitionRun
from edge_sched_ros.core.high_level.job_table import FleetJobTable
from edge_sched_ros.core.high_level.policy import Assignment
from edge_sched_ros.core.high_level.policy import HighLevelPolicy
from edge_sched_ros.core.high_level.recovery import can_make_it
from edge_sched_ros.core.high_level.recovery import reopen
from edge_sched_ros.core.high_level.recovery import reopen_lost
from edge_sched_ros.core.high_level.routes import check_place
from edge_sched_ros.core.high_level.routes import expected_work
from edge_sched_ros.core.high_level.routes import make_route
from edge_sched_ros.core.high_level.routes import Places
from edge_sched_ros.core.high_level.routes import Route
from edge_sched_ros.core.high_level.routes import work_on
from edge_sched_ros.core.high_level.tensor_flow import check_tensors
from edge_sched_ros.core.high_level.tensor_flow import plan_of
from edge_sched_ros.core.high_level.tensor_flow import TensorFlow
from edge_sched_ros.core.high_level.view import HighLevelView

#: a job may be given to other devices so often
MOST_REPLANS = 8
#: a transfer is asked for so often before the partition that needs it goes to another device
_TRANSFER_TRIES = 2
#: a job that no device answers for is given up after so many deadlines, and not before this
_PATIENCE, _PATIENCE_NS = 10, 5_000_000_000


class ActiveJobs:
    """
    Carries out what the policy says about jobs, and mends what devices and links do to them.

    :param policy: asked for devices; may be replaced
    """

    def __init__(
        self,
        table: FleetJobTable,
        devices: DeviceTable,
        cuts: CutTable,
        flow: TensorFlow,
        backlog: Backlog,
        view: HighLevelView,
        policy: HighLevelPolicy,
    ) -> None:
        self.policy = policy
        self._table = table
        self._devices = devices
        self._cuts = cuts
        self._backlog = backlog
        self._view = view
        self._flow = flow
        #: task -> what follows from places, while devices and costs stay what they are
        self._routes: dict[str, tuple[tuple[int, int, int], dict[Places, Route]]] = {}
        #: the wake-up the driver has been asked for and that has not come yet
        self._armed_ns: int | None = None

    # --- beginnings -----------------------------------------------------------------------

    def start_waiting(self, now_ns: int, out: list[HighLevelDecision]) -> None:
        """Give devices to every job that may start, or drop it."""
        for job in self._table.startable():
            if not self._view.cuts[job.task]:
                self._table.drop(job, reasons.NO_DEVICE, out)
                continue
            chosen = self.policy.assign(job, self._view)
            if isinstance(chosen, str):
                self._table.drop(job, chosen, out)
            else:
                self._start(job, chosen, now_ns, out)
        if self._table.frames.abandoned:
            self._flow.forget_frames(self._table.frames.abandoned, now_ns)

    def _start(
        self,
        job: FleetJob,
        chosen: Sequence[Assignment],
        now_ns: int,
        out: list[HighLevelDecision],
    ) -> None:
        route = self._route(job, tuple([(one.partition, one.device) for one in chosen]))
        self._table.start(job)
        job.cut = plan = route.plan
        job.missing = set(job.spec.graph.outputs)
        job.runs = {name: PartitionRun(part) for name, part in plan.partitions.items()}
        for one in chosen:
            self._push(job, one, route.work[one.partition], now_ns, out)
        self._flow.send_all(job, route, now_ns, out)
        patience_ns = max(_PATIENCE * job.spec.deadline_ns, _PATIENCE_NS)
        job.answer_due_ns = now_ns + patience_ns
        if self._armed_ns is None:
            self._wake_at(job.answer_due_ns, out)

    def _route(self, job: FleetJob, places: Places) -> Route:
        version = self._view.version_of(job.spec)
        known = self._routes.get(job.task)
        if known is None or known[0] != version:
            known = self._routes[job.task] = (version, {})
        route = known[1].get(places)
        if route is None:
            route = make_route(job.spec, places, self._view, self.policy.name)
            known[1][places] = route
        return route

    def _push(
        self,
        job: FleetJob,
        one: Assignment,
        work: tuple[tuple[Resource, int], ...],
        now_ns: int,
        out: list[HighLevelDecision],
    ) -> None:
        run = job.runs[one.partition]
        run.state = 'pushed'
        run.device = device = one.device
        run.deadline_ns = one.deadline_ns
        run.pushed_ns = now_ns
        run.attempt += 1
        if one.expected_ns:
            work = work_on(device, one.expected_ns)
        run.work = work
        self._backlog.book(work, now_ns, (-job.priority, one.deadline_ns))
        out.append(
            Push(
                job.id, job.task, run.name, device, one.deadline_ns, job.priority, one.unit_of,
                run.attempt,
            )
        )  # fmt: skip

    # --- what devices say -----------------------------------------------------------------

    def tensor_arrived(
        self, event: events.TensorArrived, now_ns: int, out: list[HighLevelDecision]
    ) -> None:
        """Note where a tensor is; a job whose answer is at home is complete."""
        job = self._table.jobs.get(event.job)
        frame = self._table.frames.of(event.job)
        own = job is None or event.tensor in job.spec.graph.inputs
        if frame is not None and own and event.tensor in frame.tensors_at:
            self._flow.frame_arrived(frame, event.tensor, event.device, now_ns)
            return
        if job is None or job.cut is None or event.tensor not in job.cut.producer:
            return
        if event.device not in self._devices.devices and event.device != job.spec.home:
            return
        self._flow.arrived(job, event.tensor, event.device, now_ns)
        self._complete_if_answered(job, now_ns, out)

    def exited(
        self, event: events.PartitionExited, now_ns: int, out: list[HighLevelDecision]
    ) -> None:
        """Note that a partition's outputs are there."""
        job = self._table.jobs.get(event.job)
        run = _pushed(job, event)
        if job is None or run is None:
            return
        self._devices.learn(run.device, job.spec.graph.name, event.costs_ns)
        self._backlog.release(run.work, now_ns, (-job.priority, run.deadline_ns))
        run.state = 'exited'
        job.timings.append(
            PartitionTiming(
                run.name, run.device, run.pushed_ns, event.started_ns, event.finished_ns
            )
        )
        for tensor in run.partition.outputs:
            self._flow.exists(job, tensor, run.device)
        self._complete_if_answered(job, now_ns, out)

    def _complete_if_answered(
        self, job: FleetJob, now_ns: int, out: list[HighLevelDecision]
    ) -> None:
        if job.missing:
            return
        self._stop(job, now_ns, out)
        self._table.complete(job, now_ns, out)
        for older in self._table.overtaken(job):
            self._stop(older, now_ns, out)
            self._table.drop(older, reasons.OVERTAKEN, out)

    def partition_failed(
        self, event: events.PartitionFailed, now_ns: int, out: list[HighLevelDecision]
    ) -> None:
        """Let another device try, or end the job."""
        job = self._table.jobs.get(event.job)
        run = _pushed(job, event)
        if job is None or run is None:
            return
        job.banned.add((run.name, run.device))
        self._take_back(job, run, now_ns)
        if event.retry:
            self._recover(job, event.reason, now_ns, out)
        else:
            self._fail(job, event.reason, now_ns, out)

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
                self._take_back(job, run, now_ns)
        self._recover(job, reasons.TRANSFER_FAILED, now_ns, out)

    # --- losses ---------------------------------------------------------------------------

    def lose_device(self, device: str, now_ns: int, out: list[HighLevelDecision]) -> None:
        """Give what a lost device had to others, or fail the jobs that cannot make it."""
        jobs = list(self._table.jobs.values())
        hit = []
        for job in jobs:
            affected = self._flow.lose_device(job, device)
            for run in job.runs.values():
                if run.state == 'pushed' and run.device == device:
                    self._take_back(job, run, now_ns)
                    affected = True
            if affected and job.state == 'active':
                hit.append(job)
        for job in sorted(hit, key=lambda job: (-job.priority, job.deadline_ns, job.id)):
            if job.state == 'active':
                self._recover(job, reasons.DEVICE_LOST, now_ns, out)

    def _take_back(self, job: FleetJob, run: PartitionRun, now_ns: int) -> None:
        if run.state == 'pushed':
            self._backlog.release(run.work, now_ns, (-job.priority, run.deadline_ns))
        self._flow.recall(job, run, now_ns)
        reopen(run)

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
                chosen = self.policy.assign(job, self._view)
            if isinstance(chosen, str):
                self._fail(job, reason, now_ns, out)
                return
            if sorted(one.partition for one in chosen) != sorted(part.name for part in opened):
                raise InvariantError(f'{self.policy.name} forgets partitions of {job!r}')
            for one in chosen:
                part = job.runs[one.partition].partition
                check_place(job.spec, part, one.device, self._view, self.policy.name)
                self._cuts.ensure_loaded(job.spec, part, one.device, out)
                work = expected_work(job.spec, part, one.device, self._view)
                self._push(job, one, work, now_ns, out)
        self._flow.send_missing(job, now_ns, out)

    # --- ends -----------------------------------------------------------------------------

    def drop_all(self, reason: str, now_ns: int, out: list[HighLevelDecision]) -> None:
        """End everything in flight."""
        for job in list(self._table.jobs.values()):
            self._stop(job, now_ns, out)
            self._table.drop(job, reason, out)

    def give_up_overdue(self, now_ns: int, out: list[HighLevelDecision]) -> None:
        """Fail the jobs that nobody has answered for long after their deadline."""
        self._armed_ns = None
        active = [job for job in self._table.jobs.values() if job.state == 'active']
        for job in active:
            if job.answer_due_ns <= now_ns:
                self._fail(job, reasons.NO_ANSWER, now_ns, out)
        due = [job.answer_due_ns for job in active if job.state == 'active']
        if due:
            self._wake_at(min(due), out)

    def _fail(self, job: FleetJob, reason: str, now_ns: int, out: list[HighLevelDecision]) -> None:
        self._stop(job, now_ns, out)
        self._table.fail(job, reason, out)

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

    # --- invariants -----------------------------------------------------------------------

    def validate(self) -> None:
        """
        Check every started job.

        :raises InvariantError: when a partition is in a state that it cannot be in
        """
        for job in self._table.jobs.values():
            if job.state != 'active':
                continue
            if not job.missing:
                raise InvariantError(f'{job!r} is answered and in flight')
            for run in job.runs.values():
                if run.state == 'open' or run.partition.name not in plan_of(job).names:
                    raise InvariantError(f'{job!r}: {run.name} has no device')
                if run.state == 'pushed' and run.device not in self._devices.devices:
                    raise InvariantError(f'{job!r}: {run.name} is on {run.device}, which is lost')
            check_tensors(job, self._devices.devices)


def _pushed(
    job: FleetJob | None, event: events.PartitionExited | events.PartitionFailed
) -> PartitionRun | None:
    """Return the partition that an event is about, if its device is still to answer for it."""
    run = None if job is None else job.runs.get(event.partition)
    if run is None or run.state != 'pushed' or run.device != event.device:
        return None
    return run if event.attempt is None or event.attempt == run.attempt else None
