# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Publishes the meaning of the class ids in a task's results."""

from __future__ import annotations

import threading
from collections.abc import Callable

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy
from rclpy.qos import QoSProfile
from rclpy.qos import ReliabilityPolicy

from edge_sched_ros.nodes.eventless_publishers import create_publisher
from edge_sched_ros.nodes.ros_messages import make
from edge_sched_ros.nodes.ros_messages import message_class
from edge_sched_ros.pipeline import messages
from edge_sched_ros.pipeline.inputs.topics import LABEL_INFO

_LATCHED = QoSProfile(
    depth=1,
    reliability=ReliabilityPolicy.RELIABLE,
    durability=DurabilityPolicy.TRANSIENT_LOCAL,
)


class LabelPublisher:
    """
    Publishes a latched ``vision_msgs/LabelInfo``, and again when its content has changed.

    :param labels: class names, in the order of class ids
    :param threshold: returns the score threshold in force
    """

    def __init__(
        self, node: Node, topic: str, labels: tuple[str, ...], threshold: Callable[[], float]
    ) -> None:
        self._node = node
        self._labels = labels
        self._threshold = threshold
        self._frame_id = ''
        self._said: tuple[str, float] | None = None
        # results and changes of parameters come from two threads
        self._lock = threading.Lock()
        self._publisher = create_publisher(node, message_class(LABEL_INFO), topic, _LATCHED)
        self.renew()

    def seen(self, frame_id: str) -> None:
        """Note the coordinate frame of a result."""
        if frame_id != self._frame_id:
            self._frame_id = frame_id
            self.renew()

    def renew(self) -> None:
        """Publish again if the published content is out of date."""
        with self._lock:
            saying = (self._frame_id, self._threshold())
            if saying == self._said:
                return
            self._said = saying
            frame_id, threshold = saying
            stamp = messages.time_message(make, self._node.get_clock().now().nanoseconds)
            header = make('std_msgs/msg/Header', stamp=stamp, frame_id=frame_id)
            self._publisher.publish(messages.label_info(make, self._labels, threshold, header))

    def close(self) -> None:
        """Remove the publisher."""
        self._node.destroy_publisher(self._publisher)
