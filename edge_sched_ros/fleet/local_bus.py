# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A transport within one process: records wait in one queue and are handed on in order."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from collections.abc import Iterable
from typing import Protocol

from edge_sched_ros.fleet.ports import CoordinatorPort
from edge_sched_ros.fleet.wire.offers import Beat
from edge_sched_ros.fleet.wire.offers import DeviceStatus
from edge_sched_ros.fleet.wire.offers import Offer
from edge_sched_ros.fleet.wire.orders import Orders
from edge_sched_ros.fleet.wire.reports import Reports
from edge_sched_ros.fleet.wire.tensor_record import TensorRecord

_log = logging.getLogger(__name__)


class DeviceEnd(Protocol):
    """What a device takes in."""

    name: str

    def hear(self, beat: Beat) -> None:
        """Take in a coordinator's beat."""

    def take_orders(self, orders: Orders) -> None:
        """Do what is ordered."""

    def take_tensor(self, record: TensorRecord) -> None:
        """Keep a tensor."""


class CoordinatorEnd(Protocol):
    """What a coordinator takes in."""

    name: str

    def take_offer(self, offer: Offer) -> None:
        """Take in a device's offer."""

    def take_status(self, status: DeviceStatus) -> None:
        """Take in a device's sign of life."""

    def take_reports(self, reports: Reports) -> None:
        """Take in what a device has done."""


class OutsidePort(CoordinatorPort, Protocol):
    """What carries a coordinator's beats and orders, and its local device's tensors, further."""

    def tensor(self, record: TensorRecord) -> None:
        """Send a tensor to the device it is for."""

    def reaches_device(self, device: str) -> bool:
        """Whether a device would get tensors now."""


class LocalBus:
    """
    Carries records between coordinators and devices of one process.

    Nothing is delivered while it is given: :meth:`pump` does that, or a thread of the bus between
    ``start`` and ``stop``. It is a port of every device and coordinator at once.

    :param outside: carries records to who is not on the bus, and beats to everybody; ``None``
        where there is nobody else
    """

    def __init__(self, outside: OutsidePort | None = None) -> None:
        self._outside = outside
        self._devices: dict[str, DeviceEnd] = {}
        self._coordinators: dict[str, CoordinatorEnd] = {}
        self._offers: dict[str, Offer] = {}
        self._queue: deque[Callable[[], None]] = deque()
        self._work = threading.Semaphore(0)
        self._stopping = False
        self._thread: threading.Thread | None = None

    def join_device(self, device: DeviceEnd) -> None:
        """Carry records to a device from now on."""
        self._devices[device.name] = device

    def join_coordinator(self, coordinator: CoordinatorEnd) -> None:
        """Carry records to a coordinator from now on; it hears of devices that offered before."""
        self._coordinators[coordinator.name] = coordinator
        for offer in self._offers.values():
            self._post(lambda offer=offer: coordinator.take_offer(offer))  # type: ignore[misc]

    def leave(self, name: str) -> None:
        """Carry nothing to a device or coordinator of that name any more."""
        self._devices.pop(name, None)
        self._coordinators.pop(name, None)
        self._offers.pop(name, None)

    # --- of devices ---------------------------------------------------------------------------

    def offer(self, record: Offer) -> None:
        """Present a device to every coordinator, now and whoever comes later."""
        self._offers[record.device] = record
        for one in list(self._coordinators.values()):
            self._post(lambda one=one: one.take_offer(record))  # type: ignore[misc]

    def status(self, record: DeviceStatus) -> None:
        """Tell every coordinator that a device is alive."""
        for one in list(self._coordinators.values()):
            self._post(lambda one=one: one.take_status(record))  # type: ignore[misc]

    def reports(self, record: Reports, coordinator: str) -> None:
        """Tell a coordinator what was done."""
        one = self._coordinators.get(coordinator)
        if one is not None:
            self._post(lambda: one.take_reports(record))

    def tensor(self, record: TensorRecord) -> None:
        """Send a tensor to the device it is for."""
        device = self._devices.get(record.target)
        if device is not None:
            self._post(lambda: device.take_tensor(record))
        elif self._outside is not None:
            self._outside.tensor(record)

    def meet(self, coordinator: str, devices: Iterable[str]) -> None:
        """Nobody needs to be found here."""

    def reaches(self, coordinator: str) -> bool:
        """Whether a coordinator is on the bus."""
        return coordinator in self._coordinators

    def reaches_device(self, device: str) -> bool:
        """Whether a device is on the bus, or others know it."""
        if device in self._devices:
            return True
        return self._outside is not None and self._outside.reaches_device(device)

    # --- of coordinators ------------------------------------------------------------------------

    def beat(self, record: Beat) -> None:
        """Tell every device that a coordinator is alive."""
        for device in list(self._devices.values()):
            self._post(lambda device=device: device.hear(record))  # type: ignore[misc]
        if self._outside is not None:
            self._outside.beat(record)

    def orders(self, record: Orders) -> None:
        """Tell a device what to do."""
        device = self._devices.get(record.device)
        if device is not None:
            self._post(lambda: device.take_orders(record))
        elif self._outside is not None:
            self._outside.orders(record)

    def meet_device(self, device: str) -> None:
        """Look for a device that is going to get orders and tensors."""
        if device not in self._devices and self._outside is not None:
            self._outside.meet_device(device)

    def reaches_with_orders(self, device: str) -> bool:
        """Whether a device would get orders now."""
        if device in self._devices:
            return True
        return self._outside is not None and self._outside.reaches_with_orders(device)

    # --- handing on -----------------------------------------------------------------------------

    def _post(self, deliver: Callable[[], None]) -> None:
        self._queue.append(deliver)
        self._work.release()

    def pump(self) -> int:
        """Hand on everything that waits, and what comes of that; return how many records."""
        count = 0
        while self._queue:
            self._hand_on()
            count += 1
        return count

    def _hand_on(self) -> None:
        try:
            self._queue.popleft()()
        except Exception:
            _log.exception('a record could not be taken in')

    def start(self) -> None:
        """Hand on by a thread of the bus."""
        self._stopping = False
        self._thread = threading.Thread(target=self._loop, name='local-bus', daemon=True)
        self._thread.start()

    def _loop(self) -> None:
        while True:
            self._work.acquire()
            if self._stopping:
                return
            if self._queue:
                self._hand_on()

    def stop(self) -> None:
        """Hand on what waits and end the thread."""
        self._stopping = True
        self._work.release()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        self._thread = None
        self.pump()
