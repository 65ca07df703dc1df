# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Orders and reports as messages, and back."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.fleet.wire.frame_key import FrameKey
from edge_sched_ros.fleet.wire.orders import CancelOrder
from edge_sched_ros.fleet.wire.orders import LoadOrder
from edge_sched_ros.fleet.wire.orders import Order
from edge_sched_ros.fleet.wire.orders import Orders
from edge_sched_ros.fleet.wire.orders import PushOrder
from edge_sched_ros.fleet.wire.orders import SendOrder
from edge_sched_ros.fleet.wire.reports import Arrived
from edge_sched_ros.fleet.wire.reports import Exited
from edge_sched_ros.fleet.wire.reports import Failed
from edge_sched_ros.fleet.wire.reports import NotSent
from edge_sched_ros.fleet.wire.reports import OutputShape
from edge_sched_ros.fleet.wire.reports import Report
from edge_sched_ros.fleet.wire.reports import Reports
from edge_sched_ros.fleet.wire.reports import StageRun
from edge_sched_ros.msg import DeviceOrders
from edge_sched_ros.msg import DeviceReports
from edge_sched_ros.msg import PartitionOrder
from edge_sched_ros.msg import PartitionReport
from edge_sched_ros.nodes.devices.columns import columns
from edge_sched_ros.nodes.devices.columns import grouped
from edge_sched_ros.nodes.devices.columns import UnreadableError


def write_orders(record: Orders) -> Any:
    """Return orders as message."""
    return DeviceOrders(
        device=record.device,
        session=record.session,
        epoch=record.epoch,
        orders=[_write_order(order) for order in record.orders],
        ended_jobs=list(record.ended_jobs),
        ended_streams=[key.stream for key in record.ended_frames],
        ended_seqs=[key.seq for key in record.ended_frames],
    )


def _write_order(order: Order) -> Any:
    if isinstance(order, PushOrder):
        return PartitionOrder(
            kind=PartitionOrder.PUSH,
            job=order.job,
            task=order.task,
            partition=order.partition,
            stream=order.frame.stream,
            seq=order.frame.seq,
            deadline_ns=order.deadline_ns,
            priority=order.priority,
            segments=[segment for segment, _ in order.unit_of],
            units=[unit for _, unit in order.unit_of],
        )
    if isinstance(order, SendOrder):
        return PartitionOrder(
            kind=PartitionOrder.SEND,
            job=order.job,
            tensor=order.tensor,
            target=order.target,
            stream=order.frame.stream,
            seq=order.frame.seq,
            of_frame=order.of_frame,
        )
    if isinstance(order, CancelOrder):
        return PartitionOrder(kind=PartitionOrder.CANCEL, job=order.job, partition=order.partition)
    return PartitionOrder(
        kind=PartitionOrder.LOAD,
        task=order.task,
        network=order.network,
        digest=order.digest,
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
        message.device,
        message.session,
        message.epoch,
        tuple(_read_order(order) for order in message.orders),
        tuple(int(job) for job in message.ended_jobs),
        tuple(FrameKey(*row) for row in columns(message, 'ended_streams', 'ended_seqs')),
    )


def _read_order(message: Any) -> Order:
    frame = FrameKey(message.stream, message.seq)
    if message.kind == PartitionOrder.PUSH:
        return PushOrder(
            message.job,
            message.task,
            message.partition,
            frame,
            message.deadline_ns,
            message.priority,
            tuple((segment, unit) for segment, unit in columns(message, 'segments', 'units')),
        )
    if message.kind == PartitionOrder.SEND:
        return SendOrder(message.job, message.tensor, message.target, frame, message.of_frame)
    if message.kind == PartitionOrder.CANCEL:
        return CancelOrder(message.job, message.partition)
    if message.kind != PartitionOrder.LOAD:
        raise UnreadableError('kind', f'{message.kind} is no order')
    counts = [int(count) for count in message.segment_counts]
    groups = grouped(list(message.segments), counts, 'segments')
    if len(groups) != len(message.partitions):
        raise UnreadableError('partitions', f'{len(groups)} groups of segments for them')
    partitions = tuple(zip(message.partitions, groups))
    return LoadOrder(message.task, message.network, message.digest, partitions)


def write_reports(record: Reports) -> Any:
    """Return reports as message."""
    return DeviceReports(
        device=record.device,
        session=record.session,
        epoch=record.epoch,
        reports=[_write_report(report) for report in record.reports],
    )


def _write_report(report: Report) -> Any:
    if isinstance(report, Exited):
        return PartitionReport(
            kind=PartitionReport.EXITED,
            job=report.job,
            partition=report.partition,
            segments=[run.segment for run in report.stages],
            units=[run.unit for run in report.stages],
            started_ns=[run.started_ns for run in report.stages],
            finished_ns=[run.finished_ns for run in report.stages],
            tensors=[one.tensor for one in report.outputs],
            dtypes=[one.dtype for one in report.outputs],
            ranks=[len(one.shape) for one in report.outputs],
            sizes=[size for one in report.outputs for size in one.shape],
            items=report.items,
        )
    if isinstance(report, Failed):
        return PartitionReport(
            kind=PartitionReport.FAILED,
            job=report.job,
            partition=report.partition,
            reason=report.reason,
            retry=report.retry,
        )
    if isinstance(report, Arrived):
        return PartitionReport(
            kind=PartitionReport.ARRIVED,
            job=report.job,
            tensor=report.tensor,
            source=report.source,
            nbytes=report.nbytes,
            sent_ns=report.sent_ns,
            received_ns=report.received_ns,
        )
    return PartitionReport(
        kind=PartitionReport.NOT_SENT,
        job=report.job,
        tensor=report.tensor,
        source=report.source,
        target=report.target,
        reason=report.reason,
    )


def read_reports(message: Any) -> Reports:
    """
    Return the reports in a message.

    :raises UnreadableError: when it makes no sense
    """
    reports = tuple(_read_report(report) for report in message.reports)
    return Reports(message.device, message.session, message.epoch, reports)


def _read_report(message: Any) -> Report:
    job = message.job
    if message.kind == PartitionReport.EXITED:
        rows = columns(message, 'segments', 'units', 'started_ns', 'finished_ns')
        ranks = [int(rank) for rank in message.ranks]
        shapes = grouped([int(size) for size in message.sizes], ranks, 'sizes')
        if len(shapes) != len(message.tensors):
            raise UnreadableError('tensors', f'{len(shapes)} shapes for them')
        outputs = (
            OutputShape(name, dtype, shape)
            for (name, dtype), shape in zip(columns(message, 'tensors', 'dtypes'), shapes)
        )
        stages = tuple(StageRun(*row) for row in rows)
        return Exited(job, message.partition, stages, tuple(outputs), message.items)
    if message.kind == PartitionReport.FAILED:
        return Failed(job, message.partition, message.reason, message.retry)
    if message.kind == PartitionReport.ARRIVED:
        return Arrived(
            job,
            message.tensor,
            message.source,
            message.nbytes,
            message.sent_ns,
            message.received_ns,
        )
    if message.kind != PartitionReport.NOT_SENT:
        raise UnreadableError('kind', f'{message.kind} is no report')
    return NotSent(job, message.tensor, message.source, message.target, message.reason)
