# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Lines that tell people what is wrong, each once."""

from __future__ import annotations

import logging
from collections import deque

_MOST_RECENT = 8
#: lines with ever new names must not fill the memory or the log
_MOST_TOLD = 1000


class Problems:
    """
    Logs each line once, and keeps the latest for reports.

    :param log: where warnings go
    :param prefix: of every line in the log
    """

    def __init__(self, log: logging.Logger, prefix: str = '') -> None:
        self._log = log
        self._prefix = prefix
        self._told: set[str] = set()
        self._recent: deque[str] = deque(maxlen=_MOST_RECENT)

    @property
    def recent(self) -> tuple[str, ...]:
        """The latest lines, the newest last."""
        return tuple(self._recent)

    def tell(self, line: str) -> None:
        """Log and keep a line, unless it was told before."""
        if line not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(line)
            self._recent.append(line)
            self._log.warning('%s%s', self._prefix, line)
