# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One C++ process per network that serves all cameras, one thread each."""

from __future__ import annotations

from benchmarks.side_by_side.contenders.base import Order
from benchmarks.side_by_side.contenders.baselines import Baseline
from benchmarks.side_by_side.contenders.baselines import tasks_by_kind
from benchmarks.side_by_side.cpp.command import cpp_command


class CppNetworks(Baseline):
    """A detection node, a tracking node, a depth node in C++, each for all cameras."""

    name = 'cpp_networks'
    title = 'a C++ process per network'

    def commands(self, order: Order) -> dict[str, list[str]]:
        """Return a process per kind of task."""
        kinds = tasks_by_kind(order.workload)
        return {
            kind: cpp_command(order, 'networks', self.name, '--tasks', *names)
            for kind, names in kinds.items()
        }
