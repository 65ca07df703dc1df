# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Names of topics as a node resolves them."""

from __future__ import annotations

from rclpy.node import Node


class NodeTopicNames:
    """
    Resolves names by a node's namespace and remapping, and remembers how they were written.

    ROS applies remapping to whatever it is given: a name that has been resolved and is given to
    ROS again could be remapped twice.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._written: dict[str, str] = {}

    def resolve(self, name: str) -> str:
        """Return the name in the end: namespace, ``~/`` and remapping done."""
        resolved: str = self._node.resolve_topic_name(name)
        self._written.setdefault(resolved, name)
        return resolved

    def is_remapped(self, name: str) -> bool:
        """Whether a name was given another by remapping."""
        plain: str = self._node.resolve_topic_name(name, only_expand=True)
        final: str = self._node.resolve_topic_name(name)
        return plain != final

    def written(self, resolved: str) -> str:
        """Return what to give ROS for a topic that is called so in the end."""
        return self._written.get(resolved, resolved)
