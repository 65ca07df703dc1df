# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Publishing an answer with plain rclpy messages."""

from __future__ import annotations

from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy

from benchmarks.side_by_side.workload import Task
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.nodes.ros_messages import make
from edge_sched_ros.nodes.ros_messages import message_class
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.pipeline import messages

#: as the scheduler publishes
_RESULTS = QoSProfile(depth=10, reliability=ReliabilityPolicy.RELIABLE)


class Output:
    """The result topic of one task."""

    def __init__(self, node: Node, task: Task) -> None:
        kind = message_class(task.kind.type)
        self._publisher = node.create_publisher(kind, task.result_topic, _RESULTS)

    def publish(self, frame: Frame, result: Any) -> None:
        """Publish what was found in a frame, with the frame's header."""
        if not self._publisher.get_subscription_count():
            return
        header = messages.header(make, frame)
        if isinstance(result, DepthMap):
            message = messages.plane_image(make, result.depth_m, '32FC1', header)
        else:
            message = messages.detections(make, result, header)
        self._publisher.publish(message)
