# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The coordinator: the real high-level dispatcher, and the messages that it takes part in."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from time import perf_counter_ns
from time import thread_time_ns
from typing import Any

from edge_sched_ros.core.high_level import decisions as say
from edge_sched_ros.core.high_level.dispatcher import HighLevelDispatcher
from edge_sched_ros.core.high_level.events import FrameArrived
from edge_sched_ros.core.high_level.events import HighLevelEvent
from edge_sched_ros.core.high_level.events import TimerFired
from edge_sched_ros.simulation.fleet.clock import VirtualClock
from edge_sched_ros.simulation.fleet.device import SimulatedDevice
from edge_sched_ros.simulation.fleet.jobs import FleetJobs
from edge_sched_ros.simulation.fleet.post import Post

#: told every event of the coordinator, its time, and what was decided
Listener = Callable[[int, HighLevelEvent, 'list[say.HighLevelDecision]'], None]

_ENDS = (say.JobCompleted, say.JobDropped, say.JobFailed)


class Coordinator:
    """
    Hands events to the dispatcher and carries its decisions out.

    :param home: the device it runs on
    :param devices: those that live, by name
    """

    def __init__(
        self,
        home: str,
        dispatcher: HighLevelDispatcher,
        clock: VirtualClock,
        post: Post,
        jobs: FleetJobs,
        devices: Mapping[str, SimulatedDevice],
        listener: Listener | None,
    ) -> None:
        self.home = home
        self.dispatcher = dispatcher
        #: wall time of every call of the dispatcher, in nanoseconds
        self.decision_ns: list[int] = []
        #: CPU time of all these calls
        self.cpu_ns = 0
        #: task -> times of its answers
        self.answers_ns: dict[str, list[int]] = {}
        #: devices that it counts on
        self.joined: set[str] = set()
        self._clock = clock
        self._post = post
        self._jobs = jobs
        self._devices = devices
        self._listener = listener
        #: job -> devices that have something of it
        self._touched: dict[int, set[str]] = {}
        self._alarm_ns: int | None = None

    def tell(self, event: HighLevelEvent) -> None:
        """Hand an event to the dispatcher now, and do what it decides."""
        now_ns, before, cpu_ns = self._clock.now_ns, perf_counter_ns(), thread_time_ns()
        decisions = self.dispatcher.handle(event, now_ns)
        self.cpu_ns += thread_time_ns() - cpu_ns
        self.decision_ns.append(perf_counter_ns() - before)
        if self._listener is not None:
            self._listener(now_ns, event, decisions)
        for decision in decisions:
            self._do(decision)

    def hear(self, name: str, event: HighLevelEvent) -> None:
        """Take in what a device says, unless it was given up meanwhile."""
        if name in self.joined or isinstance(event, FrameArrived):
            self.tell(event)

    def _do(self, decision: say.HighLevelDecision) -> None:
        if isinstance(decision, say.Push):
            self._order(decision.device, decision.job, SimulatedDevice.push, decision)
        elif isinstance(decision, say.Send):
            self._order(decision.source, decision.job, SimulatedDevice.send, decision)
            self._touched[decision.job].add(decision.target)
        elif isinstance(decision, say.JobReleased):
            self._jobs.add(decision)
            self._touched[decision.job] = set()
        elif isinstance(decision, _ENDS):
            self._job_ended(decision)
        elif isinstance(decision, say.Cancel):
            self._order(decision.device, decision.job, SimulatedDevice.cancel, decision)
        elif isinstance(decision, say.Load):
            self._order(decision.device, None, SimulatedDevice.load, decision)
        elif self._alarm_ns is None or decision.time_ns < self._alarm_ns:
            self._alarm_ns = decision.time_ns
            self._clock.at(decision.time_ns, self._timer, decision.time_ns, idle=True)

    def _job_ended(self, end: say.JobCompleted | say.JobDropped | say.JobFailed) -> None:
        if isinstance(end, say.JobCompleted):
            self.answers_ns.setdefault(end.task, []).append(self._clock.now_ns)
        self._jobs.end(end.job)
        for name in self._touched.pop(end.job):
            if name in self._devices:
                self._devices[name].forget_job(end.job)

    def _order(self, name: str, job: int | None, what: Callable[..., None], decision: Any) -> None:
        """Let a device do something as soon as it has heard of it."""
        device = self._devices.get(name)
        if job is not None and job in self._touched:
            self._touched[job].add(name)
        if device is not None:
            self._post.send(self.home, name, _obey, device, what, decision)

    def _timer(self, asked_ns: int) -> None:
        if asked_ns == self._alarm_ns:
            self._alarm_ns = None
            self.tell(TimerFired())


def _obey(device: SimulatedDevice, what: Callable[..., None], decision: Any) -> None:
    if not device.gone:
        what(device, decision)
