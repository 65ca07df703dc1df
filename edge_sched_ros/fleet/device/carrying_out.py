# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a device does with the orders of its coordinator."""

from __future__ import annotations

from collections.abc import Callable

from edge_sched_ros.fleet.device.in_flight import PartitionsInFlight
from edge_sched_ros.fleet.device.partitions import LoadedPartitions
from edge_sched_ros.fleet.device.sending import Outbox
from edge_sched_ros.fleet.wire.orders import CancelOrder
from edge_sched_ros.fleet.wire.orders import Order
from edge_sched_ros.fleet.wire.orders import Orders
from edge_sched_ros.fleet.wire.orders import PushOrder
from edge_sched_ros.fleet.wire.orders import SendOrder


def carry_out(
    orders: Orders,
    partitions: PartitionsInFlight,
    loaded: LoadedPartitions,
    tell: Callable[[str], None],
    outbox: Outbox,
) -> None:
    """
    Do what is ordered, and let go of what is not needed any more.

    :param tell: called with lines for people
    """
    for order in orders.orders:
        _carry_out(order, partitions, loaded, tell, outbox)
    for job in orders.ended_jobs:
        partitions.end_job(job)
    for frame in orders.ended_frames:
        partitions.store.end(frame)


def _carry_out(
    order: Order,
    partitions: PartitionsInFlight,
    loaded: LoadedPartitions,
    tell: Callable[[str], None],
    outbox: Outbox,
) -> None:
    if isinstance(order, PushOrder):
        partitions.push(order, outbox)
    elif isinstance(order, SendOrder):
        partitions.send(order, outbox)
    elif isinstance(order, CancelOrder):
        partitions.cancel(order)
    elif line := loaded.load(order):
        tell(line)
