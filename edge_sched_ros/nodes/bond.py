# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The node's side of a bond with nav2's lifecycle manager.

The manager shuts its nodes down when a node's heartbeats stop. This side only sends: like nav2's
own servers, it does nothing when the manager dies. So it needs only the messages of the package
``bond``, not its Python library, which Humble does not have.
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

#: the parameter; nav2's nodes use the same name
BOND_PARAMETER = 'bond_heartbeat_period'
_TYPE = 'bond/msg/Status'
#: topic of both sides, relative to the namespace of the node and its manager, as in nav2
_TOPIC = 'bond'
#: timeout that nav2's nodes send to the other side, in seconds
_TIMEOUT_S = 4.0


class Bond:
    """
    Sends heartbeats while the node is active.

    :param node: listed in the manager's ``node_names``
    :param period_s: between heartbeats
    :raises ConfigError: when the package ``bond`` is not installed
    """

    def __init__(self, node: Node, period_s: float) -> None:
        try:
            self._kind = message_class(_TYPE)
        except ConfigError:
            raise ConfigError(
                BOND_PARAMETER,
                'a bond needs the package bond, which is not installed (ros-$ROS_DISTRO-bond); '
                "or set this to 0.0 and the manager's bond_timeout too",
            ) from None
        self._node = node
        self._period_s = period_s
        self._instance = ''
        # kept between activations: the last message needs time to be sent
        self._publisher = create_publisher(node, self._kind, _TOPIC, QoSProfile(depth=10))
        self._timer: Any = None

    def start(self) -> None:
        """Start sending; each start is a new bond to the manager."""
        self._instance = str(uuid.uuid4())
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        # in the node's executor, so a hung executor stops the heartbeats
        self._timer = self._node.create_timer(self._period_s, self._beat, clock=steady)
        self._beat()

    def stop(self) -> None:
        """Tell the manager that this side ends the bond, and stop sending."""
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
