# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The coordinator: frames in, orders to devices, ended jobs out."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core.events import ClockJumped
from edge_sched_ros.core.events import Started
from edge_sched_ros.core.events import Stopped
from edge_sched_ros.core.high_level.dispatcher import HighLevelDispatcher
from edge_sched_ros.core.high_level.events import HighLevelEvent
from edge_sched_ros.core.high_level.events import TaskChanged
from edge_sched_ros.core.high_level.signs_of_life import LOST_AFTER_NS
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.fleet.coordinator.dispatcher_driver import DispatcherDriver
from edge_sched_ros.fleet.coordinator.links import Links
from edge_sched_ros.fleet.coordinator.live import LiveJobs
from edge_sched_ros.fleet.coordinator.members import Members
from edge_sched_ros.fleet.coordinator.order_maker import Arrival
from edge_sched_ros.fleet.coordinator.report_reader import ReportReader
from edge_sched_ros.fleet.device.server import DeviceServer
from edge_sched_ros.fleet.graphs import FRAME
from edge_sched_ros.fleet.graphs import IMAGE
from edge_sched_ros.fleet.graphs import NetworkForm
from edge_sched_ros.fleet.graphs import RESULT
from edge_sched_ros.fleet.ports import CoordinatorPort
from edge_sched_ros.fleet.problems import Problems
from edge_sched_ros.fleet.wire.frame_key import FrameKey
from edge_sched_ros.fleet.wire.offers import Beat
from edge_sched_ros.fleet.wire.offers import DeviceStatus
from edge_sched_ros.fleet.wire.offers import Offer
from edge_sched_ros.fleet.wire.reports import Reports

_log = logging.getLogger(__name__)


class Coordinator:
    """
    Drives the high-level dispatcher with what devices say.

    Any thread may call it; a lock is held while the dispatcher decides.

    :param name: of the coordinator, for devices and people
    :param home: the local device, which has the frames and gets the answers
    :param forms: network, in every variant -> its form
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
        self._port = port
        self._session = session
        self._clock_ns = clock_ns
        self._lock = threading.RLock()
        self.members = Members(
            home.name, wanted, session, lost_after_ns, reaches=port.reaches_with_orders
        )
        self.links = Links(home.name, self.members)
        self._live = LiveJobs(home.name)
        #: records and messages that could not be used, by reason
        self.rejected: Counter[str] = Counter()
        self._tell = Problems(_log).tell
        self._reports = ReportReader(
            members=self.members,
            links=self.links,
            live=self._live,
            forms=forms,
            rejected=self.rejected,
            refuse=self._refuse,
            answer_of=lambda job: home.value(job, RESULT),
            clock_ns=clock_ns,
        )
        self._driver = DispatcherDriver(
            dispatcher,
            home=home,
            members=self.members,
            live=self._live,
            forms=forms,
            port=port,
            session=session,
            on_end=on_end,
            refuse=self._refuse,
            lock=self._lock,
            clock_ns=clock_ns,
        )

    # --- life -------------------------------------------------------------------------------

    def start(self, *, alarm: bool = True) -> None:
        """
        Claim the local device and welcome frames.

        :param alarm: whether a thread fires the dispatcher's timers; else ``wake`` does
        """
        if alarm:
            self._driver.start_alarm()
        self.take_offer(Offer(self._home.name, self._home.instance, self._home.offer))
        self._home.hear(self._beat())
        self.take_status(self._home.status())
        self._driver.post([Started()])

    def stop(self) -> None:
        """End every job, deliver the ends, and let go of all devices."""
        self._driver.post([Stopped()])
        self._driver.stop_alarm()
        self._port.beat(Beat(self.name, self._session, self._clock_ns()))

    def tick(self) -> None:
        """Say that the coordinator is alive and see who else is; every 50 to 100 ms."""
        with self._lock:
            now_ns = self._clock_ns()
            self._driver.post(self.members.check(now_ns))
            for line in self.members.roster.problems(now_ns):
                self._tell(line)
            beat = self._beat()
        self._port.beat(beat)

    def wake(self) -> None:
        """Fire the dispatcher's timer."""
        self._driver.wake()

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

    def submit(self, frame: Frame, *, age_ns: int = 0, key: FrameKey | None = None) -> None:
        """
        Let a frame arrive that was taken ``age_ns`` ago.

        :param key: stream and number of what activates tasks, when that is not the frame itself
        """
        key = key or FrameKey(frame.stream, frame.seq)
        self._home.put_frame(key, {IMAGE: frame.image, FRAME: frame})
        self._driver.submit(Arrival(key, frame, age_ns))

    def lose(self, key: FrameKey, reason: str, *, age_ns: int = 0) -> None:
        """Account for a frame that nobody can work on, under a short code."""
        self._driver.submit(Arrival(key, None, age_ns), reason)

    def clock_jumped(self, delta_ns: int) -> None:
        """Drop what belongs to the time before a jump of the source clock."""
        self._driver.post([ClockJumped(delta_ns)])

    def change_task(self, task: str, values: Mapping[str, Any]) -> None:
        """
        Change settings of a task, or of the policy where none is named.

        :raises ConfigError: when the change cannot be
        """
        self._driver.post([TaskChanged(dict(values), task)])

    # --- records ----------------------------------------------------------------------------

    def take_offer(self, offer: Offer) -> None:
        """Take in a device's offer."""
        with self._lock:
            self._driver.post(self.members.take_offer(offer, self._clock_ns()))
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
            self._driver.post(self.members.take_status(status, self._clock_ns()))
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
                self._driver.post(self._reports.events_of(reports.device, report))

    def _refuse(self, device: str, why: str) -> list[HighLevelEvent]:
        self._tell(f"refused the device '{device}': {why}")
        return list(self.members.refuse(device, why))

    # --- state ------------------------------------------------------------------------------

    def read(self, look: Callable[[HighLevelDispatcher], Any]) -> Any:
        """Return what ``look`` makes of the dispatcher at this moment, undisturbed."""
        return self._driver.read(look)

    @property
    def home(self) -> str:
        """Name of the local device."""
        return self._home.name

    @property
    def done(self) -> Counter[tuple[str, str]]:
        """(device, task) -> partitions that ended there."""
        return self._reports.done

    @property
    def in_flight(self) -> int:
        """How many jobs have not ended."""
        return len(self._live)
