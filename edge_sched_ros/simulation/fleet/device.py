# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A simulated device: entering nodes, its own dispatcher over its units, exiting nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Any
from typing import Protocol

from edge_sched_ros.core import reasons
from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.events import JobCancelled
from edge_sched_ros.core.high_level.cutting import cut_into
from edge_sched_ros.core.high_level.decisions import Cancel
from edge_sched_ros.core.high_level.decisions import JobReleased
from edge_sched_ros.core.high_level.decisions import Load
from edge_sched_ros.core.high_level.decisions import Push
from edge_sched_ros.core.high_level.decisions import Send
from edge_sched_ros.core.high_level.events import HighLevelEvent
from edge_sched_ros.core.high_level.events import PartitionExited
from edge_sched_ros.core.high_level.events import PartitionFailed
from edge_sched_ros.core.high_level.graph import NetworkGraph
from edge_sched_ros.core.high_level.graph import Partition
from edge_sched_ros.simulation.fleet.account import DeviceAccount
from edge_sched_ros.simulation.fleet.clock import VirtualClock
from edge_sched_ros.simulation.fleet.jobs import FleetJobs
from edge_sched_ros.simulation.fleet.jobs import TensorKey
from edge_sched_ros.simulation.fleet.partition_tasks import name_of
from edge_sched_ros.simulation.fleet.partition_tasks import partition_task
from edge_sched_ros.simulation.fleet.runs import DeviceRuns
from edge_sched_ros.simulation.fleet.system import FleetDevice
from edge_sched_ros.simulation.fleet.tensors import Tensors

#: why a device gives up a partition that another device may do better
_MAY_RETRY = frozenset({reasons.UNIT_LOST, reasons.UNIT_HUNG, reasons.TASK_HUNG, reasons.NO_UNIT})
#: it began anew after it was told what to get ready for
_NOT_LOADED = 'not_loaded'


class Outside(Protocol):
    """What a device sees of the fleet."""

    def report(self, device: SimulatedDevice, event: HighLevelEvent) -> None:
        """Let the coordinator know."""

    def transfer(self, device: SimulatedDevice, order: Send) -> None:
        """Send a tensor that is here to another device."""

    def found(self, task: str, seq: int) -> Mapping[str, int] | None:
        """Return what the answer about a frame has for each task after it."""


@dataclass(slots=True)
class _Pushed:
    """
    A partition at its entering node, or at work.

    :param missing: inputs that are not here
    :param inputs: all of them
    :param low_job: what the device's dispatcher calls it once it is at work
    """

    push: Push
    job: JobReleased
    partition: Partition
    inputs: tuple[TensorKey, ...]
    missing: set[TensorKey] = field(default_factory=set)
    low_job: int | None = None


class SimulatedDevice:
    """
    One device from when it came until it is gone.

    :param graphs: task -> its network
    :param policy: of its own dispatcher
    :param account: what it did, over all its lives
    """

    def __init__(
        self,
        spec: FleetDevice,
        clock: VirtualClock,
        outside: Outside,
        jobs: FleetJobs,
        graphs: Mapping[str, NetworkGraph],
        account: DeviceAccount,
        *,
        policy: str,
        policy_parameters: Mapping[str, Any],
        seed: int,
    ) -> None:
        self.spec = spec
        self.name = spec.name
        self.gone = False
        self.account = account
        self.runs = DeviceRuns(
            spec,
            clock,
            account,
            self._ended,
            policy=policy,
            policy_parameters=policy_parameters,
            seed=seed,
        )
        self._clock = clock
        self._outside = outside
        self._jobs = jobs
        self._graphs = graphs
        #: (task, partition) -> its segments
        self._partitions: dict[tuple[str, str], Partition] = {}
        self._pushed: dict[tuple[int, str], _Pushed] = {}
        self._tensors = Tensors(jobs, spec.name)

    # --- orders of the coordinator ----------------------------------------------------------

    def load(self, order: Load) -> None:
        """Get ready for the partitions of a task."""
        graph = self._graphs[order.task]
        for name, segments in order.partitions:
            (partition,) = cut_into(graph, [segments])
            self._partitions[(order.task, name)] = replace(partition, name=name)

    def push(self, push: Push) -> None:
        """Run a partition as soon as its inputs are here."""
        job = self._jobs.released.get(push.job)
        if job is None:
            return  # it ended while the order was on its way
        self._withdraw(push.job, push.partition)
        self.account.pushed += 1
        partition = self._partitions.get((push.task, push.partition))
        if partition is None:
            self._refuse(push, _NOT_LOADED, retry=True)
            return
        keys = (self._jobs.key(push.job, tensor) for tensor in partition.inputs)
        inputs = tuple(key for key in keys if key is not None)
        pushed = _Pushed(push, job, partition, inputs)
        pushed.missing = {key for key in inputs if key not in self._tensors}
        self._pushed[(push.job, push.partition)] = pushed
        if not pushed.missing:
            self._enter(pushed)

    def send(self, order: Send) -> None:
        """Send a tensor on, now or as soon as it is here."""
        key = self._jobs.key(order.job, order.tensor)
        if key is None:
            return
        if key in self._tensors:
            self._outside.transfer(self, order)
        else:
            self._tensors.order(key, order)

    def cancel(self, order: Cancel) -> None:
        """Forget a partition that has not ended."""
        self._withdraw(order.job, order.partition)

    def forget_job(self, job: int) -> None:
        """Forget a job that has ended, and the tensors that nobody needs any more."""
        for other, partition in [key for key in self._pushed if key[0] == job]:
            self._withdraw(other, partition)
        self._tensors.forget_unwanted()

    # --- what happens here ------------------------------------------------------------------

    def put(self, key: TensorKey, unit: str | None = None) -> None:
        """Take in a tensor that was made here, or has arrived."""
        for order in self._tensors.add(key, unit):
            self._outside.transfer(self, order)
        for pushed in list(self._pushed.values()):
            if key in pushed.missing:
                pushed.missing.discard(key)
                if not pushed.missing:
                    self._enter(pushed)

    def validate(self) -> None:
        """
        Check the account and the device's own dispatcher.

        :raises InvariantError: where one does not add up
        """
        self.runs.dispatcher.validate()
        self.account.validate(len(self._pushed))

    def die(self) -> None:
        """End without a word; everything here is lost."""
        self.gone = True
        self.runs.stop()
        self.account.lost += len(self._pushed)
        self._pushed.clear()

    def _withdraw(self, job: int, partition: str) -> None:
        pushed = self._pushed.pop((job, partition), None)
        if pushed is None:
            return
        self.account.cancelled += 1
        if pushed.low_job is not None:
            self.runs.send(JobCancelled(pushed.low_job, reasons.CANCELLED))

    def _enter(self, pushed: _Pushed) -> None:
        network = self._graphs[pushed.push.task].name
        if not self.runs.needs(pushed.job, network, pushed.partition.segments):
            self._pass_on(pushed)
            return
        push, name = pushed.push, name_of(pushed.push, pushed.partition)
        if not self.runs.knows(name):
            made = partition_task(push, pushed.partition, self.spec, network)
            if isinstance(made, str):
                self._fail(pushed, reasons.NO_UNIT, retry=True)
                return
            self.runs.add(made)
        units = [unit for key in pushed.inputs if (unit := self._tensors.maker(key)) is not None]
        self.runs.set_priority(name, push.priority)
        self.runs.start(name, pushed.job, push.deadline_ns, tuple(units), pushed)

    def _ended(self, pushed: _Pushed, end: Complete | str) -> None:
        """Its own dispatcher is done with a partition: it has run, or why it has not."""
        key = (pushed.push.job, pushed.push.partition)
        if self._pushed.get(key) is not pushed:
            return  # withdrawn
        if isinstance(end, str):
            self._fail(pushed, end, retry=end in _MAY_RETRY)
            return
        self.account.sub_deadlines_missed += not end.on_time
        last = end.stages[-1]
        costs = {
            one.stage: (one.unit, one.finished_ns - one.started_ns)
            for one in end.stages
            # a segment that the job did not need says nothing of its cost
            if one.finished_ns > one.started_ns
        }
        self._exit(pushed, end.stages[0].started_ns, last.finished_ns, costs, last.unit)

    def _pass_on(self, pushed: _Pushed) -> None:
        """End a partition of which the job needs no segment: its outputs are there at once."""
        now_ns = self._clock.now_ns
        self._exit(pushed, now_ns, now_ns, {}, None)

    def _exit(
        self,
        pushed: _Pushed,
        started_ns: int,
        finished_ns: int,
        costs: Mapping[str, tuple[str, int]],
        unit: str | None,
    ) -> None:
        """Report that a partition has its outputs, which a unit made, and send these on."""
        push, job = pushed.push, pushed.job
        del self._pushed[(push.job, push.partition)]
        self.account.exited += 1
        outputs = pushed.partition.outputs
        answers = not set(self._graphs[job.task].outputs).isdisjoint(outputs)
        found = self._outside.found(job.task, job.seq) if answers else None
        self._outside.report(
            self,
            PartitionExited(
                push.job,
                push.partition,
                self.name,
                started_ns,
                finished_ns,
                costs,
                1,
                push.attempt,
                found,
            ),
        )
        for tensor in outputs:
            name = self._jobs.key(push.job, tensor)
            if name is not None:
                self.put(name, unit)

    def _fail(self, pushed: _Pushed, reason: str, *, retry: bool) -> None:
        del self._pushed[(pushed.push.job, pushed.push.partition)]
        self._refuse(pushed.push, reason, retry=retry)

    def _refuse(self, push: Push, reason: str, *, retry: bool) -> None:
        self.account.fail(reason)
        event = PartitionFailed(push.job, push.partition, self.name, reason, retry, push.attempt)
        self._outside.report(self, event)
