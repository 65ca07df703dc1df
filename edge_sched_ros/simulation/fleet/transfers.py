# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors on their way over links."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping

from edge_sched_ros.core.high_level.decisions import Send
from edge_sched_ros.core.high_level.events import HighLevelEvent
from edge_sched_ros.core.high_level.events import TensorArrived
from edge_sched_ros.core.high_level.events import TransferFailed
from edge_sched_ros.simulation.fleet.clock import VirtualClock
from edge_sched_ros.simulation.fleet.device import SimulatedDevice
from edge_sched_ros.simulation.fleet.jobs import FleetJobs
from edge_sched_ros.simulation.fleet.jobs import TensorKey
from edge_sched_ros.simulation.fleet.links import Link
from edge_sched_ros.simulation.fleet.links import Links

#: a tensor that does not arrive is given up after so long
TRANSFER_NS = 500_000_000
#: reason of a transfer that failed
_LINK = 'link'


class Transfers:
    """
    Carries tensors from device to device, one link after the other.

    :param devices: those that live, by name
    :param tell: lets a device tell the coordinator
    """

    def __init__(
        self,
        clock: VirtualClock,
        links: Links,
        jobs: FleetJobs,
        devices: Mapping[str, SimulatedDevice],
        tell: Callable[[SimulatedDevice, HighLevelEvent], None],
    ) -> None:
        self._clock = clock
        self._links = links
        self._jobs = jobs
        self._devices = devices
        self._tell = tell

    def start(self, device: SimulatedDevice, order: Send) -> None:
        """Send a tensor that a device has."""
        key = self._jobs.key(order.job, order.tensor)
        if key is None:
            return
        nbytes = self._jobs.nbytes(order.job, order.tensor)
        way = self._links.way(order.source, order.target)
        if way is None:
            self._give_up(device, order)
            return
        device.account.sent_bytes += nbytes
        self._hop(device, order, key, nbytes, way)

    def _hop(
        self,
        device: SimulatedDevice,
        order: Send,
        key: TensorKey,
        nbytes: int,
        way: tuple[Link, ...],
    ) -> None:
        if not way:
            self._arrive(order, key, nbytes)
            return
        at_ns = way[0].send(nbytes, self._clock.now_ns)
        if at_ns is None:
            self._give_up(device, order)
        else:
            self._clock.at(at_ns, self._passed, device, order, key, nbytes, way)

    def _passed(
        self,
        device: SimulatedDevice,
        order: Send,
        key: TensorKey,
        nbytes: int,
        way: tuple[Link, ...],
    ) -> None:
        if device.gone and way[0].source == device.name:
            way[0].failed += 1
            return  # the sender died while it sent
        if not way[0].up:
            way[0].failed += 1
            self._give_up(device, order)
            return
        if len(way) == 1 and order.target not in self._devices:
            way[0].failed += 1
        self._hop(device, order, key, nbytes, way[1:])

    def _arrive(self, order: Send, key: TensorKey, nbytes: int) -> None:
        target = self._devices.get(order.target)
        if target is None:
            return  # nobody is there to say so; the coordinator finds out by itself
        target.account.received_bytes += nbytes
        self._tell(target, TensorArrived(order.job, order.tensor, order.target))
        if self._jobs.is_wanted(key):
            target.put(key)

    def _give_up(self, device: SimulatedDevice, order: Send) -> None:
        self._clock.at(self._clock.now_ns + TRANSFER_NS, self._say_so, device, order)

    def _say_so(self, device: SimulatedDevice, order: Send) -> None:
        if not device.gone and self._jobs.key(order.job, order.tensor) is not None:
            event = TransferFailed(order.job, order.tensor, order.source, order.target, _LINK)
            self._tell(device, event)
