# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a high-level policy may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edge_sched_ros.core.high_level.backlog import Backlog
    from edge_sched_ros.core.high_level.backlog import Resource
    from edge_sched_ros.core.high_level.cut_plan import CutPlan
    from edge_sched_ros.core.high_level.device_table import DeviceState
    from edge_sched_ros.core.high_level.device_table import DeviceTable
    from edge_sched_ros.core.high_level.device_table import Times
    from edge_sched_ros.core.high_level.graph import Cut
    from edge_sched_ros.core.high_level.graph import NetworkGraph
    from edge_sched_ros.core.high_level.graph import Partition
    from edge_sched_ros.core.high_level.job import FleetJob
    from edge_sched_ros.core.high_level.links import LinkTable
    from edge_sched_ros.core.high_level.tasks import FleetTask
    from edge_sched_ros.core.ledger import TaskAccount

_NOTHING: Mapping[str, Times] = {}


class HighLevelView:
    """
    A read-only look at the high-level dispatcher, valid during one call of a policy.

    :param tasks: with their present settings, by name
    :param choices: task -> the task with each variant that its jobs may run, the best first
    :param cuts: the ways each task's network may be cut now, by ``FleetTask.key``
    :param accounts: of every task
    """

    __slots__ = (
        '_backlog',
        '_home',
        '_table',
        'accounts',
        'choices',
        'cuts',
        'jobs',
        'links',
        'now_ns',
        'tasks',
    )

    def __init__(
        self,
        *,
        tasks: Mapping[str, FleetTask],
        choices: Mapping[str, tuple[FleetTask, ...]],
        table: DeviceTable,
        links: LinkTable,
        backlog: Backlog,
        accounts: Mapping[str, TaskAccount],
        cuts: Mapping[str, tuple[CutPlan, ...]],
        jobs: Mapping[int, FleetJob],
    ) -> None:
        self.now_ns = 0
        self.tasks = tasks
        self.choices = choices
        self.links = links
        self.accounts = accounts
        self.cuts = cuts
        #: jobs in flight by id
        self.jobs = jobs
        self._table = table
        self._backlog = backlog
        #: network -> its segments that run on the home device only
        self._home: dict[str, frozenset[str]] = {}

    @property
    def devices(self) -> Mapping[str, DeviceState]:
        """The devices that are there, in the order in which they joined."""
        return self._table.devices

    def version_of(self, task: FleetTask) -> tuple[int, int, int]:
        """Return what stays the same as long as devices, the task's costs and links do."""
        table = self._table
        return (table.changes, self.links.version, table.drifts_of[task.graph.name])

    @property
    def devices_version(self) -> int:
        """The same of what depends on the set of devices, units and segments alone."""
        return self._table.changes

    def times_ns(self, network: str, device: str) -> Mapping[str, Times]:
        """Return segment -> unit -> expected latency; what cannot run there is absent."""
        state = self._table.devices.get(device)
        return _NOTHING if state is None else state.times_ns(network)

    def free_at_ns(self, device: str, unit: str) -> int:
        """Return when a unit should have worked off what waits for it; never before now."""
        return self._backlog.free_at_ns((device, unit), self.now_ns)

    def free_ns(self, resource: Resource) -> int:
        """Return the same of a unit, (device, unit), or of a link, (source, target)."""
        return self._backlog.free_at_ns(resource, self.now_ns)

    def free_before_ns(self, resource: Resource, job: FleetJob) -> int:
        """
        Return when a unit should have worked off what it runs before a job.

        By priority, then deadline, as devices do whose policy goes by deadlines. A link sends in
        turn.
        """
        urgency = (-job.priority, job.deadline_ns)
        return self._backlog.free_at_ns(resource, self.now_ns, urgency)

    def transfer_ns(self, source: str, target: str, nbytes: int) -> int:
        """Return how long a tensor takes on a link that is free; 0 within a device."""
        return self.links.transfer_ns(source, target, nbytes)

    def hand_over_ns(self, device: str, source: str, target: str) -> int:
        """Return what handing a job's data from unit to unit takes; 0 where unknown."""
        state = self._table.devices[device]
        return state.offer.hand_over_ns.get((source, target), 0)

    def plan_of(self, task: FleetTask, cut: Cut) -> CutPlan | None:
        """Return one of the task's cuts, worked out; ``None`` where it is none of them now."""
        names = {part.name for part in cut}
        return next((plan for plan in self.cuts_of(task) if plan.names == names), None)

    def cuts_of(self, task: FleetTask) -> tuple[CutPlan, ...]:
        """Return the ways a task's network may be cut now, in the task's variant."""
        return self.cuts.get(task.key, ())

    def runs_somewhere(self, task: FleetTask, cut: Cut) -> bool:
        """Return whether there is a device for each partition of a cut."""
        return all(any(self.can_run(task, part, name) for name in self.devices) for part in cut)

    def can_run(self, task: FleetTask, partition: Partition, device: str) -> bool:
        """Return whether a device has a unit for every segment of a partition."""
        times = self.times_ns(task.graph.name, device)
        return all(segment in times for segment in partition.segments) and (
            device == task.home or self._home_only(task.graph).isdisjoint(partition.segments)
        )

    def _home_only(self, graph: NetworkGraph) -> frozenset[str]:
        """Return the segments that run on the home device only."""
        known = self._home.get(graph.name)
        if known is None:
            names = (segment.name for segment in graph.segments if segment.home_only)
            known = self._home[graph.name] = frozenset(names)
        return known

    def devices_for(self, job: FleetJob, partition: Partition) -> list[str]:
        """Return the devices that may run a partition of a job: none that failed to before."""
        return [
            name
            for name in self._table.devices
            if (partition.name, name) not in job.banned and self.can_run(job.spec, partition, name)
        ]
