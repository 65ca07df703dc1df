# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Warnings and errors that the package logs, for faults that only the log tells of."""

from __future__ import annotations

import logging

#: name of the line that has them, beside those of the diagnostics
LOG = 'log'
_PACKAGE = logging.getLogger('edge_sched_ros')
#: a program that raises for every frame must not fill the memory
_MOST = 1000


class Log(logging.Handler):
    """Keeps what is logged until it is taken."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._lines: list[str] = []
        _PACKAGE.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what was logged."""
        self.note(record.getMessage())

    def note(self, line: str) -> None:
        """Keep a line."""
        if len(self._lines) < _MOST:
            self._lines.append(line)

    def take(self) -> list[str]:
        """Return what was logged since the last call."""
        lines, self._lines = self._lines, []
        return lines

    def close(self) -> None:
        """Keep nothing more."""
        _PACKAGE.removeHandler(self)
        super().close()
