# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How far another device's clock is from ours, measured with four time stamps."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

#: exchanges remembered: at ten a second those of the last 6.4 s
_REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Exchange:
    """
    One question and its answer.

    :param offset_ns: their clock less ours, if both ways took equally long
    :param round_trip_ns: both ways together, without the time the other side kept it
    """

    offset_ns: int
    round_trip_ns: int


class ClockOffset:
    """
    The offset of one other clock (as NTP does it, RFC 5905 section 8).

    Of the latest exchanges the one with the shortest round trip is believed: what a queue or a
    busy core adds to one of the two ways makes an exchange wrong by half of it, and longer.
    """

    def __init__(self, remembered: int = _REMEMBERED) -> None:
        self._exchanges: deque[Exchange] = deque(maxlen=remembered)

    @property
    def known(self) -> bool:
        """Whether any exchange was completed."""
        return bool(self._exchanges)

    @property
    def best(self) -> Exchange:
        """The exchange that is believed; zero before the first."""
        return min(self._exchanges, key=lambda one: one.round_trip_ns, default=Exchange(0, 0))

    @property
    def offset_ns(self) -> int:
        """Their clock less ours."""
        return self.best.offset_ns

    @property
    def error_ns(self) -> int:
        """At most so far off is the offset: half the round trip, if the clocks run equally."""
        return self.best.round_trip_ns // 2

    @property
    def latency_ns(self) -> int:
        """How long a small message takes one way lately: half the median round trip."""
        if not self._exchanges:
            return 0
        trips = sorted(one.round_trip_ns for one in list(self._exchanges)[-16:])
        return trips[len(trips) // 2] // 2

    def note(
        self, *, sent_ns: int, received_there_ns: int, sent_there_ns: int, received_ns: int
    ) -> bool:
        """
        Take in one exchange; return whether it could be one.

        :param sent_ns: of the question, on our clock
        :param received_there_ns: of the question, on theirs
        :param sent_there_ns: of the answer, on theirs
        :param received_ns: of the answer, on our clock
        """
        kept_ns = sent_there_ns - received_there_ns
        round_trip_ns = received_ns - sent_ns - kept_ns
        if kept_ns < 0 or round_trip_ns < 0:
            return False
        offset_ns = ((received_there_ns - sent_ns) + (sent_there_ns - received_ns)) // 2
        self._exchanges.append(Exchange(offset_ns, round_trip_ns))
        return True

    def forget(self) -> None:
        """Begin anew: the other side started again, and its clock with it."""
        self._exchanges.clear()
