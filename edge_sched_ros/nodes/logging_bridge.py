# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Forwards log records of the ROS-free rooms to the node's log."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from edge_sched_ros.core.brief_log import BriefFormatter


class _Bridge(logging.Handler):
    """Forwards records to a ROS logger."""

    def __init__(self, logger: Any) -> None:
        super().__init__()
        self._logger = logger
        self.setFormatter(BriefFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        """Log a record at its level."""
        text = self.format(record)
        # rclpy allows one severity per call site, hence one call each
        if record.levelno >= logging.ERROR:
            self._logger.error(text)
        elif record.levelno >= logging.WARNING:
            self._logger.warning(text)
        else:
            self._logger.info(text)


#: the original level and propagation, kept while a bridge exists: nodes end in any order
_before: list[tuple[int, bool]] = []


def _bridges(root: logging.Logger) -> list[logging.Handler]:
    return [handler for handler in root.handlers if isinstance(handler, _Bridge)]


def forward_logging(logger: Any) -> Callable[[], None]:
    """Send the package's log records to a ROS logger; returns a function that ends it."""
    root = logging.getLogger('edge_sched_ros')
    bridge = _Bridge(logger)
    if not _bridges(root):
        _before[:] = [(root.level, root.propagate)]
    root.addHandler(bridge)
    root.setLevel(logging.INFO)
    root.propagate = False

    def stop() -> None:
        root.removeHandler(bridge)
        if not _bridges(root) and _before:
            root.level, root.propagate = _before.pop()

    return stop
