# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Drives a new dispatcher with the frames of a recorded run, in virtual time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop
from heapq import heappush
from typing import Any

from edge_sched_ros.core.codec import from_dict
from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.decisions import Fail
from edge_sched_ros.core.decisions import Release
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.decisions import WakeAt
from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.events import ClockJumped
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.events import ParametersChanged
from edge_sched_ros.core.events import StageFinished
from edge_sched_ros.core.events import Started
from edge_sched_ros.core.events import Stopped
from edge_sched_ros.core.events import TimerFired
from edge_sched_ros.core.events import UnitChanged
from edge_sched_ros.plugins.policies import make_policy
from edge_sched_ros.simulation.rerun.change import Change
from edge_sched_ros.simulation.rerun.recorded_costs import RecordedCosts
from edge_sched_ros.tracing.lives import DROPPED
from edge_sched_ros.tracing.lives import FAILED
from edge_sched_ros.tracing.lives import JobLife
from edge_sched_ros.tracing.lives import LATE
from edge_sched_ros.tracing.lives import ON_TIME
from edge_sched_ros.tracing.run import RecordedRun

#: what a re-simulation takes over; jobs, which other events name, have other numbers in it
_TAKEN = (FrameArrived, UnitChanged, ParametersChanged, ClockJumped, Started, Stopped)
_LASTING = (UnitChanged, ParametersChanged, Started, Stopped)
#: frames before the one in question from which a re-simulation of a long run begins
FRAMES_BEFORE = 300
#: deadlines after its arrival until which a job must have been released
_DEADLINES_AFTER = 4


@dataclass(frozen=True, slots=True)
class Ended:
    """How a job ended in a re-simulation; ``response_ns`` from its release to its end."""

    outcome: str
    reason: str = ''
    response_ns: int = 0


class Reruns:
    """
    Re-simulations of the time around jobs of one recorded run.

    :param run: the recorded run
    """

    def __init__(self, run: RecordedRun) -> None:
        self._run = run
        self.costs = RecordedCosts(run)
        taken = [(now_ns, from_dict(data)) for now_ns, data in run.outside]
        self._events = [one for one in taken if isinstance(one[1], _TAKEN)]
        self._times = [now_ns for now_ns, _ in self._events]
        #: what holds on when frames of before are forgotten
        self._settings = [one for one in self._events if isinstance(one[1], _LASTING)]
        self._frames = [now_ns for now_ns, one in self._events if isinstance(one, FrameArrived)]
        #: (task, frame, stage) -> what was found
        self.found: dict[tuple[str, int, str], dict[str, Any]] = {}
        for (number, stage), result in run.results.items():
            job = run.jobs[number]
            self.found[(job.task, job.seq, stage)] = result

    def frames_before(self, job: JobLife) -> int:
        """Return how many frames of the run came before a job."""
        return bisect_left(self._frames, job.arrived_ns)

    def end_of(
        self, job: JobLife, change: Change, frames_before: int = FRAMES_BEFORE
    ) -> Ended | None:
        """
        Return how a job would have ended, beginning so many frames before it with empty queues.

        ``None`` if it would not have been released, or if a stage would have run before it that
        the trace has no time of.
        """
        index = max(0, self.frames_before(job) - frames_before)
        begin_ns = self._frames[index] if index else self._run.first_ns
        # a job of a cascade is released later than its frame
        last_ns = job.arrived_ns + _DEADLINES_AFTER * (job.deadline_ns - job.release_ns)
        first, last = bisect_left(self._times, begin_ns), bisect_left(self._times, last_ns)
        events = [(begin_ns, event) for at_ns, event in self._settings if at_ns < begin_ns]
        events += self._events[first:last]
        return _Rerun(self._run, self, change, job).run(events, last_ns)


class _Rerun:
    """One re-simulation, until the job in question has ended."""

    def __init__(self, run: RecordedRun, reruns: Reruns, change: Change, job: JobLife) -> None:
        self._job = job
        self._change = change
        self._costs = reruns.costs
        self._found = reruns.found
        self._profiles = reruns.costs.profiles()
        tasks = dict(change.tasks(run.setup.tasks))
        change.enter(self._profiles, tasks)
        self._dispatcher = LowLevelDispatcher(
            tasks=tuple(tasks.values()),
            units=change.units(tuple(run.setup.units.values())),
            policy=run.setup.policy,
            make_policy=make_policy,
            policy_parameters=run.setup.policy_parameters,
            profiles=self._profiles,
            floor_periods=run.setup.floor_periods,
        )
        self._queue: list[tuple[int, int, Callable[[Any], None], Any]] = []
        self._order = 0
        self._now_ns = 0
        #: the only timer, as that of a node or the simulator: an earlier wake-up replaces a later
        self._alarm_ns: int | None = None
        self._released: dict[int, Release] = {}
        self._target: int | None = None
        self._ended: Ended | None = None
        #: whether a stage was started that the trace has no time of
        self._unknown = False

    def run(self, events: list[tuple[int, Any]], last_ns: int) -> Ended | None:
        """Feed events, and the ends of what they start, until the job has ended."""
        for at_ns, event in events:
            if self._keeps(event):
                self._at(at_ns, self._send, event)
        while self._queue and self._ended is None and not self._unknown:
            at_ns, _, act, argument = heappop(self._queue)
            if self._target is None and at_ns > last_ns:
                return None
            self._now_ns = max(self._now_ns, at_ns)
            act(argument)
        return None if self._unknown else self._ended

    def _keeps(self, event: Any) -> bool:
        half = self._change.half
        if not half or not isinstance(event, FrameArrived) or event.stream != half:
            return True
        offset = self._job.seq if self._job.stream == half else 0
        return (event.seq - offset) % 2 == 0

    def _at(self, at_ns: int, act: Callable[[Any], None], argument: Any) -> None:
        self._order += 1
        heappush(self._queue, (at_ns, self._order, act, argument))

    def _send(self, event: Any) -> None:
        for decision in self._dispatcher.handle(event, self._now_ns):
            self._carry_out(decision)

    def _wake(self, alarm_ns: int) -> None:
        if alarm_ns == self._alarm_ns:
            self._alarm_ns = None
            self._send(TimerFired())

    def _carry_out(self, decision: Decision) -> None:
        if isinstance(decision, Run):
            self._start(decision)
        elif isinstance(decision, Release):
            self._released[decision.job] = decision
            if (decision.task, decision.seq) == (self._job.task, self._job.seq):
                self._target = decision.job
        elif isinstance(decision, WakeAt):
            if self._alarm_ns is None or decision.time_ns < self._alarm_ns:
                self._alarm_ns = decision.time_ns
                self._at(decision.time_ns, self._wake, decision.time_ns)
        elif isinstance(decision, (Complete, Drop, Fail)):
            release = self._released.pop(decision.job)
            if decision.job == self._target:
                self._ended = _ended(decision, self._now_ns - release.release_ns)

    def _start(self, run: Run) -> None:
        seq = self._released[run.job].seq
        like = self._change.like(run.unit)
        cost_ns = self._costs.likely_ns(run.task, run.variant, run.stage, like, run.items)
        if cost_ns is None:
            self._unknown = True
            return
        work_ns = self._costs.work_ns(run.task, seq, run.stage, cost_ns)
        timings = self._dispatcher.jobs[run.job].timings
        before = timings[-1].unit if timings else None
        began_ns = self._now_ns + self._profiles.transition_ns(before, run.unit)
        found = self._found.get((run.task, seq, run.stage), {})
        event = StageFinished(
            run.job,
            run.stage,
            run.unit,
            began_ns,
            began_ns + work_ns,
            found.get('items', 1),
            found.get('items_for'),
            found.get('skip', 0),
            self._costs.energy_mj(run, seq, like),
        )
        self._at(began_ns + work_ns, self._send, event)


def _ended(decision: Complete | Drop | Fail, response_ns: int) -> Ended:
    if isinstance(decision, Complete):
        return Ended(ON_TIME if decision.on_time else LATE, '', response_ns)
    outcome = DROPPED if isinstance(decision, Drop) else FAILED
    return Ended(outcome, decision.reason, response_ns)
