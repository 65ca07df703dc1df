# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a device has to say, gathered under its lock and sent without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge_sched_ros.fleet.device.account import PartitionAccount
from edge_sched_ros.fleet.ports import DevicePort
from edge_sched_ros.fleet.wire.orders import SendOrder
from edge_sched_ros.fleet.wire.reports import NotSent
from edge_sched_ros.fleet.wire.reports import Report
from edge_sched_ros.fleet.wire.reports import Reports
from edge_sched_ros.fleet.wire.tensor_record import TensorRecord
from edge_sched_ros.fleet.wire.tensors import encode
from edge_sched_ros.fleet.wire.tensors import TensorError

#: why a tensor was not sent: its target was not found on the network
UNREACHABLE = 'unreachable'


class Outbox:
    """
    Reports and tensors of one event.

    :param account: counts what is sent
    """

    def __init__(
        self,
        device: str,
        session: int,
        epoch: int,
        coordinator: str,
        account: PartitionAccount,
        clock_ns: Callable[[], int],
    ) -> None:
        self._device = device
        self._session = session
        self._epoch = epoch
        self._coordinator = coordinator
        self._account = account
        self._clock_ns = clock_ns
        self._reports: list[Report] = []
        self._tensors: list[tuple[SendOrder, Any]] = []

    def report(self, report: Report) -> None:
        """Have something told to the coordinator."""
        self._reports.append(report)

    def tensor(self, order: SendOrder, value: Any) -> None:
        """Have a tensor sent; what was reported goes before it."""
        self._tensors.append((order, value))

    def send(self, port: DevicePort) -> None:
        """
        Send everything.

        A coordinator that has an answer has ended its job: what is reported of that job after it
        would be too late.
        """
        self._send_reports(port)
        for order, value in self._tensors:
            self._send_one(order, value, port)
        self._send_reports(port)

    def _send_reports(self, port: DevicePort) -> None:
        reports, self._reports = tuple(self._reports), []
        if reports and self._coordinator:
            port.reports(
                Reports(self._device, self._session, self._epoch, reports), self._coordinator
            )

    def _send_one(self, order: SendOrder, value: Any, port: DevicePort) -> None:
        try:
            if not port.reaches_device(order.target):
                raise TensorError(UNREACHABLE, f"'{order.target}' does not listen")
            payload = encode(value)
        except TensorError as error:
            not_sent = NotSent(order.job, order.tensor, self._device, order.target, error.reason)
            self._reports.append(not_sent)
            return
        record = TensorRecord(
            session=self._session,
            job=order.job,
            frame=order.frame,
            of_frame=order.of_frame,
            tensor=order.tensor,
            source=self._device,
            target=order.target,
            kind=payload.kind,
            dtype=payload.dtype,
            shape=payload.shape,
            sent_ns=self._clock_ns(),
            data=payload.data,
        )
        port.tensor(record)
        self._account.tensors_out += 1
        self._account.bytes_out += record.nbytes
