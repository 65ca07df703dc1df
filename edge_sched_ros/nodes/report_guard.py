# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Keeps a node alive when one of its reports fails."""

from __future__ import annotations

from collections.abc import Callable

from rclpy.node import Node

from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.brief import brief_traceback

#: maximum number of different kinds of errors that are logged
_MOST_TOLD = 16


class ReportGuard:
    """
    Calls a report from a timer; an error in a timer's callback would end the node's executor.

    :param node: whose log has the first error of each kind
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._told: set[str] = set()
        #: number of reports that failed
        self.errors = 0

    def run(self, report: Callable[[], None]) -> None:
        """Call it; it returns normally in any case."""
        try:
            report()
        except BaseException as error:
            # attributes of own code may raise SystemExit
            self.errors += 1
            self._tell(error)

    def _tell(self, error: BaseException) -> None:
        kind = type(error).__qualname__
        if kind in self._told or len(self._told) >= _MOST_TOLD:
            return
        self._told.add(kind)
        line = f'a report failed, the node goes on: {brief_error(error)}'
        self._node.get_logger().error(f'{line}\n{brief_traceback(error)}')
