# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The points of a front that fit into the memory left by other networks."""

from __future__ import annotations

from collections.abc import Mapping

from edge_sched_ros.core.view import View
from edge_sched_ros.policies.pareto.front import Point
from edge_sched_ros.policies.pareto.tasks import Allocated
from edge_sched_ros.policies.pareto.tasks import latency_ns
from edge_sched_ros.policies.pareto.tasks import memory_of

#: share of the free memory for a point that is not the fastest (published)
_START_SHARE = 2 / 3


class Memory:
    """
    The memory of all networks together.

    :param limit_mib: 0 for no limit
    :param tasks: task -> its present point; the caller's, which changes
    """

    def __init__(self, limit_mib: float, tasks: Mapping[str, Allocated]) -> None:
        self._limit_mib = limit_mib
        self._tasks = tasks

    def free_mib(self, view: View, without: str = '') -> float:
        """Return the free memory; without a limit it is negative, and only its changes matter."""
        return self._limit_mib - sum(
            memory_of(state.current)
            for name, state in self._tasks.items()
            if name != without and view.tasks[name].enabled
        )

    def fits(self, point: Point, free_mib: float) -> bool:
        """Return whether a point fits into the free memory."""
        return not self._limit_mib or memory_of(point) <= free_mib

    def fastest_that_fits(self, state: Allocated, free_mib: float) -> Point:
        """Return the fastest point, else the largest in two thirds of what is free."""
        if self.fits(state.points[0], free_mib):
            return state.points[0]
        small = [p for p in state.points if memory_of(p) <= _START_SHARE * free_mib]
        if small:
            return max(small, key=lambda point: (memory_of(point), -latency_ns(point)))
        return min(state.points, key=lambda point: (memory_of(point), latency_ns(point)))
