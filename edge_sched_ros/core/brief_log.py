# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Formats this package's log records in short lines, whatever an error contains."""

from __future__ import annotations

import logging
from typing import Any

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.brief import brief_traceback
from edge_sched_ros.core.brief import MOST_OF_AN_ERROR


class BriefFormatter(logging.Formatter):
    """Formats a message as one printable line, and a traceback as short lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        record.message = brief(record.message, MOST_OF_AN_ERROR)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:
        """Return a traceback."""
        return brief_traceback(ei[1])
