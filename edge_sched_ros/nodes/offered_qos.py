# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Publishers whose offer does not meet what a subscription asks for."""

from __future__ import annotations

from rclpy.node import Node
from rclpy.qos import qos_check_compatible
from rclpy.qos import QoSCompatibility
from rclpy.qos import QoSProfile


def incompatible_publishers(node: Node, topic: str, requested: QoSProfile) -> list[str]:
    """Return one line for each publisher of a topic that this subscription cannot hear."""
    found = []
    for info in node.get_publishers_info_by_topic(topic):
        compatibility, reason = qos_check_compatible(info.qos_profile, requested)
        if compatibility == QoSCompatibility.ERROR:
            found.append(f'{info.node_namespace.rstrip("/")}/{info.node_name}: {reason}')
    return found
