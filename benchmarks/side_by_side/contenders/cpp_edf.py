# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One C++ process that knows the deadlines: earliest first, hopeless jobs dropped."""

from __future__ import annotations

from typing import Any

from benchmarks.side_by_side.contenders.base import Order
from benchmarks.side_by_side.contenders.scheduler import Scheduler
from benchmarks.side_by_side.cpp.command import cpp_command
from benchmarks.side_by_side.workload import Workload


class CppEdf:
    """A thread per core, all tasks; every deadline follows the camera rate while it runs."""

    name = 'cpp_edf'
    title = 'a C++ node, EDF and early drop'

    def commands(self, order: Order) -> dict[str, list[str]]:
        """Return the one process."""
        return {self.name: cpp_command(order, 'edf', self.name)}

    def parameters(self, workload: Workload, rate_hz: float) -> dict[str, dict[str, Any]]:
        """Return the deadlines at a camera rate: the names are those of the scheduler."""
        (deadlines,) = Scheduler().parameters(workload, rate_hz).values()
        return {self.name: deadlines}
