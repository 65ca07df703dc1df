# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the stamps of a topic follow each other, and what is done where they do not."""

from __future__ import annotations

from edge_sched_ros.execution.frame import FrameError

#: so many frames in a row before the last stamp mean that the source started again
RESTART_FRAMES = 3
#: the so-manieth stamp that is its predecessor's shows that the source stamps so
EQUAL_FRAMES = 3
#: stamps that follow each other, so many in a row, show that it does so no more
_PROPER_FRAMES = 2

BACKWARD = 'backward_stamp'
EQUAL = 'equal_stamp'


class StampOrder:
    """
    Judges stamps in the order in which they come.

    A stamp that is the last one's is a duplicate to begin with. A source that goes on to give
    equal stamps (a frozen clock, two frames a stamp, two publishers with one clock) sends frames
    all the same: from the third on they are taken.
    """

    def __init__(self) -> None:
        self._last_ns: int | None = None
        #: stamps in a row that lie before the last one, and follow each other
        self._earlier: list[int] = []
        #: equal stamps since stamps followed each other properly
        self._equal = 0
        #: stamps in a row that followed their predecessor's
        self._proper = 0

    def check(self, stamp_ns: int) -> tuple[bool, bool]:
        """
        Take a stamp in; return whether the source started again, and whether it is an equal one.

        :param stamp_ns: of a frame that can be used otherwise; not zero
        :raises FrameError: when the frame is not to be taken
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
        """Take whatever stamp comes next."""
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
            raise FrameError(EQUAL, f'its stamp is the last one, {stamp_ns} ns')

    def _note_earlier(self, stamp_ns: int) -> bool:
        """Refuse a stamp from before the last one, unless it is the third of a new row."""
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
