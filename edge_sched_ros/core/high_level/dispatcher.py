# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The high-level dispatcher: events in, decisions out, time a parameter."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from edge_sched_ros.core import reasons
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.core.high_level import events
from edge_sched_ros.core.high_level.active_jobs import ActiveJobs
from edge_sched_ros.core.high_level.backlog import Backlog
from edge_sched_ros.core.high_level.breakers import Breakers
from edge_sched_ros.core.high_level.breakers import Failing
from edge_sched_ros.core.high_level.cut_table import CutTable
from edge_sched_ros.core.high_level.decisions import HighLevelDecision
from edge_sched_ros.core.high_level.device_table import DeviceState
from edge_sched_ros.core.high_level.device_table import DeviceTable
from edge_sched_ros.core.high_level.graph_checks import check_graph
from edge_sched_ros.core.high_level.job import FleetJob
from edge_sched_ros.core.high_level.job_table import FleetJobTable
from edge_sched_ros.core.high_level.links import Link
from edge_sched_ros.core.high_level.links import LinkTable
from edge_sched_ros.core.high_level.policy import CutsChanged
from edge_sched_ros.core.high_level.policy import HighLevelPolicyFactory
from edge_sched_ros.core.high_level.preparation import Preparation
from edge_sched_ros.core.high_level.tasks import CHANGEABLE
from edge_sched_ros.core.high_level.tasks import FleetTask
from edge_sched_ros.core.high_level.tensor_flow import TensorFlow
from edge_sched_ros.core.high_level.view import HighLevelView
from edge_sched_ros.core.ledger import Ledger


class HighLevelDispatcher:
    """
    Carries out what a policy decides over several devices.

    ``handle`` is the only way its state changes. Same events at the same times give the same
    decisions.

    :param tasks: what runs here
    :param policy: name of the policy to begin with
    :param make_policy: makes policies by name (the core does not know them)
    :param policy_parameters: of the first policy
    :param links: (source, target) -> what is known of the link beforehand; more is learned
    :raises ConfigError: for settings that cannot work, naming the key
    """

    def __init__(
        self,
        *,
        tasks: tuple[FleetTask, ...],
        policy: str,
        make_policy: HighLevelPolicyFactory,
        policy_parameters: Mapping[str, Any] | None = None,
        links: Mapping[tuple[str, str], Link] | None = None,
    ) -> None:
        self.policy_name = policy
        self.policy_parameters = dict(policy_parameters or {})
        self._make_policy = make_policy
        chosen = make_policy(policy, self.policy_parameters)
        self._table = FleetJobTable(tasks)
        self._devices = DeviceTable(_graphs(tasks))
        self._links = LinkTable(links or {})
        self._backlog = Backlog()
        self._breakers = Breakers(self._devices)
        self._cuts = CutTable(self._table.choices, self._devices)
        self._view = HighLevelView(
            tasks=self._table.specs,
            choices=self._table.choices,
            table=self._devices,
            links=self._links,
            backlog=self._backlog,
            accounts=self._table.ledger.tasks,
            cuts=self._cuts.plans,
            jobs=self._table.jobs,
        )
        self._active = ActiveJobs(
            self._table,
            self._devices,
            self._cuts,
            TensorFlow(self._links, self._backlog),
            self._backlog,
            self._view,
            chosen,
            self._breakers,
        )
        self._preparation = Preparation(self._table.choices, self._devices, self._links)
        self._accepting = True
        self._now_ns = 0
        self._handlers: dict[type, Callable[[Any, list[HighLevelDecision]], None]] = {
            events.FrameArrived: self._on_frame_arrived,
            events.FrameLost: self._on_frame_lost,
            events.DeviceJoined: self._on_device_joined,
            events.DeviceLost: self._on_device_lost,
            events.DeviceLoad: self._on_device_load,
            events.LinkMeasured: self._on_link_measured,
            events.TensorArrived: self._on_tensor_arrived,
            events.TransferFailed: self._on_transfer_failed,
            events.PartitionExited: self._on_partition_exited,
            events.PartitionFailed: self._on_partition_failed,
            events.TaskChanged: self._on_task_changed,
            events.ClockJumped: self._on_clock_jumped,
            events.TimerFired: self._on_timer_fired,
            events.Started: self._on_started,
            events.Stopped: self._on_stopped,
        }

    # --- what is known --------------------------------------------------------------------

    @property
    def ledger(self) -> Ledger:
        """The account of every job."""
        return self._table.ledger

    @property
    def jobs(self) -> Mapping[int, FleetJob]:
        """The jobs in flight by id."""
        return self._table.jobs

    @property
    def tasks(self) -> Mapping[str, FleetTask]:
        """The tasks with their present settings."""
        return self._table.specs

    @property
    def awaited(self) -> set[int]:
        """The ended jobs whose answers or frames a join may still need: keep these."""
        return self._table.joins.awaited

    @property
    def devices(self) -> Mapping[str, DeviceState]:
        """The devices that are there."""
        return self._devices.devices

    @property
    def losses(self) -> Mapping[str, Mapping[str, int]]:
        """Device -> reason -> how often it was lost."""
        return self._devices.losses

    @property
    def links(self) -> LinkTable:
        """What is known of links."""
        return self._links

    @property
    def waiting(self) -> Mapping[tuple[str, str], tuple[int, int]]:
        """(device, unit) or (source, target) -> pieces of work that wait, and their time."""
        return self._backlog.waiting()

    @property
    def view(self) -> HighLevelView:
        """What the policy sees, as of the last event."""
        return self._view

    @property
    def policy_problem(self) -> str:
        """Why another policy decides than the one that was asked for; empty if that one does."""
        return str(getattr(self._active.policy, 'problem', ''))

    @property
    def problems(self) -> list[str]:
        """What keeps devices from networks, and tasks from devices; one line each."""
        return [*self._devices.problems, *self._cuts.problems()]

    @property
    def failing(self) -> list[Failing]:
        """Networks that fail on devices, by device."""
        return list(self._breakers.failing(self._now_ns))

    # --- events ---------------------------------------------------------------------------

    def handle(self, event: events.HighLevelEvent, now_ns: int) -> list[HighLevelDecision]:
        """
        Take in one event and return what is to be done, in order.

        :param now_ns: the present on the coordinator's timeline, never less than before
        """
        if now_ns > self._now_ns:
            self._now_ns = self._view.now_ns = now_ns
        out: list[HighLevelDecision] = []
        self._handlers[type(event)](event, out)
        self._breakers.apply(self._now_ns)
        if self._cuts.outdated:
            self._cuts.renew(self._active.policy, self._view, out)
        self._table.settle_joins(self._now_ns, out)
        self._start_waiting(out)
        while self._table.joins.unsettled:
            # a job that was dropped instead of started may have been the last that a join awaited
            self._table.settle_joins(self._now_ns, out)
            self._start_waiting(out)
        if type(event) is events.DeviceLoad:
            self._preparation.go_on(self._active.policy, self._view)
        return out

    def _start_waiting(self, out: list[HighLevelDecision]) -> None:
        try:
            self._active.start_waiting(self._now_ns, out)
        except CutsChanged:
            # the job that the policy was asked about still waits
            self._cuts.renew(self._active.policy, self._view, out)
            self._active.start_waiting(self._now_ns, out)

    def _on_frame_arrived(self, event: events.FrameArrived, out: list[HighLevelDecision]) -> None:
        if self._accepting:
            self._table.frame(event, self._now_ns, out)

    def _on_frame_lost(self, event: events.FrameLost, out: list[HighLevelDecision]) -> None:
        if self._accepting:
            self._table.lost_frame(event, self._now_ns, out)

    def _on_device_joined(self, event: events.DeviceJoined, out: list[HighLevelDecision]) -> None:
        name = event.offer.name
        self._devices.check(event.offer)
        if name in self.devices:
            self._lose(name, reasons.RESTARTED, out)
        self._devices.join(event.offer)
        for unit in event.offer.units:
            self._backlog.set_slots((name, unit.name), unit.slots)

    def _on_device_lost(self, event: events.DeviceLost, out: list[HighLevelDecision]) -> None:
        if event.device in self.devices:
            self._lose(event.device, event.reason, out)

    def _lose(self, name: str, reason: str, out: list[HighLevelDecision]) -> None:
        self._devices.lose(name, reason)
        self._breakers.forget_device(name)
        # what was blocked because this device could take over is not any more
        self._breakers.apply(self._now_ns)
        self._backlog.forget_device(name)
        self._cuts.forget_device(name)
        self._cuts.renew(self._active.policy, self._view, out)
        self._active.repairs.lose_device(name, self._now_ns, out)

    def _on_device_load(self, event: events.DeviceLoad, out: list[HighLevelDecision]) -> None:
        del out
        device = self.devices.get(event.device)
        if device is None:
            return
        for unit in device.offer.units:
            if unit.name in event.free_at_ns:
                free_ns = event.free_at_ns[unit.name]
                self._backlog.told((device.name, unit.name), free_ns, self._now_ns)
        self._devices.set_unavailable(event.device, event.unavailable)

    def _on_link_measured(self, event: events.LinkMeasured, out: list[HighLevelDecision]) -> None:
        del out
        if event.source != event.target:
            self._links.measured(event.source, event.target, event.latency_ns, event.bytes_per_s)

    def _on_tensor_arrived(
        self, event: events.TensorArrived, out: list[HighLevelDecision]
    ) -> None:
        self._active.tensor_arrived(event, self._now_ns, out)

    def _on_transfer_failed(
        self, event: events.TransferFailed, out: list[HighLevelDecision]
    ) -> None:
        self._active.repairs.transfer_failed(event, self._now_ns, out)

    def _on_partition_exited(
        self, event: events.PartitionExited, out: list[HighLevelDecision]
    ) -> None:
        self._active.exited(event, self._now_ns, out)

    def _on_partition_failed(
        self, event: events.PartitionFailed, out: list[HighLevelDecision]
    ) -> None:
        self._active.repairs.partition_failed(event, self._now_ns, out)

    def _on_task_changed(self, event: events.TaskChanged, out: list[HighLevelDecision]) -> None:
        if event.task:
            spec = _changed(self.tasks, event.task, event.values)
            if 'variant' in event.values:
                self._devices.note_change()
            self._table.change(spec, self._now_ns, out)
            return
        values = dict(event.values)
        name = values.pop('policy', self.policy_name)
        if name == self.policy_name:
            values = {**self.policy_parameters, **values}
        self._active.policy = self._make_policy(name, values)
        self.policy_name, self.policy_parameters = name, values
        self._cuts.outdate()

    def _on_clock_jumped(self, _event: events.ClockJumped, out: list[HighLevelDecision]) -> None:
        self._active.ends.drop_all(reasons.CLOCK_JUMP, self._now_ns, out)

    def _on_timer_fired(self, _event: events.TimerFired, out: list[HighLevelDecision]) -> None:
        self._active.ends.give_up_overdue(self._now_ns, out)

    def _on_started(self, _event: events.Started, _out: list[HighLevelDecision]) -> None:
        self._accepting = True

    def _on_stopped(self, _event: events.Stopped, out: list[HighLevelDecision]) -> None:
        self._accepting = False
        self._active.ends.drop_all(reasons.SHUTDOWN, self._now_ns, out)

    # --- invariants -----------------------------------------------------------------------

    def validate(self) -> None:
        """
        Check every invariant.

        :raises InvariantError: when a partition or a tensor is in two states, something waits for
            what cannot come, or the ledger does not add up
        """
        self._table.validate()
        self._active.validate()
        if any(queue_work < 0 for _, queue_work in self._backlog.waiting().values()):
            raise InvariantError('less than nothing waits for a resource')


def _graphs(tasks: tuple[FleetTask, ...]) -> dict[str, Any]:
    """Return the networks of tasks by name; two of one name must be the same."""
    graphs: dict[str, Any] = {}
    for task in tasks:
        for graph in task.graphs:
            if graphs.setdefault(graph.name, graph) != graph:
                raise ConfigError(task.name, f'another network is named {graph.name}, too')
    for graph in graphs.values():
        check_graph(graph)
    return graphs


def _changed(tasks: Mapping[str, FleetTask], name: str, values: Mapping[str, Any]) -> FleetTask:
    if name not in tasks:
        raise ConfigError('tasks', f"there is no task named '{name}'")
    for key in values:
        if key not in CHANGEABLE:
            raise ConfigError(f'{name}.{key}', 'cannot change while running')
    settings = dict(values)
    variant = settings.pop('variant', None)
    spec = replace(tasks[name], **settings)
    return spec if variant is None else spec.pinned_to(variant)
