# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reports as messages, and back."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.fleet.wire.reports import Arrived
from edge_sched_ros.fleet.wire.reports import Exited
from edge_sched_ros.fleet.wire.reports import Failed
from edge_sched_ros.fleet.wire.reports import NotSent
from edge_sched_ros.fleet.wire.reports import OutputShape
from edge_sched_ros.fleet.wire.reports import Report
from edge_sched_ros.fleet.wire.reports import Reports
from edge_sched_ros.fleet.wire.reports import StageRun
from edge_sched_ros.msg import DeviceReports
from edge_sched_ros.msg import PartitionReport
from edge_sched_ros.nodes.devices.columns import columns
from edge_sched_ros.nodes.devices.columns import common
from edge_sched_ros.nodes.devices.columns import grouped
from edge_sched_ros.nodes.devices.columns import table
from edge_sched_ros.nodes.devices.columns import UnreadableError

_REPORTS = ('device', 'session', 'epoch')
_EXITED = ('job', 'partition', 'items')
_STAGES = ('segments', 'units', 'started_ns', 'finished_ns')
#: kinds whose fields are all simple
_SIMPLE: dict[int, tuple[type[Failed | Arrived | NotSent], tuple[str, ...]]] = {
    PartitionReport.FAILED: (Failed, ('job', 'partition', 'reason', 'retry')),
    PartitionReport.ARRIVED: (
        Arrived,
        ('job', 'tensor', 'source', 'nbytes', 'sent_ns', 'received_ns'),
    ),
    PartitionReport.NOT_SENT: (NotSent, ('job', 'tensor', 'source', 'target', 'reason')),
}
_KIND_OF = {record: (kind, names) for kind, (record, names) in _SIMPLE.items()}


def write_reports(record: Reports) -> Any:
    """Return reports as message."""
    reports = [_write_report(report) for report in record.reports]
    return DeviceReports(**common(record, _REPORTS), reports=reports)


def _write_report(report: Report) -> Any:
    if not isinstance(report, Exited):
        kind, names = _KIND_OF[type(report)]
        return PartitionReport(kind=kind, **common(report, names))
    stages = [(run.segment, run.unit, run.started_ns, run.finished_ns) for run in report.stages]
    outputs = [(one.tensor, one.dtype, len(one.shape)) for one in report.outputs]
    return PartitionReport(
        kind=PartitionReport.EXITED,
        **common(report, _EXITED),
        **table(stages, *_STAGES),
        **table(outputs, 'tensors', 'dtypes', 'ranks'),
        sizes=[size for one in report.outputs for size in one.shape],
    )


def read_reports(message: Any) -> Reports:
    """
    Return the reports in a message.

    :raises UnreadableError: when it makes no sense
    """
    reports = tuple(_read_report(report) for report in message.reports)
    return Reports(**common(message, _REPORTS), reports=reports)


def _read_report(message: Any) -> Report:
    if message.kind in _SIMPLE:
        record, names = _SIMPLE[message.kind]
        return record(**common(message, names))
    if message.kind != PartitionReport.EXITED:
        raise UnreadableError('kind', f'{message.kind} is no report')
    ranks = [int(rank) for rank in message.ranks]
    shapes = grouped([int(size) for size in message.sizes], ranks, 'sizes')
    if len(shapes) != len(message.tensors):
        raise UnreadableError('tensors', f'{len(shapes)} shapes for them')
    outputs = (
        OutputShape(name, dtype, shape)
        for (name, dtype), shape in zip(columns(message, 'tensors', 'dtypes'), shapes)
    )
    stages = tuple(StageRun(*row) for row in columns(message, *_STAGES))
    return Exited(**common(message, _EXITED), stages=stages, outputs=tuple(outputs))
