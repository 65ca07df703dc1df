# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What all baselines share: their processes know no deadline and need no settings."""

from __future__ import annotations

from typing import Any

from benchmarks.side_by_side.contenders.base import Order
from benchmarks.side_by_side.rig.child import python
from benchmarks.side_by_side.workload import Workload

#: threads as the libraries choose them, or one each
FREE, ONE = 'free', 'one'


class Baseline:
    """A contender without a scheduler."""

    def parameters(self, workload: Workload, rate_hz: float) -> dict[str, dict[str, Any]]:
        """Return nothing: it has no deadlines."""
        return {}


def node_command(
    order: Order, *, threads: str, tasks: list[str], joined: bool = False
) -> list[str]:
    """
    Return the command of a baseline process.

    :param tasks: that it runs
    :param joined: one callback a frame runs them all, one after another
    """
    arguments = ['--workload', str(order.workload_file), '--threads', threads]
    arguments += ['--joined'] if joined else []
    arguments += ['--tasks', *tasks, *order.ros_arguments]
    return python('benchmarks.side_by_side.baseline.main', *arguments)


def tasks_by_kind(workload: Workload) -> dict[str, list[str]]:
    """Return the names of the tasks of each kind."""
    return {
        kind: [task.name for task in workload.tasks if task.kind.name == kind]
        for kind in workload.kinds
    }
