# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A device: offers its units, runs the partitions it is given, sends tensors on."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.high_level.offer import DeviceOffer
from edge_sched_ros.execution.coded_size import MOST_PIXELS
from edge_sched_ros.fleet.device.account import PartitionAccount
from edge_sched_ros.fleet.device.carrying_out import carry_out
from edge_sched_ros.fleet.device.in_flight import PartitionsInFlight
from edge_sched_ros.fleet.device.life import DeviceLife
from edge_sched_ros.fleet.device.networks import Served
from edge_sched_ros.fleet.device.offer import offer_of
from edge_sched_ros.fleet.device.partitions import LoadedPartitions
from edge_sched_ros.fleet.device.receiving import receive
from edge_sched_ros.fleet.device.sending import Outbox
from edge_sched_ros.fleet.device.work import Runner
from edge_sched_ros.fleet.device.work import WorkEnd
from edge_sched_ros.fleet.doubts import doubts_of_networks
from edge_sched_ros.fleet.ports import DevicePort
from edge_sched_ros.fleet.problems import Problems
from edge_sched_ros.fleet.wire.frame_key import FrameKey
from edge_sched_ros.fleet.wire.offers import Beat
from edge_sched_ros.fleet.wire.offers import DeviceStatus
from edge_sched_ros.fleet.wire.orders import Orders
from edge_sched_ros.fleet.wire.tensor_record import TensorRecord

_log = logging.getLogger(__name__)

#: a coordinator that was not heard for so long has lost the device
LEASE_NS = 1_000_000_000


class DeviceServer:
    """
    Serves one coordinator at a time.

    Any thread may call it. It never waits: tensors and reports go out by its port.

    :param name: unique among the devices of a coordinator
    :param networks: by the name they are served by
    :param runner: runs partitions
    :param instance: random number of this life
    :param offers: whether its units are to run partitions; else they run only those that must
        stay where frames and answers are
    :param coordinators: names of those that it may serve; empty for any
    :param peers: names of the devices whose tensors it takes; empty for any
    :param max_pixels: a larger picture of another device is refused
    :param problems: what loading its networks has told, a line each
    """

    def __init__(
        self,
        name: str,
        *,
        networks: Mapping[str, Served],
        runner: Runner,
        port: DevicePort,
        instance: int,
        offers: bool = True,
        lease_ns: int = LEASE_NS,
        coordinators: Collection[str] = (),
        peers: Collection[str] = (),
        max_pixels: int = MOST_PIXELS,
        problems: Iterable[str] = (),
        clock_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self.name = name
        self._max_pixels = max_pixels
        self.account = PartitionAccount()
        self._runner = runner
        self._port = port
        self._clock_ns = clock_ns
        self._lock = threading.RLock()
        self._coordinators, self._peers = frozenset(coordinators), frozenset(peers)
        self._networks = networks
        self._loaded = LoadedPartitions(networks)
        self._problems = Problems(_log, f'{name}: ')
        self._tell = self._problems.tell
        for line in problems:
            self._tell(line)
        self._partitions = PartitionsInFlight(self._loaded, runner, self.account, self._tell)
        self._life = DeviceLife(
            name,
            offer=offer_of(name, runner.units, networks, all_segments=offers),
            instance=instance,
            lease_ns=lease_ns,
            port=port,
            tell=self._tell,
        )

    @property
    def offer(self) -> DeviceOffer:
        """What the device offers."""
        return self._life.offered

    @property
    def instance(self) -> int:
        """Number of its present life."""
        return self._life.instance

    @property
    def serves(self) -> str:
        """Name of the coordinator it serves; empty for none."""
        return self._life.claim.coordinator

    # --- life -------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to run partitions, and say what there is to offer."""
        self._runner.start(self._work_ended)
        self._life.offer()
        self._port.status(self.status())

    def stop(self) -> None:
        """End every partition and all threads."""
        with self._lock:
            self._partitions.clear()
        self._runner.stop()

    def tick(self) -> None:
        """Say that the device is alive, and look after what time changes; ten times a second."""
        with self._lock:
            now_ns = self._clock_ns()
            if self._life.lease_ended(now_ns):
                self._partitions.clear()
                self._life.begin_anew()
            outbox = self._outbox()
            self._partitions.check(now_ns, outbox)
            status = self.status()
        outbox.send(self._port)
        self._port.status(status)

    def status(self) -> DeviceStatus:
        """Return what the device does now."""
        with self._lock:
            now_ns, claim = self._clock_ns(), self._life.claim
            return DeviceStatus(
                device=self.name,
                instance=self.instance,
                sent_ns=self._clock_ns(),
                coordinator=claim.coordinator,
                session=claim.session,
                epoch=claim.epoch if self._life.ready else 0,
                beat_sent_ns=claim.beat_sent_ns,
                beat_received_ns=claim.beat_received_ns,
                units=self._runner.loads(now_ns),
                counts=self.account.to_counts(),
                problems=(
                    *self._problems.recent,
                    *self._runner.problems(),
                    *doubts_of_networks(self._networks),
                ),
            )

    # --- records ----------------------------------------------------------------------------

    def hear(self, beat: Beat) -> None:
        """Take in a coordinator's beat."""
        with self._lock:
            if self._coordinators and beat.coordinator not in self._coordinators:
                # its orders are stale, as it has no claim
                self.account.reject('unknown_coordinator')
                self._tell(f"'{brief(beat.coordinator, 80)}' is not one of coordinators")
                return
            change = self._life.hear(beat, self._clock_ns())
            if change == 'refused':
                self.account.reject('coordinator_refused')
            elif change:
                # whoever claims the device has pushed nothing yet
                self._partitions.clear()
        if change == 'claimed':
            self._port.status(self.status())

    def take_orders(self, orders: Orders) -> None:
        """Do what a coordinator orders; what another one orders is counted and left undone."""
        with self._lock:
            claim = self._life.claim
            if (orders.session, orders.epoch) != (claim.session, claim.epoch):
                self.account.reject('stale_orders')
                return
            outbox = self._outbox()
            carry_out(orders, self._partitions, self._loaded, self._tell, outbox)
        outbox.send(self._port)

    def take_tensor(self, record: TensorRecord) -> None:
        """Keep a tensor that another device sent; what is no tensor is counted and told."""
        with self._lock:
            if record.session != self._life.claim.session or record.target != self.name:
                self.account.reject('stale_tensor')
                return
            if self._peers and record.source not in self._peers:
                self.account.reject('unknown_peer')
                self._tell(f"'{brief(record.source, 80)}' is not one of peers")
                return
            now_ns, outbox = self._clock_ns(), self._outbox()
            receive(
                record,
                self._partitions,
                self.account,
                self._tell,
                now_ns,
                outbox,
                max_pixels=self._max_pixels,
            )
        outbox.send(self._port)

    def count(self, reason: str) -> None:
        """Count a message that could not even be read."""
        with self._lock:
            self.account.reject(reason)

    # --- at home ----------------------------------------------------------------------------

    def put_frame(self, frame: FrameKey, tensors: Mapping[str, Any]) -> None:
        """Keep what came with a frame; of the device that has the camera."""
        with self._lock:
            outbox = self._outbox()
            for name, value in tensors.items():
                self._partitions.put((frame, name), value, self._clock_ns(), outbox)
        outbox.send(self._port)

    def value(self, job: int, tensor: str) -> Any:
        """Return a tensor of a job; ``None`` when it is not here."""
        with self._lock:
            key = (job, tensor)
            return self._partitions.store.get(key) if key in self._partitions.store else None

    def _work_ended(self, end: WorkEnd) -> None:
        """Take in how a partition went; called by the runner from any thread."""
        with self._lock:
            outbox = self._outbox()
            self._partitions.ended(end, self._clock_ns(), outbox)
        outbox.send(self._port)

    def _outbox(self) -> Outbox:
        claim = self._life.claim
        return Outbox(
            self.name, claim.session, claim.epoch, claim.coordinator, self.account, self._clock_ns
        )

    def validate(self) -> None:
        """
        Check that every partition is accounted for.

        :raises InvariantError: when one is not
        """
        with self._lock:
            self._partitions.validate()
