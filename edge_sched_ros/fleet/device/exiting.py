# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Exiting nodes: what becomes of a partition's outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from edge_sched_ros.fleet.device.sending import Outbox
from edge_sched_ros.fleet.device.store import Key
from edge_sched_ros.fleet.device.store import Owner
from edge_sched_ros.fleet.device.store import TensorStore
from edge_sched_ros.fleet.wire.orders import SendOrder
from edge_sched_ros.fleet.wire.reports import OutputShape


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

    def send(self, order: SendOrder, store: TensorStore, outbox: Outbox) -> None:
        """Send a tensor, or remember the order until it is there; the same one twice is one."""
        owner: Owner = order.frame if order.of_frame else order.job
        key = (owner, order.tensor)
        if key in store:
            outbox.tensor(order, store.get(key))
            return
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
