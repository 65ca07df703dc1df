# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Drives the dispatcher in real time: threads and clocks around the sans-I/O core."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.decisions import Fail
from edge_sched_ros.core.decisions import Release
from edge_sched_ros.core.decisions import ReplaceWorker
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.decisions import UseVariant
from edge_sched_ros.core.decisions import WakeAt
from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.core.events import Event
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.events import StageFailed
from edge_sched_ros.core.events import StageFinished
from edge_sched_ros.core.events import Started
from edge_sched_ros.core.events import Stopped
from edge_sched_ros.core.events import TimerFired
from edge_sched_ros.core.events import UnitChanged
from edge_sched_ros.core.events import WorkerReplaced
from edge_sched_ros.core.hung_calls import HungCall
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.execution import jobs
from edge_sched_ros.execution.alarm import Alarm
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.delivery import Delivery
from edge_sched_ros.execution.failure_reasons import FailureReasons
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.fused import split
from edge_sched_ros.execution.hung_units import HungUnits
from edge_sched_ros.execution.hung_units import say
from edge_sched_ros.execution.last_failures import LastFailures
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.execution.workers import StageWork
from edge_sched_ros.execution.workers import UnitWorker

_log = logging.getLogger(__name__)

#: time limit of all running stages together when the runtime stops: the node's services answer
#: within a second
_STOP_TIMEOUT_S = 0.5
#: time limit of the deliveries and of the alarm together after that
_END_TIMEOUT_S = 0.3
#: maximum number of objects that a stage may say it has found
_MOST_ITEMS = 1_000_000
#: number of logged kinds of errors up to which those that differ in a detail are different
_MOST_DETAILS = 1000
#: the code of a stage whose thread ended in the middle of it
_WORKER_DIED = 'worker_died'


#: called with an event's time, the event, and the decisions
Listener = Callable[[int, Event, list[Decision]], None]


class _LiveJob:
    """The runtime's data of a job in flight."""

    __slots__ = ('age_ns', 'context', 'release', 'variant')

    def __init__(self, release: Release, context: JobContext, age_ns: int, variant: str) -> None:
        self.release = release
        self.context = context
        self.age_ns = age_ns
        self.variant = variant


class Runtime:
    """
    Workers, alarm and delivery around one dispatcher.

    It is thread-safe. The lock is held only while the dispatcher decides and its decisions are put
    into queues, never during a native call.

    :param dispatcher: the dispatcher that decides
    :param programs: the program of each task
    :param units: the units to run on
    :param deliver: called with every ended job, one at a time and in order, from any thread; a CPU
        unit continues only after it returns, and another one if it was idle
    :param frame_for: returns the frame that a task uses when this one activates it; ``None`` for
        none
    :param clock_ns: monotonic
    :param listener: called with every event, its time and the decisions, under the lock
    """

    def __init__(
        self,
        *,
        dispatcher: LowLevelDispatcher,
        programs: Mapping[str, Program],
        units: tuple[LocalUnit, ...],
        deliver: Callable[[jobs.JobEnd], None],
        frame_for: Callable[[str, Frame], Frame | None] = lambda _task, frame: frame,
        clock_ns: Callable[[], int],
        listener: Listener | None = None,
    ) -> None:
        self._dispatcher = dispatcher
        self._listener = listener
        self._programs = programs
        self._local_units = units
        self._cpu_units = frozenset(local.unit.name for local in units if local.unit.kind == 'cpu')
        self._deliver = deliver
        self._frame_for = frame_for
        self._clock_ns = clock_ns
        self._lock = threading.Lock()
        self._live: dict[int, _LiveJob] = {}
        #: ended jobs whose results joins wait with
        self._kept: dict[int, _LiveJob] = {}
        self._hung = HungUnits()
        self._reasons = FailureReasons()
        #: what the failures of each task said
        self.failures = LastFailures()
        self._errors_seen: set[tuple[str, str, str]] = set()
        self._workers: dict[str, UnitWorker] = {}
        #: (unit, thread) of threads of earlier starts that did not end
        self._abandoned: list[tuple[str, threading.Thread]] = []
        self._alarm: Alarm | None = None
        self._delivery: Delivery | None = None
        #: unit -> an estimate of its power while busy, in mW; the reader of telemetry replaces the
        #: whole dict, so that a stage's end needs no lock
        self.busy_power_mw: Mapping[str, float] = {}

    # --- life -------------------------------------------------------------------------------

    def start(self) -> None:
        """Start all threads and accept frames."""
        self._delivery = Delivery(self._deliver)
        self._alarm = Alarm(self._clock_ns, lambda: self.post(TimerFired()))
        self._workers = {
            local.unit.name: UnitWorker(local, self._execute) for local in self._local_units
        }
        self._delivery.start()
        self._alarm.start()
        for worker in self._workers.values():
            worker.start()
        self._take_back_units()
        self.post(Started())

    def stop(self) -> None:
        """
        Drop the jobs in flight, deliver every end, and end all threads within 0.8 s.

        Calls that have not ended by then, or are known to hang, keep their threads.
        """
        self.post(Stopped())
        for worker in self._workers.values():
            worker.stop()
        until_s = time.monotonic() + _STOP_TIMEOUT_S
        hung = {call.unit for call in self.read(_hung_calls) if not call.abandoned}
        for name, worker in self._workers.items():
            left_s = 0.0 if name in hung else max(0.0, until_s - time.monotonic())
            if not worker.join(left_s):
                _log.error('unit %s: still busy, its thread is abandoned', name)
                self._abandoned.append((name, worker.thread))
            self._abandoned += [(name, thread) for thread in worker.abandoned]
        until_s = time.monotonic() + _END_TIMEOUT_S
        if self._alarm is not None:
            self._alarm.stop(_END_TIMEOUT_S)
        if self._delivery is not None:
            self._delivery.stop(max(0.0, until_s - time.monotonic()))

    @property
    def abandoned(self) -> frozenset[str]:
        """Units with a thread that was abandoned and is still busy."""
        self._abandoned = [(name, one) for name, one in self._abandoned if one.is_alive()]
        present = {name for name, worker in self._workers.items() if worker.abandoned}
        return frozenset(present | {name for name, _ in self._abandoned})

    def abandoned_after(self, time_s: float) -> frozenset[str]:
        """Return the same after the threads got some time to end, in seconds."""
        until_s = time.monotonic() + time_s
        for _, thread in self._abandoned:
            thread.join(max(0.0, until_s - time.monotonic()))
        return self.abandoned

    def _take_back_units(self) -> None:
        """Tell the dispatcher which units have a new worker beside a busy one."""
        busy = [state.unit.name for state in self._dispatcher.units.values() if state.running]
        for name in busy:
            self.post(WorkerReplaced(name))

    # --- events -----------------------------------------------------------------------------

    def submit(
        self,
        frame: Frame,
        *,
        age_ns: int = 0,
        deadline_ns: int | None = None,
        paired_with: str = '',
        unpaired: bool = False,
    ) -> None:
        """
        Submit a frame that was taken ``age_ns`` ago.

        :param deadline_ns: deadline of its jobs on the runtime's clock; ``None`` for the
            deadlines of their tasks
        :param paired_with: second topic of the tasks that it is for
        :param unpaired: whether there is no frame of that topic for it
        """
        with self._lock:
            now_ns = self._clock_ns()
            event = FrameArrived(
                frame.stream, frame.seq, now_ns - age_ns, deadline_ns, paired_with, unpaired
            )
            self._carry_out(self._decide(event, now_ns), frame, age_ns)
        if self._delivery is not None:
            self._delivery.wake()

    def post(self, event: Event) -> None:
        """
        Handle any event without a frame.

        :raises ConfigError: when the event is not possible; nothing has changed then
        """
        self._handle(event)
        if isinstance(event, UnitChanged) and event.state == AVAILABLE:
            worker = self._workers.get(event.unit)
            if worker is not None:
                worker.pin()
        if self._delivery is not None:
            self._delivery.wake()

    def _decide(self, event: Event, now_ns: int) -> list[Decision]:
        decisions = self._dispatcher.handle(event, now_ns)
        if self._listener is not None:
            self._listener(now_ns, event, decisions)
        return decisions

    def _handle(self, event: Event) -> None:
        lines: list[tuple[int, str]] = []
        with self._lock:
            now_ns = self._clock_ns()
            self._carry_out(self._decide(event, now_ns), None, 0)
            # a unit is declared hung when a timer fires, and recovers with any event
            if self._hung or type(event) is TimerFired:
                lines = self._hung.report(
                    self._dispatcher.hung_calls,
                    lambda task: self._dispatcher.why_off(task, now_ns),
                    now_ns,
                )
        if lines:
            say(lines)
        if type(event) is TimerFired:
            self._replace_dead_workers()

    def _replace_dead_workers(self) -> None:
        """Give units whose thread has ended a new one; what it was running has failed."""
        for worker in self._workers.values():
            lost = worker.revive()
            if lost is not None:
                now_ns, run = self._clock_ns(), lost.run
                failed = StageFailed(run.job, run.stage, run.unit, now_ns, now_ns, _WORKER_DIED)
                self._handle(failed)

    def jobs_where(self, wanted: Callable[[Frame | None], bool]) -> list[int]:
        """Return the jobs in flight whose frame is wanted."""
        with self._lock:
            return [job for job, live in self._live.items() if wanted(live.context.frame)]

    def read(self, look: Callable[[LowLevelDispatcher, int], Any]) -> Any:
        """Return the result of ``look`` for the dispatcher, called under the lock."""
        with self._lock:
            return look(self._dispatcher, self._clock_ns())

    # --- decisions ----------------------------------------------------------------------------

    def _carry_out(self, decisions: list[Decision], frame: Frame | None, age_ns: int) -> None:
        ended, alive = self._kept, self._live
        for decision in decisions:
            if isinstance(decision, Run):
                work = StageWork(decision, alive[decision.job].context)
                self._workers[decision.unit].submit(work)
            elif isinstance(decision, Release):
                self._release(decision, frame, age_ns, ended)
            elif isinstance(decision, (Complete, Drop, Fail)):
                live = ended[decision.job] = alive.pop(decision.job)
                self._hand_on(live, decision)
            elif isinstance(decision, UseVariant):
                alive[decision.job].variant = decision.variant
                alive[decision.job].context.variant = decision.variant
            elif isinstance(decision, WakeAt) and self._alarm is not None:
                self._alarm.set(decision.time_ns)
            elif isinstance(decision, ReplaceWorker):
                self._replace_worker(decision.unit)
        if ended:
            awaited = self._dispatcher.awaited
            self._kept = {job: ended[job] for job in awaited if job in ended}

    def _replace_worker(self, unit: str) -> None:
        try:
            self._workers[unit].replace()
        except RuntimeError as error:
            # the next stage waits for the hung one, and is then found to hang, too
            _log.error('unit %s: has no new thread: %s', unit, brief(error))

    def _release(
        self, release: Release, frame: Frame | None, age_ns: int, ended: dict[int, _LiveJob]
    ) -> None:
        variant = self._dispatcher.tasks[release.task].variants[0].name
        if release.parent is None:
            source = None if frame is None else self._frame_for(release.task, frame)
            parents = {}
        else:
            parent = ended[release.parent]
            source, age_ns = parent.context.frame, parent.age_ns
            names = self._dispatcher.tasks[release.task].before
            before = release.parents or (release.parent,)
            parents = {name: ended[job].context.result for name, job in zip(names, before)}
        context = JobContext(
            job=release.job,
            task=release.task,
            frame=source,
            items=release.items,
            parent=next(iter(parents.values()), None),
            parents=parents,
            variant=variant,
        )
        self._live[release.job] = _LiveJob(release, context, age_ns, variant)

    def _hand_on(self, live: _LiveJob, decision: Complete | Drop | Fail) -> None:
        if isinstance(decision, Complete):
            outcome = jobs.ON_TIME if decision.on_time else jobs.LATE
            reason, response_ns, result = '', decision.response_ns, live.context.result
        else:
            outcome = jobs.DROPPED if isinstance(decision, Drop) else jobs.FAILED
            reason, response_ns, result = decision.reason, None, None
        end = jobs.JobEnd(
            task=decision.task,
            job=decision.job,
            outcome=outcome,
            reason=reason,
            frame=live.context.frame,
            result=result,
            stages=split(decision.stages, live.context.parts),
            release_ns=live.release.release_ns,
            deadline_ns=live.release.deadline_ns,
            response_ns=response_ns,
            age_ns=live.age_ns,
            items=live.release.items,
            variant=live.variant,
        )
        if self._delivery is not None:
            self._delivery.put(end)

    # --- on the workers' threads ----------------------------------------------------------------

    def _execute(self, work: StageWork) -> None:
        unit = work.run.unit
        self._handle(self._run(work))
        if self._delivery is None:
            return
        if unit in self._cpu_units:
            self._delivery.drain()
        else:
            # its device must not wait while its thread delivers
            self._delivery.drain(self._workers[unit].is_wanted)

    def _run(self, work: StageWork) -> Event:
        """Run a stage and return its outcome."""
        run = work.run
        work.context.unit = run.unit
        started_ns = self._clock_ns()
        try:
            if work.context.frame is None:
                raise NoImageError
            items = _count(self._programs[run.task].run(run.stage, work.context))
        except BaseException as error:
            # own code may raise SystemExit, and its texts may raise, too
            reason = self._reason(work, error)
            return StageFailed(run.job, run.stage, run.unit, started_ns, self._clock_ns(), reason)
        ended_ns = self._clock_ns()
        # mW times ns are 1e-9 mJ
        energy_mj = self.busy_power_mw.get(run.unit, 0.0) * (ended_ns - started_ns) * 1e-9
        return StageFinished(
            run.job, run.stage, run.unit, started_ns, ended_ns, items, energy_mj=energy_mj
        )

    def _reason(self, work: StageWork, error: BaseException) -> str:
        """Return the short code under which an error is counted; log its first occurrence."""
        reason = self._reasons.of(work.run.task, error)
        self.failures.note(work.run.task, reason, error)
        try:
            self._tell(work, error, reason)
        except BaseException:
            # own code may raise SystemExit, and its texts may raise, too
            _log.error('%s failed (%s)', work.run.task, reason)
        return reason

    def _tell(self, work: StageWork, error: BaseException, reason: str) -> None:
        run, frame = work.run, work.context.frame
        # an unusable frame is not a fault of the task: log its topic, without a traceback
        of_frame = issubclass(type(error), FrameError)
        topic = frame.stream if of_frame and frame is not None else ''
        about = str(getattr(error, 'about', '')) if topic else ''
        # details of messages have no end: the first ones are enough
        kind = topic or run.task, reason, about if len(self._errors_seen) < _MOST_DETAILS else ''
        if kind not in self._errors_seen:
            self._errors_seen.add(kind)
            where = f'{topic}: {run.task}/{run.stage}' if topic else f'{run.task}/{run.stage}'
            # an error of this package says all in its text, and one in another process is logged
            # there
            trace = None if issubclass(type(error), EdgeSchedError) else error
            _log.error('%s failed (%s): %s', where, reason, brief(error), exc_info=trace)


def _hung_calls(dispatcher: LowLevelDispatcher, _now_ns: int) -> list[HungCall]:
    return list(dispatcher.hung_calls.values())


def _count(items: Any) -> int:
    """
    Return the number of objects that a stage found; own code may return none at all.

    :raises ValueError: when it is no possible number
    """
    count = 0 if items is None else int(items)
    if not 0 <= count <= _MOST_ITEMS:
        raise ValueError(f'run must return a number of objects from 0 to {_MOST_ITEMS}')
    return count


class NoImageError(FrameError):
    """A trigger came while there was no fresh image to work on."""

    def __init__(self) -> None:
        super().__init__('no_fresh_image', 'a trigger came while there was no fresh image')
