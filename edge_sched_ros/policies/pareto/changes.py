# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Changes of networks to other points of their fronts."""

from __future__ import annotations

from edge_sched_ros.core.view import View
from edge_sched_ros.policies.pareto.front import Point
from edge_sched_ros.policies.pareto.memory import Memory
from edge_sched_ros.policies.pareto.tasks import Allocated
from edge_sched_ros.policies.pareto.tasks import latency_ns


class Changes:
    """
    Makes changes, and decides when a network needs one.

    :param latency_margin: share by which results may be slower than alone
    """

    def __init__(self, memory: Memory, latency_margin: float) -> None:
        self._memory = memory
        self._latency_margin = latency_margin

    def is_slow(self, state: Allocated, took_ns: float) -> bool:
        """Return whether a job took too long for its network's present point."""
        alone = latency_ns(state.current)
        return took_ns - alone > self._latency_margin * alone

    def change(self, view: View, state: Allocated, point: Point, lock: str) -> None:
        """
        Move a network to a point, and lock it there for some time.

        :param lock: the reason, ``memory`` or ``time``
        """
        state.current = point
        state.lock = 'memory' if lock == 'memory' else 'time'
        state.since_ns = view.now_ns
        state.free_mib = self._memory.free_mib(view)
