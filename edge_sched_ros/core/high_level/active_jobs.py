# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Jobs that have devices: what starts them, and what devices say of them."""

from __future__ import annotations

from edge_sched_ros.core import reasons
from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.core.high_level import events
from edge_sched_ros.core.high_level.backlog import Backlog
from edge_sched_ros.core.high_level.breakers import Breakers
from edge_sched_ros.core.high_level.cut_table import CutTable
from edge_sched_ros.core.high_level.decisions import HighLevelDecision
from edge_sched_ros.core.high_level.decisions import PartitionTiming
from edge_sched_ros.core.high_level.device_table import DeviceTable
from edge_sched_ros.core.high_level.job_ends import JobEnds
from edge_sched_ros.core.high_level.job_table import FleetJobTable
from edge_sched_ros.core.high_level.policy import HighLevelPolicy
from edge_sched_ros.core.high_level.pushes import pushed_run
from edge_sched_ros.core.high_level.pushes import Pushes
from edge_sched_ros.core.high_level.repairs import Repairs
from edge_sched_ros.core.high_level.tensor_flow import check_tensors
from edge_sched_ros.core.high_level.tensor_flow import plan_of
from edge_sched_ros.core.high_level.tensor_flow import TensorFlow
from edge_sched_ros.core.high_level.view import HighLevelView


class ActiveJobs:
    """
    Carries out what the policy says about jobs, and takes in what devices say of them.

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
        breakers: Breakers,
    ) -> None:
        self._table = table
        self._devices = devices
        self._backlog = backlog
        self._view = view
        self._flow = flow
        self._pushes = Pushes(table, flow, backlog, view, policy)
        #: how jobs end
        self.ends = JobEnds(table, flow, backlog)
        #: what follows from failures and losses
        self.repairs = Repairs(table, cuts, flow, view, self._pushes, self.ends, breakers)
        self._breakers = breakers

    @property
    def policy(self) -> HighLevelPolicy:
        """The policy that is asked."""
        return self._pushes.policy

    @policy.setter
    def policy(self, policy: HighLevelPolicy) -> None:
        self._pushes.policy = policy

    def start_waiting(self, now_ns: int, out: list[HighLevelDecision]) -> None:
        """Give devices to every job that may start, or drop it."""
        for job in self._table.startable():
            if not any(map(self._view.cuts_of, self._view.choices[job.task])):
                self._table.drop(job, reasons.NO_DEVICE, now_ns, out)
                continue
            chosen = self.policy.assign(job, self._view)
            if isinstance(chosen, str):
                self._table.drop(job, chosen, now_ns, out)
            else:
                self._pushes.start(job, chosen, now_ns, out)
                self.ends.expect_answer(job, now_ns, out)
        if self._table.frames.abandoned:
            self._flow.forget_frames(self._table.frames.abandoned, now_ns)

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
        job.items = event.items or job.items
        self.ends.complete_if_answered(job, now_ns, out)

    def exited(
        self, event: events.PartitionExited, now_ns: int, out: list[HighLevelDecision]
    ) -> None:
        """Note that a partition's outputs are there."""
        job = self._table.jobs.get(event.job)
        run = pushed_run(job, event)
        if job is None or run is None:
            return
        network = job.spec.graph.name
        self._devices.learn(run.device, network, event.costs_ns)
        self._breakers.succeeded(run.device, network, now_ns)
        self._backlog.release(run.work, now_ns, (-job.priority, run.deadline_ns))
        run.state = 'exited'
        if not job.missing.isdisjoint(run.partition.outputs):
            job.items = event.items
            job.items_for = event.items_for or {}
        job.timings.append(
            PartitionTiming(
                run.name, run.device, run.pushed_ns, event.started_ns, event.finished_ns
            )
        )
        for tensor in run.partition.outputs:
            self._flow.exists(job, tensor, run.device)
        self.ends.complete_if_answered(job, now_ns, out)

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
