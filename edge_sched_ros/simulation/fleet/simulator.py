# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Drives the real high-level dispatcher over simulated devices and links, in virtual time."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core import reasons
from edge_sched_ros.core.high_level.decisions import Send
from edge_sched_ros.core.high_level.dispatcher import HighLevelDispatcher
from edge_sched_ros.core.high_level.events import FrameArrived
from edge_sched_ros.core.high_level.events import FrameLost
from edge_sched_ros.core.high_level.events import HighLevelEvent
from edge_sched_ros.core.high_level.events import Stopped
from edge_sched_ros.plugins.high_level_policies import make_high_level_policy
from edge_sched_ros.policies.registry import without_drop
from edge_sched_ros.simulation.execution_model import ExecutionModel
from edge_sched_ros.simulation.fleet.account import DeviceAccount
from edge_sched_ros.simulation.fleet.changes import apply_change
from edge_sched_ros.simulation.fleet.clock import VirtualClock
from edge_sched_ros.simulation.fleet.coordinator import Coordinator
from edge_sched_ros.simulation.fleet.coordinator import Listener
from edge_sched_ros.simulation.fleet.device import SimulatedDevice
from edge_sched_ros.simulation.fleet.jobs import FleetJobs
from edge_sched_ros.simulation.fleet.links import Links
from edge_sched_ros.simulation.fleet.lives import JOINING_SHARE
from edge_sched_ros.simulation.fleet.lives import Lives
from edge_sched_ros.simulation.fleet.post import Post
from edge_sched_ros.simulation.fleet.system import FleetSystem
from edge_sched_ros.simulation.fleet.transfers import Transfers
from edge_sched_ros.simulation.sources import Source

NS_PER_S = 1_000_000_000
#: what is in flight so long after the last frame will not end by itself
_GRACE_NS = 60 * NS_PER_S


class FleetSimulator:
    """
    One run of a fleet under a high-level policy.

    :param policy: the high-level policy's name
    :param policy_parameters: its settings
    :param device_policy: of every device's own dispatcher; as on a robot, ``+drop`` is left out
    :param device_parameters: its settings
    :param seed: same seed, same run
    :param listener: hears all events of the coordinator and its decisions
    """

    def __init__(
        self,
        fleet: FleetSystem,
        *,
        policy: str = 'look_ahead',
        policy_parameters: Mapping[str, Any] | None = None,
        device_policy: str = 'edf',
        device_parameters: Mapping[str, Any] | None = None,
        seed: int = 0,
        listener: Listener | None = None,
    ) -> None:
        self.fleet = fleet
        self.seed = seed
        self.device_policy, self._device_parameters = without_drop(
            device_policy, device_parameters or {}
        )
        self.clock = VirtualClock()
        self.links = Links(fleet.devices, fleet.links)
        for link in self.links.all.values():
            link.seed(seed)
        self.accounts = {name: DeviceAccount() for name in fleet.devices}
        #: the devices that live, by name
        self.devices: dict[str, SimulatedDevice] = {}
        self.sources = {name: Source(name, stream, seed) for name, stream in fleet.streams.items()}
        #: what answers give to the tasks after them, wherever they are made
        self.cascades = ExecutionModel(next(iter(fleet.devices.values())), seed)
        self._jobs = FleetJobs(fleet.tasks)
        self._post = Post(self.clock, self.links)
        known = self.links.known()
        dispatcher = HighLevelDispatcher(
            tasks=tuple(fleet.tasks.values()),
            policy=policy,
            make_policy=make_high_level_policy,
            policy_parameters=policy_parameters,
            links=known,
        )
        self.coordinator = Coordinator(
            fleet.coordinator,
            dispatcher,
            self.clock,
            self._post,
            self._jobs,
            self.devices,
            listener,
        )
        self._transfers = Transfers(self.clock, self.links, self._jobs, self.devices, self.report)
        self.lives = Lives(
            tuple(fleet.devices),
            self.coordinator,
            self.clock,
            self._post,
            self.links,
            self.devices,
            self._make,
            known,
        )
        #: how long frames came
        self.seconds = 0.0
        self._end_ns = 0

    @property
    def dispatcher(self) -> HighLevelDispatcher:
        """The coordinator's dispatcher."""
        return self.coordinator.dispatcher

    def run(self, seconds: float, progress: Callable[[float], None] | None = None) -> None:
        """
        Let frames come for that long, then finish what is in flight.

        :param progress: called with the share done, of 0 to 1
        """
        self.seconds, self._end_ns = seconds, round(seconds * NS_PER_S)
        self.lives.begin(progress)
        if progress is not None:
            self._say_progress(progress)
        for change in self.fleet.changes:
            self.clock.at(round(change.at_s * NS_PER_S), apply_change, self, change, idle=True)
        for source in self.sources.values():
            self._next_frame(source)
        self.clock.at(self._end_ns + _GRACE_NS, self.coordinator.tell, Stopped(), idle=True)
        self.clock.run(self._is_over)

    def _say_progress(self, progress: Callable[[float], None]) -> None:
        share = self.clock.now_ns / self._end_ns
        progress(JOINING_SHARE + share * (1 - JOINING_SHARE))
        next_ns = self.clock.now_ns + max(1, self._end_ns // 200)
        self.clock.at(next_ns, self._say_progress, progress, idle=True)

    def report(self, device: SimulatedDevice, event: HighLevelEvent) -> None:
        """Let a device tell the coordinator of an event."""
        self._post.send(device.name, self.coordinator.home, self._hear, device, event)

    def transfer(self, device: SimulatedDevice, order: Send) -> None:
        """Let a device send a tensor that it has."""
        self._transfers.start(device, order)

    def found(self, task: str, seq: int) -> Mapping[str, int] | None:
        """Return what the answer about a frame has for each task after it."""
        return self.cascades.items_for(task, seq)

    def validate(self) -> None:
        """
        Check coordinator and devices.

        :raises InvariantError: where an account does not add up
        """
        self.dispatcher.validate()
        for device in self.devices.values():
            device.validate()

    def _make(self, name: str) -> SimulatedDevice:
        return SimulatedDevice(
            self.fleet.devices[name],
            self.clock,
            self,
            self._jobs,
            {task.name: task.graph for task in self.fleet.tasks.values()},
            self.accounts[name],
            policy=self.device_policy,
            policy_parameters=self._device_parameters,
            seed=self.seed,
        )

    def _is_over(self, time_ns: int) -> bool:
        return time_ns >= self._end_ns and not self._jobs.released

    def _hear(self, device: SimulatedDevice, event: HighLevelEvent) -> None:
        if self.devices.get(device.name) in (device, None):
            self.coordinator.hear(device.name, event)

    def _next_frame(self, source: Source) -> None:
        # jitter may be longer than a period, but frames come in order
        time_ns = max(self.clock.now_ns, source.next_ns())
        if time_ns < self._end_ns:
            self.clock.at(time_ns, self._frame, source)

    def _frame(self, source: Source) -> None:
        home, seq = self.fleet.homes[source.name], source.take()
        if home in self.devices:
            self._announce(home, FrameArrived(source.name, seq, self.clock.now_ns))
        self._next_frame(source)

    def _announce(self, home: str, frame: FrameArrived) -> None:
        """Let the coordinator know of a frame; one it cannot hear of is accounted for at once."""
        if self.links.latency_ns(home, self.coordinator.home) is None:
            lost = FrameLost(frame.stream, frame.seq, frame.release_ns, reasons.UNREACHABLE)
            self.coordinator.tell(lost)
            return
        self._post.send(home, self.coordinator.home, self.coordinator.hear, home, frame)
