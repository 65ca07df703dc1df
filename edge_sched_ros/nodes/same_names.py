# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Finds other nodes with the full name of this one: their services and topics are mixed up."""

from __future__ import annotations

from rclpy.node import Node

from edge_sched_ros.pipeline.health.health import Health
from edge_sched_ros.pipeline.health.health import WARN


class SameNames:
    """
    Looks for nodes of the same name whenever it is asked, and logs the first time.

    :param node: whose full name is looked for
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._told = False

    def health(self) -> list[Health]:
        """Return a line as long as there is more than one node of this name."""
        own = self._node.get_name(), self._node.get_namespace()
        count = sum(found == own for found in self._node.get_node_names_and_namespaces())
        if count < 2:
            return []
        name = self._node.get_fully_qualified_name()
        text = (
            f'{count} nodes are named {name}: changes reach any of them, and their topics are '
            f'mixed; name one differently (-r __node:=NAME)'
        )
        if not self._told:
            self._told = True
            self._node.get_logger().warning(text)
        return [Health('name', WARN, text, 'scheduler', {'nodes': str(count)})]
