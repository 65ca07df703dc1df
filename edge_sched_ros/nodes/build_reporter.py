# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Publishes how far builds of engines are, while the node is configured and nothing else runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.node import Node
from rclpy.qos import QoSProfile

from edge_sched_ros.execution.tensorrt.build_news import BuildStep
from edge_sched_ros.execution.tensorrt.build_news import listening
from edge_sched_ros.nodes.eventless_publishers import create_publisher
from edge_sched_ros.nodes.report_guard import ReportGuard
from edge_sched_ros.nodes.ros_messages import make
from edge_sched_ros.pipeline.health.build_health import build_health
from edge_sched_ros.pipeline.health.status_messages import diagnostic_array
from edge_sched_ros.pipeline.messages import time_message


@contextmanager
def builds_reported(node: Node) -> Iterator[None]:
    """Publish each step of builds within on ``/diagnostics``; timers wait for them to end."""
    publisher = create_publisher(node, DiagnosticArray, '/diagnostics', QoSProfile(depth=10))
    guard = ReportGuard(node)

    def report(step: BuildStep) -> None:
        stamp = time_message(make, node.get_clock().now().nanoseconds)
        name = node.get_fully_qualified_name()
        publisher.publish(diagnostic_array(make, [build_health(step)], node=name, stamp=stamp))

    try:
        with listening(lambda step: guard.run(lambda: report(step))):
            yield
    finally:
        node.destroy_publisher(publisher)
