# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Logs of commands that run for a long time."""

from __future__ import annotations

import json
import logging
import sys

from edge_sched_ros.core.brief_log import BriefFormatter

#: the logger that is shown from level INFO
_LOGGER = 'edge_sched_ros.cluster'


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        line = {
            'time': self.formatTime(record, '%Y-%m-%dT%H:%M:%S%z'),
            'level': record.levelname.lower(),
            'message': record.getMessage(),
        }
        if record.exc_info:
            line['traceback'] = self.formatException(record.exc_info)
        return json.dumps(line)


def log_to(as_json: bool) -> None:
    """Log to standard error for people, or to standard output as lines of JSON."""
    logger = logging.getLogger(_LOGGER)
    logger.setLevel(logging.INFO)
    handler = logging.StreamHandler(sys.stdout if as_json else sys.stderr)
    handler.setFormatter(
        _JsonLines()
        if as_json
        else BriefFormatter('%(asctime)s %(levelname)s: %(message)s', '%H:%M:%S')
    )
    logger.handlers = [handler]
    logger.propagate = False
