# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One process per network and camera, one thread each."""

from __future__ import annotations

from benchmarks.side_by_side.contenders.base import Order
from benchmarks.side_by_side.contenders.baselines import Baseline
from benchmarks.side_by_side.contenders.baselines import node_command
from benchmarks.side_by_side.contenders.baselines import ONE


class ProcessesOne(Baseline):
    """What one gets after reading about thread settings."""

    name = 'processes_one'
    title = 'a Python process per network and camera, one thread each'

    def commands(self, order: Order) -> dict[str, list[str]]:
        """Return a process per task."""
        names = [task.name for task in order.workload.tasks]
        return {name: node_command(order, threads=ONE, tasks=[name]) for name in names}
