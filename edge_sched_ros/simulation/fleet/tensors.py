# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The tensors on a device, and the orders to send them on."""

from __future__ import annotations

from edge_sched_ros.core.high_level.decisions import Send
from edge_sched_ros.simulation.fleet.jobs import FleetJobs
from edge_sched_ros.simulation.fleet.jobs import TensorKey


class Tensors:
    """
    What is here.

    :param device: where; frames that are taken here are always here
    """

    def __init__(self, jobs: FleetJobs, device: str) -> None:
        self._jobs = jobs
        self._device = device
        #: tensors that are here -> the unit that made them, ``None`` for others
        self._here: dict[TensorKey, str | None] = {}
        #: orders for tensors that are not here yet
        self._orders: dict[TensorKey, list[Send]] = {}

    def __contains__(self, key: TensorKey) -> bool:
        """Whether a tensor is here."""
        return key in self._here or self._jobs.is_at_home(key, self._device)

    def maker(self, key: TensorKey) -> str | None:
        """Return the unit that made a tensor here."""
        return self._here.get(key)

    def add(self, key: TensorKey, unit: str | None) -> list[Send]:
        """Note that a tensor is here, and return the orders to send it on."""
        self._here[key] = unit
        return self._orders.pop(key, [])

    def order(self, key: TensorKey, order: Send) -> None:
        """Keep an order until the tensor is here."""
        self._orders.setdefault(key, []).append(order)

    def forget_unwanted(self) -> None:
        """Forget the tensors that no job in flight needs."""
        wanted = self._jobs.is_wanted
        for key in [key for key in self._here if not wanted(key)]:
            del self._here[key]
        for key in [key for key in self._orders if not wanted(key)]:
            del self._orders[key]
