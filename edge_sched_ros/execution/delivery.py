# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Hands ended jobs on, one at a time and in order, from whichever thread has time."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

from edge_sched_ros.execution.jobs import JobEnd

_log = logging.getLogger(__name__)


class Delivery:
    """
    Calls ``deliver`` for every ended job, never twice at the same time.

    A CPU unit that has ended a job delivers it itself: another thread would first have to wait
    for a core and for the interpreter, and an answer is only worth something once it is out.
    Ends that come from elsewhere are delivered by a thread of their own.

    :param deliver: an error in it is logged and costs that one delivery
    """

    def __init__(self, deliver: Callable[[JobEnd], None]) -> None:
        self._deliver = deliver
        self._ends: deque[JobEnd] = deque()
        #: held by whoever delivers
        self._busy = threading.Lock()
        self._work = threading.Semaphore(0)
        self._stopping = False
        self._thread = threading.Thread(target=self._loop, name='delivery', daemon=True)
        #: deliveries that raised
        self.errors = 0

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def put(self, end: JobEnd) -> None:
        """Queue one behind those before it; ``drain`` or ``wake`` is to follow."""
        self._ends.append(end)

    def wake(self) -> None:
        """Have the thread deliver what is queued; returns at once."""
        if self._ends:
            self._work.release()

    def drain(self) -> None:
        """Deliver what is queued, unless another thread is at it already: then it goes on."""
        while self._ends and self._busy.acquire(blocking=False):
            try:
                while self._ends:
                    self._deliver_one(self._ends.popleft())
            finally:
                self._busy.release()
            # what was queued after the last look, by a thread that found this one busy

    def stop(self) -> None:
        """Deliver what is left and end the thread."""
        self._stopping = True
        self._work.release()
        self._thread.join()

    def _loop(self) -> None:
        while not self._stopping:
            self._work.acquire()
            self.drain()
        with self._busy:
            while self._ends:
                self._deliver_one(self._ends.popleft())

    def _deliver_one(self, end: JobEnd) -> None:
        try:
            self._deliver(end)
        except Exception:
            self.errors += 1
            _log.exception('%s: the result of job %d was not delivered', end.task, end.job)
