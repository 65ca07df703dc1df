# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The due times of a bag's messages."""

from __future__ import annotations

from collections.abc import Callable

#: longer gaps are shortened to one second, unless gaps are kept
LONGEST_GAP_S = 10.0
#: the least speed relative to real time that commands take
LEAST_RATE = 1e-3
_SHORT_GAP_S = 1.0


class Pace:
    """
    Converts log times to due times, relative to the first message.

    Bags may have gaps too long to wait for: a pause of an hour, or a first message of time zero.
    There is no wait where times go back.

    :param rate: speed relative to real time
    :param keep_gaps: whether to wait through long gaps
    :param say: called with a line about the first shortened gap
    """

    def __init__(self, rate: float, *, keep_gaps: bool, say: Callable[[str], None]) -> None:
        self._rate = rate
        self._keep_gaps = keep_gaps
        self._say = say
        self._last_ns: int | None = None
        self._due_s = 0.0
        #: number of shortened gaps
        self.shortened = 0

    def due_s(self, at_ns: int) -> float:
        """
        Return the due time of the next message, relative to the first one.

        :param at_ns: its log time
        """
        gap_s = 0.0 if self._last_ns is None else max(0.0, (at_ns - self._last_ns) / 1e9)
        self._last_ns = at_ns
        wait_s = gap_s / self._rate
        if not self._keep_gaps and min(gap_s, wait_s) > LONGEST_GAP_S:
            if not self.shortened:
                self._say(
                    f'no messages for {gap_s:.0f} s in the bag: gaps of more than '
                    f'{LONGEST_GAP_S:.0f} s take {_SHORT_GAP_S:.0f} s (--keep-gaps waits)'
                )
            self.shortened += 1
            wait_s = _SHORT_GAP_S
        self._due_s += wait_s
        return self._due_s
