# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The coordinator: frames in, orders to devices, ended jobs out."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core.decisions import StageTiming
from edge_sched_ros.core.decisions import WakeAt
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import ClockJumped
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.events import Started
from edge_sched_ros.core.events import Stopped
from edge_sched_ros.core.events import TimerFired
from edge_sched_ros.core.high_level.decisions import Cancel
from edge_sched_ros.core.high_level.decisions import HighLevelDecision
from edge_sched_ros.core.high_level.decisions import JobCompleted
from edge_sched_ros.core.high_level.decisions import JobDropped
from edge_sched_ros.core.high_level.decisions import JobFailed
from edge_sched_ros.core.high_level.decisions import JobReleased
from edge_sched_ros.core.high_level.decisions import Load
from edge_sched_ros.core.high_level.decisions import Push
from edge_sched_ros.core.high_level.decisions import Send
from edge_sched_ros.core.high_level.dispatcher import HighLevelDispatcher
from edge_sched_ros.core.high_level.events import DeviceJoined
from edge_sched_ros.core.high_level.events import DeviceLost
from edge_sched_ros.core.high_level.events import HighLevelEvent
from edge_sched_ros.core.high_level.events import PartitionExited
from edge_sched_ros.core.high_level.events import PartitionFailed
from edge_sched_ros.core.high_level.events import TaskChanged
from edge_sched_ros.core.high_level.events import TensorArrived
from edge_sched_ros.core.high_level.events import TransferFailed
from edge_sched_ros.execution.alarm import Alarm
from edge_sched_ros.execution.delivery import Delivery
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.jobs import DROPPED
from edge_sched_ros.execution.jobs import FAILED
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.execution.jobs import LATE
from edge_sched_ros.execution.jobs import ON_TIME
from edge_sched_ros.fleet.coordinator.links import Links
from edge_sched_ros.fleet.coordinator.live import LiveJob
from edge_sched_ros.fleet.coordinator.live import LiveJobs
from edge_sched_ros.fleet.coordinator.members import Members
from edge_sched_ros.fleet.coordinator.order_book import OrderBook
from edge_sched_ros.fleet.device.server import DeviceServer
from edge_sched_ros.fleet.graphs import IMAGE
from edge_sched_ros.fleet.graphs import NetworkForm
from edge_sched_ros.fleet.graphs import RESULT
from edge_sched_ros.fleet.ports import CoordinatorPort
from edge_sched_ros.fleet.wire.records import Arrived
from edge_sched_ros.fleet.wire.records import Beat
from edge_sched_ros.fleet.wire.records import CancelOrder
from edge_sched_ros.fleet.wire.records import DeviceStatus
from edge_sched_ros.fleet.wire.records import Exited
from edge_sched_ros.fleet.wire.records import Failed
from edge_sched_ros.fleet.wire.records import FrameKey
from edge_sched_ros.fleet.wire.records import LoadOrder
from edge_sched_ros.fleet.wire.records import Offer
from edge_sched_ros.fleet.wire.records import PushOrder
from edge_sched_ros.fleet.wire.records import Report
from edge_sched_ros.fleet.wire.records import Reports
from edge_sched_ros.fleet.wire.records import SendOrder
from edge_sched_ros.fleet.wire.tensors import TensorError

_log = logging.getLogger(__name__)

LOST_AFTER_NS = 400_000_000
#: between beats
BEAT_NS = 100_000_000
#: what a device cannot have sent if it told the truth
_UNTRUE = frozenset({'bad_kind', 'bad_dtype', 'bad_shape', 'bad_size', 'bad_result', 'bad_image'})


class Coordinator:
    """
    Drives the high-level dispatcher with what devices say.

    Any thread may call it; a lock is held while the dispatcher decides.

    :param name: of the coordinator, for devices and people
    :param home: the local device, which has the frames and gets the answers
    :param forms: task -> its network
    :param wanted: names of devices to claim; empty for whoever offers
    :param session: random number of this life
    :param on_end: called with every ended job, one at a time and in order, from any thread
    """

    def __init__(
        self,
        name: str,
        *,
        home: DeviceServer,
        dispatcher: HighLevelDispatcher,
        forms: Mapping[str, NetworkForm],
        port: CoordinatorPort,
        session: int,
        on_end: Callable[[JobEnd], None],
        wanted: tuple[str, ...] = (),
        lost_after_ns: int = LOST_AFTER_NS,
        clock_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self.name = name
        self._home = home
        self._dispatcher = dispatcher
        self._forms = forms
        self._port = port
        self._session = session
        self._clock_ns = clock_ns
        self._lock = threading.RLock()
        self.members = Members(
            home.name, wanted, session, lost_after_ns, reaches=port.reaches_with_orders
        )
        self.links = Links(home.name, self.members)
        self._live = LiveJobs(home.name)
        self._delivery = Delivery(on_end)
        self._alarm: Alarm | None = None
        #: (device, task) -> partitions that ended there
        self.done: Counter[tuple[str, str]] = Counter()
        #: records and messages that could not be used, by reason
        self.rejected: Counter[str] = Counter()
        self._told: set[str] = set()

    # --- life -------------------------------------------------------------------------------

    def start(self, *, alarm: bool = True) -> None:
        """
        Claim the local device and welcome frames.

        :param alarm: whether a thread fires the dispatcher's timers; else ``wake`` does
        """
        if alarm:
            self._alarm = Alarm(self._clock_ns, self.wake)
            self._alarm.start()
        self.take_offer(Offer(self._home.name, self._home.instance, self._home.offer))
        self._home.hear(self._beat())
        self.take_status(self._home.status())
        self._post([Started()])

    def stop(self) -> None:
        """End every job, deliver the ends, and let go of all devices."""
        self._post([Stopped()])
        if self._alarm is not None:
            self._alarm.stop()
            self._alarm = None
        self._port.beat(Beat(self.name, self._session, self._clock_ns()))

    def tick(self) -> None:
        """Say that the coordinator is alive and see who else is; every 50 to 100 ms."""
        with self._lock:
            self._post(self.members.check(self._clock_ns()))
            beat = self._beat()
        self._port.beat(beat)

    def wake(self) -> None:
        """Fire the dispatcher's timer."""
        self._post([TimerFired()])

    def _beat(self) -> Beat:
        epochs = self.members.epochs()
        return Beat(
            self.name,
            self._session,
            self._clock_ns(),
            self._home.name,
            epochs,
            instances=self.members.instances(),
        )

    # --- frames and settings ------------------------------------------------------------------

    def submit(self, frame: Frame, *, age_ns: int = 0) -> None:
        """Let a frame arrive that was taken ``age_ns`` ago."""
        with self._lock:
            now_ns, key = self._clock_ns(), FrameKey(frame.stream, frame.seq)
            self._live.add_frame(key)
            self._home.put_frame(key, {IMAGE: frame.image})
            book = OrderBook(self._session, self.members)
            decisions = self._dispatcher.handle(
                FrameArrived(frame.stream, frame.seq, now_ns - age_ns), now_ns
            )
            for decision in decisions:
                if isinstance(decision, JobReleased):
                    self._live.add(decision, frame, key, age_ns)
                else:
                    self._carry_out(decision, book)
            self._end_frame(key, book)
            book.send(self._port)
        self._delivery.drain()

    def clock_jumped(self, delta_ns: int) -> None:
        """Drop what belongs to the time before a jump of the source clock."""
        self._post([ClockJumped(delta_ns)])

    def change_task(self, task: str, values: Mapping[str, Any]) -> None:
        """
        Change settings of a task, or of the policy where none is named.

        :raises ConfigError: when the change cannot be
        """
        self._post([TaskChanged(dict(values), task)])

    # --- records ----------------------------------------------------------------------------

    def take_offer(self, offer: Offer) -> None:
        """Take in a device's offer."""
        with self._lock:
            self._post(self.members.take_offer(offer, self._clock_ns()))
            member = self.members.get(offer.device)
            if member is not None and member.offer.instance != offer.instance:
                self._tell(
                    f"a second device calls itself '{offer.device}', like the coordinator's own; "
                    'it is not used'
                    if offer.device == self._home.name
                    else f"a second device calls itself '{offer.device}'; it is used once the "
                    'first is silent'
                )
            if self.members.get(offer.device) is not None:
                self._port.meet_device(offer.device)

    def take_status(self, status: DeviceStatus) -> None:
        """Take in a device's sign of life."""
        with self._lock:
            self._post(self.members.take_status(status, self._clock_ns()))
            if status.coordinator and status.session != self._session:
                member = self.members.get(status.device)
                if member is not None and member.name != self._home.name:
                    self._tell(f"the device '{status.device}' serves '{status.coordinator}'")

    def take_reports(self, reports: Reports) -> None:
        """Take in what a device has done; what belongs to an earlier claim is counted."""
        with self._lock:
            member = self.members.get(reports.device)
            current = member is not None and member.joined and member.epoch == reports.epoch
            if reports.session != self._session or not current:
                self.rejected['stale_reports'] += 1
                return
            for report in reports.reports:
                self._post(self._events_of(reports.device, report))

    def _events_of(self, device: str, report: Report) -> list[HighLevelEvent]:
        if isinstance(report, Exited):
            return self._exited(device, report)
        if isinstance(report, Failed):
            return [
                PartitionFailed(report.job, report.partition, device, report.reason, report.retry)
            ]
        if isinstance(report, Arrived):
            measured = self.links.arrived(device, report)
            arrived = TensorArrived(report.job, report.tensor, device)
            return [arrived] if measured is None else [measured, arrived]
        failed = TransferFailed(
            report.job, report.tensor, report.source, report.target, report.reason
        )
        if report.reason in _UNTRUE and report.source != report.target:
            self.rejected[report.reason] += 1
            why = f"its tensor '{report.tensor}' is not what it says ({report.reason})"
            return [*self._refuse(report.source, why), failed]
        return [failed]

    def _exited(self, device: str, report: Exited) -> list[HighLevelEvent]:
        task, offset_ns = self._live.task_of(report.job), self.members.offset_ns(device)
        if not task:
            return []
        try:
            for output in report.outputs:
                expected = self._forms[task].expected.get(output.tensor)
                if expected is not None:
                    expected.check(output.dtype, output.shape)
        except TensorError as error:
            self.rejected[error.reason] += 1
            return self._refuse(device, f"its tensor '{output.tensor}' {error}")
        self.done[(device, task)] += 1
        live = self._live.get(report.job)
        if live is None:
            return []
        ready_ns = live.pushed_ns.get(report.partition, live.release.release_ns)
        for run in report.stages:
            started_ns, finished_ns = run.started_ns - offset_ns, run.finished_ns - offset_ns
            unit = f'{device}/{run.unit}'
            live.stages.append(StageTiming(run.segment, unit, ready_ns, started_ns, finished_ns))
            ready_ns = finished_ns
        now_ns = self._clock_ns()
        started = [run.started_ns - offset_ns for run in report.stages]
        ended = [run.finished_ns - offset_ns for run in report.stages]
        return [
            PartitionExited(
                report.job,
                report.partition,
                device,
                min(started, default=now_ns),
                max(ended, default=now_ns),
                {
                    run.segment: (run.unit, run.finished_ns - run.started_ns)
                    for run in report.stages
                },
                report.items,
            )
        ]

    def _refuse(self, device: str, why: str) -> list[HighLevelEvent]:
        self._tell(f"refused the device '{device}': {why}")
        return list(self.members.refuse(device, why))

    # --- decisions ----------------------------------------------------------------------------

    def _post(self, events: Iterable[HighLevelEvent]) -> None:
        """Feed events that bring no frame."""
        with self._lock:
            for event in events:
                book = OrderBook(self._session, self.members)
                for decision in self._handle(event):
                    self._carry_out(decision, book)
                book.send(self._port)
        self._delivery.drain()

    def _handle(self, event: HighLevelEvent) -> list[HighLevelDecision]:
        """Let the dispatcher decide; a device whose offer contradicts itself is refused."""
        self._log_event(event)
        try:
            return self._dispatcher.handle(event, self._clock_ns())
        except ConfigError as error:
            if not isinstance(event, DeviceJoined):
                raise
            self.members.refuse(event.offer.name, str(error))
            self._tell(f"refused the device '{event.offer.name}': {error}")
            return []

    def _carry_out(self, decision: HighLevelDecision, book: OrderBook) -> None:
        if isinstance(decision, Push):
            self._push(decision, book)
        elif isinstance(decision, Send):
            self._send(decision, book)
        elif isinstance(decision, Cancel):
            book.add(decision.device, CancelOrder(decision.job, decision.partition))
        elif isinstance(decision, Load):
            order = LoadOrder(
                decision.task, decision.network, decision.digest, decision.partitions
            )
            book.add(decision.device, order)
        elif isinstance(decision, (JobCompleted, JobDropped, JobFailed)):
            self._end(decision, book)
        elif isinstance(decision, WakeAt) and self._alarm is not None:
            self._alarm.set(decision.time_ns)

    def _push(self, push: Push, book: OrderBook) -> None:
        live = self._live.get(push.job)
        if live is None:
            return
        live.pushed_ns[push.partition] = self._clock_ns()
        self._live.touch(push.job, [push.device])
        order = PushOrder(
            push.job,
            push.task,
            push.partition,
            live.key,
            push.deadline_ns + self.members.offset_ns(push.device),
            push.priority,
            push.unit_of,
        )
        book.add(push.device, order)

    def _send(self, send: Send, book: OrderBook) -> None:
        live = self._live.get(send.job)
        if live is None:
            return
        self._live.touch(send.job, [send.source, send.target])
        of_frame = send.tensor in self._forms[live.release.task].graph.inputs
        book.add(send.source, SendOrder(send.job, send.tensor, send.target, live.key, of_frame))

    def _end(self, decision: JobCompleted | JobDropped | JobFailed, book: OrderBook) -> None:
        live = self._live.end(decision.job)
        if live is None:
            return
        result, response_ns, reason = None, None, ''
        if isinstance(decision, JobCompleted):
            outcome = ON_TIME if decision.on_time else LATE
            result, response_ns = self._home.value(decision.job, RESULT), decision.response_ns
        else:
            outcome = DROPPED if isinstance(decision, JobDropped) else FAILED
            reason = decision.reason
        self._delivery.put(_job_end(live, outcome, reason, result, response_ns))
        for device in live.devices | {self._home.name}:
            book.end_job(device, decision.job)
        self._end_frame(live.key, book)

    def _end_frame(self, key: FrameKey, book: OrderBook) -> None:
        for device in self._live.end_frame(key):
            book.end_frame(device, key)

    # --- state ------------------------------------------------------------------------------

    def read(self, look: Callable[[HighLevelDispatcher], Any]) -> Any:
        """Return what ``look`` makes of the dispatcher at this moment, undisturbed."""
        with self._lock:
            return look(self._dispatcher)

    @property
    def home(self) -> str:
        """Name of the local device."""
        return self._home.name

    @property
    def in_flight(self) -> int:
        """How many jobs have not ended."""
        return len(self._live)

    def _log_event(self, event: HighLevelEvent) -> None:
        if isinstance(event, DeviceJoined):
            units = ', '.join(unit.name for unit in event.offer.units)
            _log.info('the device %s has joined: %s', event.offer.name, units)
        elif isinstance(event, DeviceLost):
            _log.warning('the device %s is lost: %s', event.device, event.reason)

    def _tell(self, line: str) -> None:
        if line not in self._told and len(self._told) < 1000:
            self._told.add(line)
            _log.warning(line)


def _job_end(
    live: LiveJob, outcome: str, reason: str, result: Any, response_ns: int | None
) -> JobEnd:
    release = live.release
    return JobEnd(
        task=release.task,
        job=release.job,
        outcome=outcome,
        reason=reason,
        frame=live.frame,
        result=result,
        stages=tuple(sorted(live.stages, key=lambda one: one.started_ns)),
        release_ns=release.release_ns,
        deadline_ns=release.deadline_ns,
        response_ns=response_ns,
        age_ns=live.age_ns,
        items=1,
        variant='',
    )
