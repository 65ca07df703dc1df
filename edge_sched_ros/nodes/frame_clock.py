# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The clock that gives the age of arriving frames."""

from __future__ import annotations

from typing import Any

from rclpy.node import Node
from rclpy.qos import QoSProfile
from rosgraph_msgs.msg import Clock

from edge_sched_ros.nodes.intake import latest

_CLOCK_TOPIC = '/clock'
_NS_PER_S = 1_000_000_000


class FrameClock:
    """
    ROS time from the latest ``/clock`` message, however busy the executor is.

    rclpy updates a node's simulated time in a callback of the executor, which waits behind every
    other entity. On a loaded computer that time is up to seconds old, and frames seem to come from
    the future. Here the latest ``/clock`` is taken when a frame needs it, and wakes no thread.

    :param node: the node whose time it is
    :param group: callback group that the executor does not handle
    :param qos: best effort, newest only
    """

    def __init__(self, node: Node, *, group: Any, qos: QoSProfile) -> None:
        self._node = node
        self._clock = node.get_clock()
        self._now_ns = 0
        self._subscription: Any = None
        if self._clock.ros_time_is_active:
            self._subscription = node.create_subscription(
                Clock, _CLOCK_TOPIC, lambda _message: None, qos, callback_group=group
            )

    @property
    def simulated(self) -> bool:
        """Whether the time comes from ``/clock``."""
        return bool(self._clock.ros_time_is_active)

    def now_ns(self) -> int:
        """Return the time; 0 before the first ``/clock``, if simulated. For one thread only."""
        if self._subscription is not None and self.simulated:
            message = latest(self._subscription)
            if message is not None:
                self._now_ns = message.clock.sec * _NS_PER_S + message.clock.nanosec
            if self._now_ns:
                return self._now_ns
        return int(self._clock.now().nanoseconds)

    def close(self) -> None:
        """Unsubscribe."""
        if self._subscription is not None:
            self._node.destroy_subscription(self._subscription)
            self._subscription = None
