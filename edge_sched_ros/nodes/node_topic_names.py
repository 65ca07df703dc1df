# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Names of topics as a node resolves them."""

from __future__ import annotations

from rclpy.node import Node


class NodeTopicNames:
    """
    Resolves names by a node's namespace and remapping, and remembers the names as given.

    ROS applies remapping to every name it is given, so a resolved name given to ROS again could be
    remapped twice.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._written: dict[str, str] = {}

    def resolve(self, name: str) -> str:
        """Return the resolved name: namespace, ``~/`` and remapping applied."""
        resolved: str = self._node.resolve_topic_name(name)
        self._written.setdefault(resolved, name)
        return resolved

    def is_remapped(self, name: str) -> bool:
        """Whether remapping has changed a name."""
        plain: str = self._node.resolve_topic_name(name, only_expand=True)
        final: str = self._node.resolve_topic_name(name)
        return plain != final

    def written(self, resolved: str) -> str:
        """Return the name to give ROS for a topic with this resolved name."""
        return self._written.get(resolved, resolved)
