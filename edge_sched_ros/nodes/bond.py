# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The node's side of a bond with nav2's lifecycle manager.

The manager takes down what it manages when a node's heartbeats stop. This side only sends: nav2's
own servers, too, do nothing when the manager dies. So the messages are all that is needed of the
package ``bond``, and the library for Python, which Humble does not have, is not.
"""

from __future__ import annotations

import uuid
from typing import Any

from rclpy.clock import Clock
from rclpy.clock import ClockType
from rclpy.node import Node
from rclpy.qos import QoSProfile

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.nodes.eventless_publishers import create_publisher
from edge_sched_ros.nodes.ros_messages import message_class

#: the parameter, as nav2's nodes call it
BOND_PARAMETER = 'bond_heartbeat_period'
_TYPE = 'bond/msg/Status'
#: where both sides meet: beside the node and its manager, as in nav2
_TOPIC = 'bond'
#: what nav2's nodes tell the other side, seconds
_TIMEOUT_S = 4.0


class Bond:
    """
    Sends heartbeats while there is something to be alive for.

    :param node: named by the manager's ``node_names``
    :param period_s: between heartbeats
    :raises ConfigError: when the messages of the package ``bond`` are not here
    """

    def __init__(self, node: Node, period_s: float) -> None:
        try:
            self._kind = message_class(_TYPE)
        except ConfigError:
            raise ConfigError(
                BOND_PARAMETER,
                'a bond needs the package bond, which is not here (ros-$ROS_DISTRO-bond); or set '
                "this to 0.0 and the manager's bond_timeout too",
            ) from None
        self._node = node
        self._period_s = period_s
        self._instance = ''
        # kept from one life to the next: the last word must have time to get out
        self._publisher = create_publisher(node, self._kind, _TOPIC, QoSProfile(depth=10))
        self._timer: Any = None

    def start(self) -> None:
        """Begin to send; to the manager it is another one each time."""
        self._instance = str(uuid.uuid4())
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        # by the node's executor: when that hangs, so does the node
        self._timer = self._node.create_timer(self._period_s, self._beat, clock=steady)
        self._beat()

    def stop(self) -> None:
        """Say that this side ends the bond, and send no more."""
        if self._timer is not None:
            self._node.destroy_timer(self._timer)
            self._timer = None
            self._send(False)

    def close(self) -> None:
        """Stop, and remove the publisher."""
        self.stop()
        self._node.destroy_publisher(self._publisher)

    def _beat(self) -> None:
        self._send(True)

    def _send(self, active: bool) -> None:
        message = self._kind(
            id=self._node.get_name(),
            instance_id=self._instance,
            active=active,
            heartbeat_timeout=_TIMEOUT_S,
            heartbeat_period=self._period_s,
        )
        message.header.stamp = self._node.get_clock().now().to_msg()
        self._publisher.publish(message)
