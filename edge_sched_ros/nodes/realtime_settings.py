# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Parameters for real time, applied to the process of a node and told in its log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.node import Node

from edge_sched_ros.execution.realtime import apply_realtime
from edge_sched_ros.execution.realtime import Measure


def apply_parameters(node: Node, value: Callable[[str], Any]) -> tuple[Measure, ...]:
    """
    Apply ``realtime_priority``, ``lock_memory`` and ``isolated_cores``; return what came of them.

    Call it before units are made: they are made of the cores, and threads inherit the priority.

    :param value: returns a parameter's value
    """
    measures = apply_realtime(
        priority=value('realtime_priority'),
        lock_memory=value('lock_memory'),
        isolated_cores=value('isolated_cores'),
    )
    for measure in measures:
        text = f'{measure.name}: {measure.text}'
        # rclpy allows one severity for each place of a call
        if measure.done:
            node.get_logger().info(text)
        else:
            node.get_logger().warning(text)
    return measures
