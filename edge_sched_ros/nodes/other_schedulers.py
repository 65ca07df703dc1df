# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Other schedulers that subscribe to the same topics."""

from __future__ import annotations

from collections.abc import Iterable

from rclpy.node import Node

from edge_sched_ros.nodes.node_topic_names import NodeTopicNames

_STATUS, _STATUS_TYPE = '/status', 'edge_sched_ros/msg/SchedulerStatus'


def told_by_others(node: Node, names: NodeTopicNames, topics: Iterable[str]) -> frozenset[str]:
    """
    Return the topics that another scheduler reports under their plain names.

    The first subscribed scheduler by full name reports; only active ones subscribe.

    :param topics: their resolved names
    """
    own = node.get_fully_qualified_name()
    others = {
        topic.removesuffix(_STATUS)
        for topic, types in node.get_topic_names_and_types()
        if _STATUS_TYPE in types and topic.endswith(_STATUS)
    }
    before = {other for other in others if other < own}
    if not before:
        return frozenset()
    return frozenset(topic for topic in topics if before & _listeners(node, names.written(topic)))


def _listeners(node: Node, topic: str) -> set[str]:
    return {
        f'{info.node_namespace.rstrip("/")}/{info.node_name}'
        for info in node.get_subscriptions_info_by_topic(topic)
    }
