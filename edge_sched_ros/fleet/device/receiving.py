# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors that other devices send to this one."""

from __future__ import annotations

from collections.abc import Callable

from edge_sched_ros.fleet.device.account import PartitionAccount
from edge_sched_ros.fleet.device.in_flight import PartitionsInFlight
from edge_sched_ros.fleet.device.sending import Outbox
from edge_sched_ros.fleet.device.store import Owner
from edge_sched_ros.fleet.wire.reports import Arrived
from edge_sched_ros.fleet.wire.reports import NotSent
from edge_sched_ros.fleet.wire.tensor_record import TensorRecord
from edge_sched_ros.fleet.wire.tensors import decode
from edge_sched_ros.fleet.wire.tensors import TensorError


def receive(
    record: TensorRecord,
    partitions: PartitionsInFlight,
    account: PartitionAccount,
    tell: Callable[[str], None],
    now_ns: int,
    outbox: Outbox,
    *,
    max_pixels: int,
) -> None:
    """
    Keep a tensor and report that it came; what is no tensor is counted and told.

    :param tell: called with lines for people
    :param max_pixels: a larger picture is refused
    """
    if not record.of_frame and partitions.has_ended(record.job):
        account.reject('late_tensor')
        return
    job, tensor, source = record.job, record.tensor, record.source
    try:
        value = decode(record, partitions.expected(job, tensor), max_pixels=max_pixels)
    except TensorError as error:
        account.reject(error.reason)
        tell(f"the tensor '{tensor}' of '{source}' {error}")
        outbox.report(NotSent(job, tensor, source, record.target, error.reason))
        return
    account.tensors_in += 1
    account.bytes_in += record.nbytes
    owner: Owner = record.frame if record.of_frame else job
    partitions.put((owner, tensor), value, now_ns, outbox)
    outbox.report(Arrived(job, tensor, source, record.nbytes, record.sent_ns, now_ns))
