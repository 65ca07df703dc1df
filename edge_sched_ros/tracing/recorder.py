# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The trace of a node: lines are put into a queue, and a thread of their own writes them.

A full or broken disk must not stop the node: lines that cannot be written are counted.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import deque
from collections.abc import Callable
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.scores import Scores
from edge_sched_ros.tracing.lines import line_of
from edge_sched_ros.tracing.lines import scored
from edge_sched_ros.tracing.ring import RingFile

_log = logging.getLogger(__name__)

#: time between two writings
_EVERY_S = 0.25
#: longest time that the end of a run waits for the disk
_LAST_S = 1.0
#: number of events that may wait for the thread; more are lost, and counted
_MOST_WAITING = 20_000


#: time; an event with its decisions and what led to them, or the number of a delivered job
_Entry = tuple[int, Any, Sequence[Any] | None, list[Scores] | None]


class Recorder:
    """
    Records events and decisions until it is stopped; a listener of the runtime.

    :param path: the file; an older half of its content is in ``path.1``
    :param most_bytes: size of both files together
    :param head: returns the description of the run; called by the thread
    """

    def __init__(self, path: Path, *, most_bytes: int, head: Callable[[], dict[str, Any]]) -> None:
        self._file = RingFile(path, most_bytes, lambda: {**head(), 'lines_before': self.written})
        self._path = path
        self._waiting: deque[_Entry] = deque()
        #: what led to the decisions of the next event, from the dispatcher, under its lock
        self.scores: list[Scores] = []
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._problem = ''
        #: number of lines written
        self.written = 0
        #: number of lines that could not be written
        self.lost = 0
        #: how many of them the file tells of
        self._told = 0

    def __call__(self, now_ns: int, event: Any, decisions: Sequence[Any]) -> None:
        """Record one event; called under the runtime's lock."""
        told = None
        if self.scores:
            told = self.scores.copy()
            self.scores.clear()
        self._put((now_ns, event, decisions, told))

    def published(self, now_ns: int, job: int) -> None:
        """Record that the end of a job has been delivered."""
        self._put((now_ns, job, None, None))

    def _put(self, entry: _Entry) -> None:
        if len(self._waiting) < _MOST_WAITING:
            self._waiting.append(entry)
        else:
            self.lost += 1

    @property
    def problem(self) -> str:
        """Why lines are being lost; empty while they are written."""
        return self._problem

    def start(self) -> None:
        """Begin to write."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name='trace', daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, and end the thread; a disk that hangs is left alone after a second."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(_LAST_S)
            self._thread = None
        if self.lost:
            _log.warning('trace_file: %d of %d lines lost', self.lost, self.lost + self.written)

    def _run(self) -> None:
        while not self._stop.wait(_EVERY_S):
            self._flush()
        self._flush()
        self._tell_lost()
        self._write([json.dumps({'events': self.written})], counted=False)
        self._file.close()

    def _flush(self) -> None:
        waiting = self._waiting
        lines = [_text(*waiting.popleft()) for _ in range(len(waiting))]
        if lines:
            self._tell_lost()
            self._write(lines)

    def _tell_lost(self) -> None:
        """Write how many lines are missing before the next one, for those who read the trace."""
        missing = self.lost - self._told
        if missing:
            with suppress(OSError):
                self._file.write([json.dumps({'lost': missing})])
                self._told += missing

    def _write(self, lines: list[str], *, counted: bool = True) -> None:
        try:
            self._file.write(lines)
        except OSError as error:
            self.lost += len(lines)
            if not self._problem:
                _log.error('trace_file: %s cannot be written: %s', self._path, error.strerror)
            self._problem = error.strerror or brief_error(error)
            return
        self.written += len(lines) if counted else 0
        if self._problem:
            _log.warning('trace_file: written again, %d lines lost', self.lost)
            self._problem = ''


def _text(
    now_ns: int, event: Any, decisions: Sequence[Any] | None, scores: list[Scores] | None
) -> str:
    if decisions is None:
        return f'{{"now_ns":{now_ns},"published":{event}}}'
    line = line_of(now_ns, event, decisions)
    return line if scores is None else scored(line, scores)
