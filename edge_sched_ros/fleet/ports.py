# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What carries records between a coordinator and devices.

A port never calls back into its user: what arrives comes later, from whoever receives. So a
record may be given to a port under a lock.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from edge_sched_ros.fleet.wire.offers import Beat
from edge_sched_ros.fleet.wire.offers import DeviceStatus
from edge_sched_ros.fleet.wire.offers import Offer
from edge_sched_ros.fleet.wire.orders import Orders
from edge_sched_ros.fleet.wire.reports import Reports
from edge_sched_ros.fleet.wire.tensor_record import TensorRecord


class DevicePort(Protocol):
    """How a device is heard."""

    def offer(self, record: Offer) -> None:
        """Present the device to every coordinator, now and whoever comes later."""

    def status(self, record: DeviceStatus) -> None:
        """Tell every coordinator that the device is alive."""

    def reports(self, record: Reports, coordinator: str) -> None:
        """Tell the coordinator that the device serves what was done."""

    def tensor(self, record: TensorRecord) -> None:
        """Send a tensor to the device it is for."""

    def meet(self, coordinator: str, devices: Iterable[str]) -> None:
        """Look for who is going to be spoken to: what is sent before they are found is lost."""

    def reaches(self, coordinator: str) -> bool:
        """Whether a coordinator would get reports now."""

    def reaches_device(self, device: str) -> bool:
        """Whether a device would get tensors now."""


class CoordinatorPort(Protocol):
    """How a coordinator is heard."""

    def beat(self, record: Beat) -> None:
        """Tell every device that the coordinator is alive, and whom it claims."""

    def orders(self, record: Orders) -> None:
        """Tell a device what to do."""

    def meet_device(self, device: str) -> None:
        """Look for a device that is going to get orders."""

    def reaches_with_orders(self, device: str) -> bool:
        """Whether a device would get orders now."""
