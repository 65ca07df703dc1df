# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Brings what the ROS-free rooms log into the node's log."""

from __future__ import annotations

import logging
from typing import Any


class _Bridge(logging.Handler):
    """Hands records on to a ROS logger."""

    def __init__(self, logger: Any) -> None:
        super().__init__()
        self._logger = logger

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


def forward_logging(logger: Any) -> None:
    """Send the package's log records to a ROS logger from now on."""
    root = logging.getLogger('edge_sched_ros')
    for handler in list(root.handlers):
        if isinstance(handler, _Bridge):
            root.removeHandler(handler)
    root.addHandler(_Bridge(logger))
    root.setLevel(logging.INFO)
    root.propagate = False
