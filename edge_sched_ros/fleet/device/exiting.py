# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Exiting nodes: what becomes of a partition's outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from edge_sched_ros.fleet.device.store import Key
from edge_sched_ros.fleet.wire.records import OutputShape
from edge_sched_ros.fleet.wire.records import SendOrder


def described(outputs: Mapping[str, Any]) -> tuple[OutputShape, ...]:
    """Return types and shapes of the outputs that are tensors."""
    return tuple(
        OutputShape(name, value.dtype.name, tuple(value.shape))
        for name, value in outputs.items()
        if isinstance(value, np.ndarray)
    )


class StandingSends:
    """Orders to send tensors that are not there yet."""

    def __init__(self) -> None:
        self._orders: dict[Key, list[SendOrder]] = {}

    def add(self, key: Key, order: SendOrder) -> None:
        """Remember an order; the same one twice is one."""
        orders = self._orders.setdefault(key, [])
        if all(order.target != other.target for other in orders):
            orders.append(order)

    def take(self, key: Key) -> list[SendOrder]:
        """Return the orders for a tensor that is there now."""
        return self._orders.pop(key, [])

    def end(self, job: int) -> None:
        """Forget the orders of a job that has ended."""
        for key in [key for key in self._orders if key[0] == job]:
            del self._orders[key]

    def clear(self) -> None:
        """Forget all orders."""
        self._orders.clear()
