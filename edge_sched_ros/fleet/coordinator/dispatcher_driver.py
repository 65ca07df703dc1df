# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Events into the high-level dispatcher, its decisions out to devices and users."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core.decisions import WakeAt
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.events import TimerFired
from edge_sched_ros.core.high_level.decisions import HighLevelDecision
from edge_sched_ros.core.high_level.dispatcher import HighLevelDispatcher
from edge_sched_ros.core.high_level.events import DeviceJoined
from edge_sched_ros.core.high_level.events import DeviceLost
from edge_sched_ros.core.high_level.events import FrameLost
from edge_sched_ros.core.high_level.events import HighLevelEvent
from edge_sched_ros.execution.alarm import Alarm
from edge_sched_ros.execution.delivery import Delivery
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.fleet.coordinator.live import LiveJobs
from edge_sched_ros.fleet.coordinator.members import Members
from edge_sched_ros.fleet.coordinator.order_book import OrderBook
from edge_sched_ros.fleet.coordinator.order_maker import Arrival
from edge_sched_ros.fleet.coordinator.order_maker import OrderMaker
from edge_sched_ros.fleet.device.server import DeviceServer
from edge_sched_ros.fleet.graphs import NetworkForm
from edge_sched_ros.fleet.ports import CoordinatorPort

_log = logging.getLogger(__name__)


class DispatcherDriver:
    """
    Feeds the dispatcher and carries out what it decides, under a lock.

    :param home: the local device, which gets the answers
    :param forms: network -> its graph
    :param session: of the coordinator
    :param on_end: called with every ended job, one at a time and in order, from any thread
    :param refuse: (device, why) called when a device's offer contradicts itself
    :param lock: re-entrant; held while the dispatcher decides
    """

    def __init__(
        self,
        dispatcher: HighLevelDispatcher,
        *,
        home: DeviceServer,
        members: Members,
        live: LiveJobs,
        forms: Mapping[str, NetworkForm],
        port: CoordinatorPort,
        session: int,
        on_end: Callable[[JobEnd], None],
        refuse: Callable[[str, str], object],
        lock: threading.RLock,
        clock_ns: Callable[[], int],
    ) -> None:
        self._dispatcher = dispatcher
        self._members = members
        self._live = live
        self._port = port
        self._session = session
        self._refuse = refuse
        self._lock = lock
        self._clock_ns = clock_ns
        self._delivery = Delivery(on_end)
        self._orders = OrderMaker(
            home=home,
            members=members,
            live=live,
            forms=forms,
            deliver=self._delivery.put,
            clock_ns=clock_ns,
        )
        self._alarm: Alarm | None = None

    def start_alarm(self) -> None:
        """Have a thread fire the dispatcher's timers."""
        self._alarm = Alarm(self._clock_ns, self.wake)
        self._alarm.start()

    def stop_alarm(self) -> None:
        """End that thread, if there is one."""
        if self._alarm is not None:
            self._alarm.stop()
            self._alarm = None

    def wake(self) -> None:
        """Fire the dispatcher's timer."""
        self.post([TimerFired()])

    def submit(self, arrived: Arrival, reason: str = '') -> None:
        """
        Let a frame arrive.

        :param reason: why nobody can work on it; empty when they can
        """
        key = arrived.key
        with self._lock:
            now_ns, book = self._clock_ns(), OrderBook(self._session, self._members)
            self._live.add_frame(key)
            release_ns = now_ns - arrived.age_ns
            event: FrameArrived | FrameLost = FrameArrived(key.stream, key.seq, release_ns)
            if reason:
                event = FrameLost(key.stream, key.seq, release_ns, reason)
            for decision in self._dispatcher.handle(event, now_ns):
                self._carry_out(decision, book, arrived)
            self._orders.end_frames(book, self._dispatcher.awaited, key)
            book.send(self._port)
        self._delivery.drain()

    def post(self, events: Iterable[HighLevelEvent]) -> None:
        """Feed events that bring no frame."""
        with self._lock:
            for event in events:
                book = OrderBook(self._session, self._members)
                for decision in self._handle(event):
                    self._carry_out(decision, book)
                self._orders.end_frames(book, self._dispatcher.awaited)
                book.send(self._port)
        self._delivery.drain()

    def _handle(self, event: HighLevelEvent) -> list[HighLevelDecision]:
        """Let the dispatcher decide; a device whose offer contradicts itself is refused."""
        _log_event(event)
        try:
            return self._dispatcher.handle(event, self._clock_ns())
        except ConfigError as error:
            if not isinstance(event, DeviceJoined):
                raise
            self._refuse(event.offer.name, str(error))
            return []

    def _carry_out(
        self, decision: HighLevelDecision, book: OrderBook, arrived: Arrival | None = None
    ) -> None:
        if not isinstance(decision, WakeAt):
            self._orders.carry_out(decision, book, arrived)
        elif self._alarm is not None:
            self._alarm.set(decision.time_ns)

    def read(self, look: Callable[[HighLevelDispatcher], Any]) -> Any:
        """Return what ``look`` makes of the dispatcher at this moment, undisturbed."""
        with self._lock:
            return look(self._dispatcher)


def _log_event(event: HighLevelEvent) -> None:
    if isinstance(event, DeviceJoined):
        units = ', '.join(unit.name for unit in event.offer.units)
        _log.info('the device %s has joined: %s', event.offer.name, units)
    elif isinstance(event, DeviceLost):
        _log.warning('the device %s is lost: %s', event.device, event.reason)
