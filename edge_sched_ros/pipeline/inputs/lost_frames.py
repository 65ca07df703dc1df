# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Counts the messages of a topic that were published, but never arrived.

The queue of a subscription holds one message: while this process does not take it, later ones
replace it without a trace. The middleware numbers the messages of each publisher, so a gap in the
numbers is a count. Some middlewares give no numbers; then a gap in regular stamps is an estimate.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Hashable

MEASURED, ESTIMATED, UNKNOWN = 'measured', 'estimated', ''
#: intervals between stamps from which the period is learned
_INTERVALS = 32
#: share of a period by which stamps may jitter
_JITTER = 0.25
#: a longer gap is a pause of the source
_MOST_LOST = 300
_LONGEST_NS = 2_000_000_000


class LostFrames:
    """
    Counts one topic's lost messages; one thread notes messages, another may settle.

    Numbers belong to a publisher that is not named with a message, so gaps count only if the same
    one publisher was there before and after them.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sequence: int | None = None
        self._stamps = _RegularStamps()
        self._numbered = False
        #: gaps since the publishers were last looked at: by number, by stamps
        self._pending, self._guessed = 0, 0
        self._publishers: frozenset[Hashable] = frozenset()

    def note(self, sequence: int | None, stamp_ns: int) -> None:
        """
        Note a message that has arrived.

        :param sequence: its number among those of its publisher, ``None`` without
        :param stamp_ns: its stamp, 0 without
        """
        with self._lock:
            before, self._sequence = self._sequence, sequence
            self._numbered = sequence is not None
            if sequence is None:
                self._guessed += self._stamps.missed(stamp_ns)
            elif before is not None and sequence > before:
                self._pending += sequence - before - 1

    def settle(self, publishers: frozenset[Hashable]) -> tuple[int, str]:
        """
        Return the number of messages lost since the last call, and how it is known.

        :param publishers: those of the topic at present; gaps since the last call count only if
            they are one, and the same as then
        """
        with self._lock:
            same = len(publishers) == 1 and publishers == self._publishers
            pending, guessed = self._pending, self._guessed
            self._pending, self._guessed, self._publishers = 0, 0, publishers
            if not same:
                self._sequence = None
                self._stamps = _RegularStamps()
                return 0, UNKNOWN
            if self._numbered:
                return pending, MEASURED
            return (guessed, ESTIMATED) if self._stamps.regular else (0, UNKNOWN)


class _RegularStamps:
    """Estimates gaps in stamps that come at a constant rate."""

    def __init__(self) -> None:
        self._last_ns = 0
        self._intervals: deque[int] = deque(maxlen=_INTERVALS)

    @property
    def _period_ns(self) -> float:
        """The mean interval, with longer ones as several."""
        # losses make intervals longer, hence not the median
        guess_ns = sorted(self._intervals)[len(self._intervals) // 4]
        return sum(self._intervals) / sum(max(1, round(one / guess_ns)) for one in self._intervals)

    @property
    def regular(self) -> bool:
        """Whether most intervals are nearly one period, and all others multiples of it."""
        if len(self._intervals) < _INTERVALS:
            return False
        period_ns = self._period_ns
        ones = sum(round(interval / period_ns) == 1 for interval in self._intervals)
        return 2 * ones > _INTERVALS and all(_is_multiple(i, period_ns) for i in self._intervals)

    def missed(self, stamp_ns: int) -> int:
        """Return how many stamps are missing before this one."""
        before_ns, self._last_ns = self._last_ns, stamp_ns
        interval_ns = stamp_ns - before_ns
        if not before_ns or not 0 < interval_ns <= _LONGEST_NS:
            # the first, one without a stamp, a source that started again, a pause
            return 0
        self._intervals.append(interval_ns)
        if not self.regular:
            return 0
        return min(_MOST_LOST, round(interval_ns / self._period_ns) - 1)


def _is_multiple(interval_ns: int, period_ns: float) -> bool:
    times = interval_ns / period_ns
    return times >= 1 - _JITTER and abs(times - round(times)) <= _JITTER
