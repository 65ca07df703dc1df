# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One process per network and camera, threads as the libraries choose them."""

from __future__ import annotations

from benchmarks.side_by_side.contenders.base import Order
from benchmarks.side_by_side.contenders.baselines import Baseline
from benchmarks.side_by_side.contenders.baselines import FREE
from benchmarks.side_by_side.contenders.baselines import node_command


class ProcessesFree(Baseline):
    """What one gets by starting a node for everything."""

    name = 'processes_free'
    title = 'a Python process per network and camera'

    def commands(self, order: Order) -> dict[str, list[str]]:
        """Return a process per task."""
        names = [task.name for task in order.workload.tasks]
        return {name: node_command(order, threads=FREE, tasks=[name]) for name in names}
