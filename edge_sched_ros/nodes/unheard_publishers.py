# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Publishers of a topic that a subscription cannot match: of another type or QoS."""

from __future__ import annotations

from typing import Any

from rclpy.node import Node
from rclpy.qos import qos_check_compatible
from rclpy.qos import QoSCompatibility
from rclpy.qos import QoSProfile


def unheard_publishers(node: Node, topic: str, kind: str, requested: QoSProfile) -> list[str]:
    """
    Return one line for each publisher of a topic that a subscription cannot match.

    :param topic: as given when subscribing: ROS resolves it
    :param kind: the message type subscribed to
    :param requested: the QoS subscribed with
    """
    found = []
    for info in node.get_publishers_info_by_topic(topic):
        reason = _reason(info, kind, requested)
        if reason:
            found.append(f'{info.node_namespace.rstrip("/")}/{info.node_name}: {reason}')
    return found


def _reason(info: Any, kind: str, requested: QoSProfile) -> str:
    if info.topic_type != kind:
        return f'it publishes {info.topic_type}, but {kind} is expected'
    compatibility, reason = qos_check_compatible(info.qos_profile, requested)
    return str(reason) if compatibility == QoSCompatibility.ERROR else ''
