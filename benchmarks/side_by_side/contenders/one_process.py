# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One process, one callback after another, threads as the libraries choose them."""

from __future__ import annotations

from benchmarks.side_by_side.contenders.base import Order
from benchmarks.side_by_side.contenders.baselines import Baseline
from benchmarks.side_by_side.contenders.baselines import FREE
from benchmarks.side_by_side.contenders.baselines import node_command


class OneProcess(Baseline):
    """One subscription per camera; its callback runs every network on the frame in turn."""

    name = 'one_process'
    title = 'one Python process, one callback after another'

    def commands(self, order: Order) -> dict[str, list[str]]:
        """Return the one process."""
        names = [task.name for task in order.workload.tasks]
        return {self.name: node_command(order, threads=FREE, tasks=names, joined=True)}
