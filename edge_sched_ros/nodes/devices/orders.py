# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Orders as messages, and back."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.fleet.wire.frame_key import FrameKey
from edge_sched_ros.fleet.wire.orders import CancelOrder
from edge_sched_ros.fleet.wire.orders import LoadOrder
from edge_sched_ros.fleet.wire.orders import Order
from edge_sched_ros.fleet.wire.orders import Orders
from edge_sched_ros.fleet.wire.orders import PushOrder
from edge_sched_ros.fleet.wire.orders import SendOrder
from edge_sched_ros.msg import DeviceOrders
from edge_sched_ros.msg import PartitionOrder
from edge_sched_ros.nodes.devices.columns import columns
from edge_sched_ros.nodes.devices.columns import common
from edge_sched_ros.nodes.devices.columns import grouped
from edge_sched_ros.nodes.devices.columns import table
from edge_sched_ros.nodes.devices.columns import UnreadableError

_ORDERS = ('device', 'session', 'epoch')
_LOAD = ('task', 'network', 'digest')
_PUSH = ('job', 'task', 'network', 'partition', 'deadline_ns', 'priority')
_SEND = ('job', 'tensor', 'target', 'of_frame')
_CANCEL = ('job', 'partition')
_FRAME = ('stream', 'seq')


def write_orders(record: Orders) -> Any:
    """Return orders as message."""
    ended = [(key.stream, key.seq) for key in record.ended_frames]
    return DeviceOrders(
        **common(record, _ORDERS),
        orders=[_write_order(order) for order in record.orders],
        ended_jobs=list(record.ended_jobs),
        **table(ended, 'ended_streams', 'ended_seqs'),
    )


def _write_order(order: Order) -> Any:
    if isinstance(order, PushOrder):
        return PartitionOrder(
            kind=PartitionOrder.PUSH,
            **common(order, _PUSH),
            **common(order.frame, _FRAME),
            **table(order.unit_of, 'segments', 'units'),
        )
    if isinstance(order, SendOrder):
        fields = common(order, _SEND) | common(order.frame, _FRAME)
        return PartitionOrder(kind=PartitionOrder.SEND, **fields)
    if isinstance(order, CancelOrder):
        return PartitionOrder(kind=PartitionOrder.CANCEL, **common(order, _CANCEL))
    return PartitionOrder(
        kind=PartitionOrder.LOAD,
        **common(order, _LOAD),
        partitions=[name for name, _ in order.partitions],
        segment_counts=[len(segments) for _, segments in order.partitions],
        segments=[segment for _, segments in order.partitions for segment in segments],
    )


def read_orders(message: Any) -> Orders:
    """
    Return the orders in a message.

    :raises UnreadableError: when it makes no sense
    """
    return Orders(
        **common(message, _ORDERS),
        orders=tuple(_read_order(order) for order in message.orders),
        ended_jobs=tuple(int(job) for job in message.ended_jobs),
        ended_frames=tuple(
            FrameKey(*row) for row in columns(message, 'ended_streams', 'ended_seqs')
        ),
    )


def _read_order(message: Any) -> Order:
    if message.kind == PartitionOrder.PUSH:
        return PushOrder(
            **common(message, _PUSH),
            frame=FrameKey(**common(message, _FRAME)),
            unit_of=tuple((name, unit) for name, unit in columns(message, 'segments', 'units')),
        )
    if message.kind == PartitionOrder.SEND:
        return SendOrder(**common(message, _SEND), frame=FrameKey(**common(message, _FRAME)))
    if message.kind == PartitionOrder.CANCEL:
        return CancelOrder(**common(message, _CANCEL))
    if message.kind != PartitionOrder.LOAD:
        raise UnreadableError('kind', f'{message.kind} is no order')
    counts = [int(count) for count in message.segment_counts]
    groups = grouped(list(message.segments), counts, 'segments')
    if len(groups) != len(message.partitions):
        raise UnreadableError('partitions', f'{len(groups)} groups of segments for them')
    return LoadOrder(**common(message, _LOAD), partitions=tuple(zip(message.partitions, groups)))
