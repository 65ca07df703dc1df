# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Records over ROS topics: who publishes what, and who listens."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from collections.abc import Iterable
from functools import partial
from typing import Any

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy

from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.fleet.local_bus import CoordinatorEnd
from edge_sched_ros.fleet.local_bus import DeviceEnd
from edge_sched_ros.fleet.wire.offers import Beat
from edge_sched_ros.fleet.wire.offers import DeviceStatus
from edge_sched_ros.fleet.wire.offers import Offer
from edge_sched_ros.fleet.wire.orders import Orders
from edge_sched_ros.fleet.wire.reports import Reports
from edge_sched_ros.fleet.wire.tensor_record import TensorRecord
from edge_sched_ros.msg import CoordinatorBeat
from edge_sched_ros.msg import DeviceOffer
from edge_sched_ros.msg import DeviceOrders
from edge_sched_ros.msg import DeviceReports
from edge_sched_ros.msg import DeviceStatus as StatusMessage
from edge_sched_ros.msg import TensorMessage
from edge_sched_ros.nodes.devices.offers import read_beat
from edge_sched_ros.nodes.devices.offers import read_offer
from edge_sched_ros.nodes.devices.offers import read_status
from edge_sched_ros.nodes.devices.offers import write_beat
from edge_sched_ros.nodes.devices.offers import write_offer
from edge_sched_ros.nodes.devices.offers import write_status
from edge_sched_ros.nodes.devices.orders import read_orders
from edge_sched_ros.nodes.devices.orders import write_orders
from edge_sched_ros.nodes.devices.raw_tensor import read_tensor
from edge_sched_ros.nodes.devices.raw_tensor import write_tensor
from edge_sched_ros.nodes.devices.reports import read_reports
from edge_sched_ros.nodes.devices.reports import write_reports
from edge_sched_ros.nodes.eventless_publishers import create_publisher
from edge_sched_ros.nodes.intake import Intake

_log = logging.getLogger(__name__)

#: beats are worth something only while they are fresh: the next one makes up for a lost one
BEATS = QoSProfile(depth=5, reliability=ReliabilityPolicy.BEST_EFFORT)
#: a device that joins later must hear of it, and a coordinator of it
OFFERS = QoSProfile(
    depth=1,
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
)
ALL_OFFERS = QoSProfile(
    depth=100,
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
)
#: a lost order is a job that waits until its deadline
BEATS_OF_MANY = QoSProfile(depth=100, reliability=ReliabilityPolicy.BEST_EFFORT)
ORDERS = QoSProfile(depth=200, reliability=ReliabilityPolicy.RELIABLE)
#: of a few frames; a device that does not keep up with more has lost them anyway
TENSORS = QoSProfile(depth=16, reliability=ReliabilityPolicy.RELIABLE)


class RosPort:
    """
    Publishes and takes the records of one process.

    Topics are relative to the node's namespace. It is a port of devices and of coordinators;
    what comes is taken by a thread of its own, beside the node's executor.

    :param count: called with a short code for every message that cannot be used
    """

    def __init__(self, node: Node, *, count: Callable[[str], None]) -> None:
        self._node = node
        self._count = count
        self._intake = Intake(node)
        self._subscriptions: list[Any] = []
        self._publishers: dict[str, Any] = {}
        self._told: set[str] = set()
        self._lock = threading.Lock()
        self._stopped = False

    # --- taking -------------------------------------------------------------------------------

    def serve_device(self, device: DeviceEnd, *, alone: bool = True) -> None:
        """
        Take what is meant for a device; before ``start``.

        :param alone: whether its coordinator is in another process
        """
        name = device.name
        if alone:
            self._take(CoordinatorBeat, 'devices/beats', BEATS, read_beat, device.hear)
            topic = f'devices/{name}/orders'
            self._take(DeviceOrders, topic, ORDERS, read_orders, device.take_orders)
        topic = f'devices/{name}/tensors'
        self._take(TensorMessage, topic, TENSORS, read_tensor, device.take_tensor, raw=True)

    def serve_coordinator(self, coordinator: CoordinatorEnd) -> None:
        """Take what is meant for a coordinator; before ``start``."""
        self._take(DeviceOffer, 'devices/offers', ALL_OFFERS, read_offer, coordinator.take_offer)
        self._take(
            StatusMessage, 'devices/status', BEATS_OF_MANY, read_status, coordinator.take_status
        )
        topic = f'devices/{coordinator.name}/reports'
        self._take(DeviceReports, topic, ORDERS, read_reports, coordinator.take_reports)

    def _take(
        self,
        kind: Any,
        topic: str,
        qos: QoSProfile,
        read: Callable[[Any], Any],
        take: Callable[[Any], None],
        *,
        raw: bool = False,
    ) -> None:
        subscription = self._node.create_subscription(
            kind, topic, lambda _message: None, qos, callback_group=self._intake.group, raw=raw
        )
        self._subscriptions.append(subscription)
        self._intake.add(subscription, partial(self._hand_on, topic, read, take))

    def _hand_on(
        self,
        topic: str,
        read: Callable[[Any], Any],
        take: Callable[[Any], None],
        message: Any,
    ) -> None:
        try:
            record = read(message)
        except (EdgeSchedError, ValueError, TypeError, AttributeError) as error:
            self._count('unreadable')
            self._tell(f'{topic}: a message cannot be used: {error}')
            return
        try:
            take(record)
        except Exception:
            self._count('defect')
            _log.exception('%s: a record could not be taken in', topic)

    def _tell(self, line: str) -> None:
        if line not in self._told and len(self._told) < 1000:
            self._told.add(line)
            _log.warning(line)

    def start(self) -> None:
        """Begin to take."""
        self._intake.start()

    def stop_taking(self) -> None:
        """Take nothing any more; does nothing a second time."""
        if not self._stopped:
            self._stopped = True
            self._intake.stop()

    def close(self) -> None:
        """Take and publish nothing any more."""
        self.stop_taking()
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)
        self._subscriptions.clear()
        with self._lock:
            for publisher in self._publishers.values():
                self._node.destroy_publisher(publisher)
            self._publishers.clear()

    # --- giving -------------------------------------------------------------------------------

    def offer(self, record: Offer) -> None:
        """Present a device to every coordinator."""
        self._publisher(DeviceOffer, 'devices/offers', OFFERS).publish(write_offer(record))

    def status(self, record: DeviceStatus) -> None:
        """Tell every coordinator that a device is alive."""
        self._publisher(StatusMessage, 'devices/status', BEATS).publish(write_status(record))

    def reports(self, record: Reports, coordinator: str) -> None:
        """Tell a coordinator what was done."""
        topic = f'devices/{coordinator}/reports'
        self._publisher(DeviceReports, topic, ORDERS).publish(write_reports(record))

    def tensor(self, record: TensorRecord) -> None:
        """Send a tensor to the device it is for."""
        topic = f'devices/{record.target}/tensors'
        self._publisher(TensorMessage, topic, TENSORS).publish(write_tensor(record))

    def beat(self, record: Beat) -> None:
        """Tell every device that a coordinator is alive."""
        self._publisher(CoordinatorBeat, 'devices/beats', BEATS).publish(write_beat(record))

    def orders(self, record: Orders) -> None:
        """Tell a device what to do."""
        topic = f'devices/{record.device}/orders'
        self._publisher(DeviceOrders, topic, ORDERS).publish(write_orders(record))

    # --- finding each other -------------------------------------------------------------------

    def meet(self, coordinator: str, devices: Iterable[str]) -> None:
        """Make the publishers of a device before there is anything to publish."""
        self._publisher(DeviceReports, f'devices/{coordinator}/reports', ORDERS)
        for device in devices:
            self._publisher(TensorMessage, f'devices/{device}/tensors', TENSORS)

    def meet_device(self, device: str) -> None:
        """Make the publishers of a coordinator and its local device before they are needed."""
        self._publisher(TensorMessage, f'devices/{device}/tensors', TENSORS)
        self._publisher(DeviceOrders, f'devices/{device}/orders', ORDERS)

    def reaches(self, coordinator: str) -> bool:
        """Whether a coordinator listens for reports."""
        return self._is_heard(f'devices/{coordinator}/reports')

    def reaches_device(self, device: str) -> bool:
        """Whether a device listens for tensors."""
        return self._is_heard(f'devices/{device}/tensors')

    def reaches_with_orders(self, device: str) -> bool:
        """Whether a device listens for orders and tensors."""
        return self.reaches_device(device) and self._is_heard(f'devices/{device}/orders')

    def _is_heard(self, topic: str) -> bool:
        with self._lock:
            publisher = self._publishers.get(topic)
        return publisher is not None and publisher.get_subscription_count() > 0

    def _publisher(self, kind: Any, topic: str, qos: QoSProfile) -> Any:
        with self._lock:
            if topic not in self._publishers:
                self._publishers[topic] = create_publisher(self._node, kind, topic, qos)
            return self._publishers[topic]
