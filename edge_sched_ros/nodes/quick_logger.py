# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A ROS logger that finds the line of a call without reading source files."""

from __future__ import annotations

import sys
from typing import Any

from rclpy.impl.implementation_singleton import rclpy_implementation
from rclpy.impl.logging_severity import LoggingSeverity
from rclpy.impl.rcutils_logger import RcutilsLogger

_WRITE = getattr(rclpy_implementation, 'rclpy_logging_rcutils_log', None)
#: files of this call and of ``info``, ``warning`` and their like, which are nobody's call
_OWN = (__file__, sys.modules[RcutilsLogger.__module__].__file__)


class QuickLogger(RcutilsLogger):
    """
    Logs as rclpy's logger does, and as quickly at the first call as at the next.

    rclpy's own looks through the files of all modules when it logs for the first time, which takes
    a tenth of the start of a node with thousands of files, and through the new ones later. Calls
    with filters (``once``, ``throttle_duration_sec``) need that, and go the same way as there.
    """

    def log(self, message: Any, severity: LoggingSeverity, **filters: Any) -> bool:
        """Log a message; return whether its severity is enabled and no filter held it back."""
        if filters or _WRITE is None:
            return bool(super().log(message, severity, **filters))
        if not self.is_enabled_for(severity):
            return False
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_code.co_filename in _OWN:
            frame = frame.f_back
        code = frame.f_code
        _WRITE(severity, self.name, message, code.co_name, code.co_filename, frame.f_lineno)
        return True
