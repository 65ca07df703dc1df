# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Orders of one event, gathered by device."""

from __future__ import annotations

from edge_sched_ros.fleet.coordinator.members import Members
from edge_sched_ros.fleet.ports import CoordinatorPort
from edge_sched_ros.fleet.wire.frame_key import FrameKey
from edge_sched_ros.fleet.wire.orders import Order
from edge_sched_ros.fleet.wire.orders import Orders


class OrderBook:
    """Keeps the order of what each device is told; those that are not claimed are told nothing."""

    def __init__(self, session: int, members: Members) -> None:
        self._session = session
        self._members = members
        self._orders: dict[str, list[Order]] = {}
        self._jobs: dict[str, list[int]] = {}
        self._frames: dict[str, list[FrameKey]] = {}

    def add(self, device: str, order: Order) -> None:
        """Have a device told something."""
        self._orders.setdefault(device, []).append(order)

    def end_job(self, device: str, job: int) -> None:
        """Have a device let go of a job."""
        self._jobs.setdefault(device, []).append(job)

    def end_frame(self, device: str, frame: FrameKey) -> None:
        """Have a device let go of a frame."""
        self._frames.setdefault(device, []).append(frame)

    def send(self, port: CoordinatorPort) -> None:
        """Tell everybody."""
        for device in {**self._orders, **self._jobs, **self._frames}:
            member = self._members.get(device)
            if member is None or not member.joined:
                continue
            port.orders(
                Orders(
                    device,
                    self._session,
                    member.epoch,
                    tuple(self._orders.get(device, ())),
                    tuple(self._jobs.get(device, ())),
                    tuple(self._frames.get(device, ())),
                )
            )
