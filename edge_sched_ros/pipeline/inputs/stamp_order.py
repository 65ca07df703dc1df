# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks that the stamps of a topic increase, and handles those that do not."""

from __future__ import annotations

from edge_sched_ros.execution.frame import FrameError

#: this many frames in a row from before the last stamp mean that the source restarted
RESTART_FRAMES = 3
#: from this repetition of a stamp on, repeating stamps count as normal for the source
EQUAL_FRAMES = 3
#: this many increasing stamps in a row end that
_PROPER_FRAMES = 2

BACKWARD = 'backward_stamp'
EQUAL = 'equal_stamp'


class StampOrder:
    """
    Checks stamps in the order of arrival.

    A stamp equal to the last one is at first a duplicate. A source that keeps repeating stamps (a
    frozen clock, two frames per stamp, two publishers with one clock) does send new frames: they
    are accepted from the third repetition on.
    """

    def __init__(self) -> None:
        self._last_ns: int | None = None
        #: increasing stamps in a row that lie before the last one
        self._earlier: list[int] = []
        #: equal stamps since stamps last increased steadily
        self._equal = 0
        #: increasing stamps in a row
        self._proper = 0

    def check(self, stamp_ns: int) -> tuple[bool, bool]:
        """
        Check a stamp; return whether the source restarted, and whether the stamp is repeated.

        :param stamp_ns: stamp of a frame that is otherwise usable; not zero
        :raises FrameError: when the frame is rejected
        """
        if self._last_ns is None or stamp_ns > self._last_ns:
            self._note_proper()
            self._earlier.clear()
            self._last_ns = stamp_ns
            return False, False
        if stamp_ns == self._last_ns:
            self._earlier.clear()
            self._note_equal(stamp_ns)
            return False, True
        equal = self._note_earlier(stamp_ns)
        self._earlier.clear()
        self._last_ns = stamp_ns
        return True, equal

    def forget(self) -> None:
        """Accept any next stamp."""
        self._last_ns = None
        self._earlier.clear()
        self._equal = self._proper = 0

    def _note_proper(self) -> None:
        self._proper += 1
        if self._proper >= _PROPER_FRAMES:
            self._equal = 0

    def _note_equal(self, stamp_ns: int) -> None:
        self._proper = 0
        self._equal += 1
        if self._equal < EQUAL_FRAMES:
            raise FrameError(EQUAL, f'its stamp equals the last one, {stamp_ns} ns')

    def _note_earlier(self, stamp_ns: int) -> bool:
        """Refuse a stamp from before the last one, unless it is the third increasing one."""
        equal = False
        if self._earlier:
            equal = stamp_ns == self._earlier[-1]
            if equal:
                self._equal += 1
            elif stamp_ns < self._earlier[-1]:
                self._earlier.clear()
        self._earlier.append(stamp_ns)
        if len(self._earlier) < RESTART_FRAMES:
            raise FrameError(BACKWARD, f'stamp {stamp_ns} ns does not follow {self._last_ns} ns')
        return equal
