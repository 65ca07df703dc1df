# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Changes as the author's code makes them (Iyer et al., POMACS 7(3), 2023; Samsung/ONE)."""

from __future__ import annotations

from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.pareto.changes import Changes
from edge_sched_ros.policies.pareto.memory import Memory
from edge_sched_ros.policies.pareto.tasks import Allocated
from edge_sched_ros.policies.pareto.tasks import latency_ns
from edge_sched_ros.policies.pareto.tasks import memory_of


class Published:
    """
    Moves to the slowest point that is faster than a slow job was; returns when memory gets free.

    :param memory_margin: memory that must get free, relative to the memory in use
    """

    def __init__(self, memory: Memory, changes: Changes, memory_margin: float) -> None:
        self._memory = memory
        self._changes = changes
        self._memory_margin = memory_margin

    def clear(self) -> None:
        """Do nothing: there is no state on other points."""

    def follow(self, view: View, task: TaskSpec, state: Allocated, took_ns: int) -> None:
        """Use the time of a job, and change its network's point if this helps."""
        if state.lock != 'memory' and self._changes.is_slow(state, took_ns):
            free = self._memory.free_mib(view, without=task.name)
            below = [
                p for p in state.points if latency_ns(p) < took_ns and self._memory.fits(p, free)
            ]
            if below and below[-1] is not state.current:
                self._changes.change(view, state, below[-1], 'time')
                return
        largest = max(map(memory_of, state.points))
        returns = not state.lock and memory_of(state.current) < largest
        if returns and self._has_freed(view, state):
            free = self._memory.free_mib(view, without=task.name)
            fastest = self._memory.fastest_that_fits(state, free)
            self._changes.change(view, state, fastest, 'memory')

    def _has_freed(self, view: View, state: Allocated) -> bool:
        freed = self._memory.free_mib(view) - state.free_mib
        return freed > self._memory_margin * memory_of(state.current)
