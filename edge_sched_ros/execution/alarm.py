# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A thread that calls back at the earliest requested time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from edge_sched_ros.core.brief import brief_error

_log = logging.getLogger(__name__)

#: time until the next call after one that raised
_AGAIN_NS = 1_000_000_000


class Alarm:
    """
    Calls ``ring`` once at the earliest of the times set since the last call.

    :param clock_ns: the clock of the times
    :param ring: called from the alarm's own thread; when it raises, once more after a second
    """

    def __init__(self, clock_ns: Callable[[], int], ring: Callable[[], None]) -> None:
        self._clock_ns = clock_ns
        self._ring = ring
        self._changed = threading.Condition()
        self._time_ns: int | None = None
        self._stopping = False
        self._told: set[type[BaseException]] = set()
        self._thread = threading.Thread(target=self._loop, name='alarm', daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def set(self, time_ns: int) -> None:
        """Request a call at this time, unless an earlier one is already set."""
        with self._changed:
            if self._time_ns is None or time_ns < self._time_ns:
                self._time_ns = time_ns
                self._changed.notify()

    def stop(self, timeout_s: float | None = None) -> None:
        """End the thread, after a call in progress unless that takes longer."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join(timeout_s)

    def _loop(self) -> None:
        while self._wait():
            try:
                self._ring()
            except BaseException as error:
                # without this thread no call would ever count as hung again
                self._tell(error)
                self.set(self._clock_ns() + _AGAIN_NS)

    def _tell(self, error: BaseException) -> None:
        """Log an error, once for each kind: it comes again as long as its cause lasts."""
        kind = type(error)
        if kind not in self._told:
            self._told.add(kind)
            _log.error('a defect in the scheduler, tried again: %s', brief_error(error))
            _log.debug('its traceback', exc_info=error)

    def _wait(self) -> bool:
        """Sleep until a call is due; return ``False`` when stopping."""
        with self._changed:
            while not self._stopping:
                if self._time_ns is None:
                    self._changed.wait()
                    continue
                left_ns = self._time_ns - self._clock_ns()
                if left_ns <= 0:
                    self._time_ns = None
                    return True
                self._changed.wait(left_ns / 1e9)
            return False
