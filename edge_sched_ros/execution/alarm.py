# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A thread that calls back at the earliest requested time."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Alarm:
    """
    Calls ``ring`` once at the earliest of the times set since the last call.

    :param clock_ns: the clock of the times
    :param ring: called from the alarm's own thread
    """

    def __init__(self, clock_ns: Callable[[], int], ring: Callable[[], None]) -> None:
        self._clock_ns = clock_ns
        self._ring = ring
        self._changed = threading.Condition()
        self._time_ns: int | None = None
        self._stopping = False
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

    def stop(self) -> None:
        """End the thread, after a call in progress."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join()

    def _loop(self) -> None:
        while self._wait():
            self._ring()

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
