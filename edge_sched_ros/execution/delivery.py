# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A thread that hands ended jobs on, in order, so that no unit waits for a subscriber."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue

from edge_sched_ros.execution.jobs import JobEnd

_log = logging.getLogger(__name__)


class Delivery:
    """
    Calls ``deliver`` for every ended job from one thread.

    :param deliver: an error in it is logged and costs that one delivery
    """

    def __init__(self, deliver: Callable[[JobEnd], None]) -> None:
        self._deliver = deliver
        self._queue: SimpleQueue[JobEnd | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._loop, name='delivery', daemon=True)
        #: deliveries that raised
        self.errors = 0

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def put(self, end: JobEnd) -> None:
        """Hand one over; returns at once."""
        self._queue.put(end)

    def stop(self) -> None:
        """Deliver what is left and end the thread."""
        self._queue.put(None)
        self._thread.join()

    def _loop(self) -> None:
        while (end := self._queue.get()) is not None:
            try:
                self._deliver(end)
            except Exception:
                self.errors += 1
                _log.exception('%s: the result of job %d was not delivered', end.task, end.job)
            # an idle thread must not keep the last frame alive
            del end
