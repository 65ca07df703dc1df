# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Publishers without event callbacks."""

from __future__ import annotations

from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile

try:
    from rclpy.event_handler import PublisherEventCallbacks
except ImportError:  # Humble
    from rclpy.qos_event import PublisherEventCallbacks


def create_publisher(node: Node, kind: Any, topic: str, qos: QoSProfile) -> Any:
    """
    Return a publisher that adds nothing to the executor's wait set.

    rclpy gives every publisher handlers that log incompatible subscriptions, and visits each of
    them in Python every time it waits. With nine tasks this costs more than the frames.
    Subscribers still log that they are incompatible with the publisher.
    """
    callbacks = PublisherEventCallbacks(use_default_callbacks=False)
    return node.create_publisher(kind, topic, qos, event_callbacks=callbacks)
