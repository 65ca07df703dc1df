# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One process per network that serves all cameras, one thread each."""

from __future__ import annotations

from benchmarks.side_by_side.contenders.base import Order
from benchmarks.side_by_side.contenders.baselines import Baseline
from benchmarks.side_by_side.contenders.baselines import node_command
from benchmarks.side_by_side.contenders.baselines import ONE
from benchmarks.side_by_side.contenders.baselines import tasks_by_kind


class NetworksOne(Baseline):
    """A detection node, a tracking node, a depth node, each for all cameras."""

    name = 'networks_one'
    title = 'a Python process per network, one thread each'

    def commands(self, order: Order) -> dict[str, list[str]]:
        """Return a process per kind of task."""
        kinds = tasks_by_kind(order.workload)
        return {k: node_command(order, threads=ONE, tasks=names) for k, names in kinds.items()}
