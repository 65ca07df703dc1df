# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a task's process prints and logs, as lines of the node's log; bounded."""

from __future__ import annotations

import logging
import os
import re
import time
from collections.abc import Callable

from edge_sched_ros.core.brief import brief

_log = logging.getLogger(__name__)

#: begins a line that the logging of the process wrote: its level follows
MARK = '\x01'
_MARKED = re.compile(rf'{MARK}(\d{{1,3}}){MARK}(.*)')
#: most lines in a period; a program that prints for every frame must not fill the log
MOST_LINES = 100
PERIOD_S = 10.0
#: most bytes of a line; the rest is left out
_LONGEST = 4096
_CHUNK = 65536
#: pieces that are read at once
_MOST_CHUNKS = 4
#: most bytes in a period before it counts as a flood
_MOST_BYTES = 1 << 20


class OutputLines:
    """
    Writes lines into the log of the node.

    :param task: name of the task, which begins each line
    :param clock_s: monotonic, seconds
    """

    def __init__(self, task: str, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._task = task
        self._clock_s = clock_s
        self._open = b''
        self._since_s = clock_s()
        self._count = 0
        self._bytes = 0

    @property
    def flooded(self) -> bool:
        """Whether more was printed in this period than is logged; the rest is read slowly."""
        return self._count > MOST_LINES or self._bytes > _MOST_BYTES

    def read(self, fd: int) -> bool:
        """
        Take what is in a pipe; return whether its other end is still open.

        Some of it at a time: who writes faster than this reads must not keep its reader here.
        """
        try:
            for _ in range(1 if self.flooded else _MOST_CHUNKS):
                data = os.read(fd, _CHUNK)
                if not data:
                    return False
                self.take(data)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return True

    def take(self, data: bytes) -> None:
        """Take bytes, and log the lines that are complete."""
        if self._clock_s() - self._since_s > PERIOD_S:
            self._next_period()
        self._bytes += len(data)
        if self._count > MOST_LINES:
            # a line that is left out is not worth more than to be counted
            self._count += data.count(b'\n')
            self._open = (self._open + data[-_LONGEST:]).rpartition(b'\n')[2][:_LONGEST]
            return
        *lines, rest = (self._open + data).split(b'\n')
        for line in lines:
            self._say(line[:_LONGEST])
        self._open = rest[:_LONGEST]

    def finish(self) -> None:
        """Log what is left, and how many lines were left out."""
        if self._open:
            self._say(self._open)
        self._open = b''
        self._next_period()

    def _say(self, line: bytes) -> None:
        self._count += 1
        if self._count > MOST_LINES:
            return
        text = line.decode(errors='replace')
        found = _MARKED.match(text)
        level = int(found[1]) if found else logging.INFO
        if text.strip():
            _log.log(level, '%s: %s', self._task, brief(found[2] if found else text))

    def _next_period(self) -> None:
        if self._count > MOST_LINES:
            left_out = self._count - MOST_LINES
            _log.warning('%s: %d more lines of its process left out', self._task, left_out)
        self._since_s, self._count, self._bytes = self._clock_s(), 0, 0
