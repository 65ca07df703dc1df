# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Delivers ended jobs, one at a time and in order, from any free thread."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue

from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.execution.repeated_errors import RepeatedErrors

_log = logging.getLogger(__name__)


class Delivery:
    """
    Calls ``deliver`` for every ended job, never twice at the same time.

    A unit that has ended a job delivers it itself, if it is a CPU core or has nothing else to do:
    another thread would first have to wait for a core and for the interpreter, which delays the
    result and costs more than most deliveries. Other ends are delivered by a separate thread.

    :param deliver: called for each job; an error in it loses only that delivery. Errors of every
        frame are counted and make a line of the log in ten seconds
    """

    def __init__(self, deliver: Callable[[JobEnd], None]) -> None:
        self._deliver = deliver
        self._ends: deque[JobEnd] = deque()
        #: held by the delivering thread
        self._busy = threading.Lock()
        #: an entry for each time that the thread shall look; cheaper than a semaphore
        self._looks: SimpleQueue[None] = SimpleQueue()
        self._stopping = False
        self._thread = threading.Thread(target=self._loop, name='delivery', daemon=True)
        #: number of deliveries that raised
        self.errors = 0
        self._told = RepeatedErrors(_log)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def put(self, end: JobEnd) -> None:
        """Queue an end; call ``drain`` or ``wake`` afterwards."""
        self._ends.append(end)

    def wake(self) -> None:
        """Let the thread deliver the queued ends; returns at once."""
        if self._ends:
            self._looks.put(None)

    def drain(self, is_wanted: Callable[[], bool] = lambda: False) -> None:
        """
        Deliver the queued ends, unless another thread is delivering: it then continues.

        :param is_wanted: whether the calling thread has something else to do by now; the delivery
            thread then continues
        """
        while self._ends:
            if is_wanted():
                self.wake()
                return
            if not self._busy.acquire(blocking=False):
                return
            try:
                while self._ends and not is_wanted():
                    self._deliver_one(self._ends.popleft())
            finally:
                self._busy.release()
            # ends queued after the last check, by a thread that found this one busy

    def stop(self, timeout_s: float | None = None) -> None:
        """Deliver the remaining ends and stop the thread; not if a delivery takes longer."""
        self._stopping = True
        self._looks.put(None)
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            _log.error('a result is still being delivered; those after it are not waited for')

    def _loop(self) -> None:
        while not self._stopping:
            self._looks.get()
            self.drain()
        with self._busy:
            while self._ends:
                self._deliver_one(self._ends.popleft())
            self._told.tell_rest()

    def _deliver_one(self, end: JobEnd) -> None:
        try:
            self._deliver(end)
        except BaseException as error:
            # SystemExit would end the unit's thread
            self.errors += 1
            what = f'the result of job {end.job} was not delivered'
            self._told.tell(end.task, what, error)
