# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How old a frame is by its stamp, and where a stamp does not tell."""

from __future__ import annotations

from dataclasses import dataclass

#: an age beyond this says that the clocks have nothing to do with each other
UNRELATED_NS = 3_600_000_000_000
#: stamps so far ahead are noise of clocks that follow each other
_AHEAD_NS = 10_000_000
#: the same where ROS time is that of ``/clock``, which moves in steps
_SIMULATED_AHEAD_NS = 100_000_000

#: why a stamp tells no age: short codes, counted
ZERO = 'zero_stamp'
FUTURE = 'future_stamp'
UNRELATED = 'unrelated_clock'
#: the same as a stamp from the future where ROS time is that of ``/clock``
CLOCK_LAGS = 'clock_lags'
#: ROS time is that of ``/clock``, and there is none
NO_CLOCK = 'no_clock'


@dataclass(frozen=True, slots=True)
class Age:
    """
    How old a frame is.

    :param ns: ``None`` when unknown
    :param doubt: why its stamp tells no age: a short code; empty where it does or there is none
    :param ahead_ns: how far the stamp lies in the future, where that is the doubt
    """

    ns: int | None = None
    doubt: str = ''
    ahead_ns: int = 0


#: there is no stamp, or no clock to compare it with
UNKNOWN = Age()


def age_of(stamp_ns: int | None, now_ns: int, *, simulated: bool = False) -> Age:
    """
    Return how old a stamp is.

    :param stamp_ns: ``None`` for a message without one
    :param now_ns: on the clock the stamps should come from; 0 when there is none
    :param simulated: whether that clock is ``/clock``
    """
    if stamp_ns is None:
        return UNKNOWN
    if stamp_ns == 0:
        return Age(doubt=ZERO)
    if not now_ns:
        return Age(doubt=NO_CLOCK) if simulated else UNKNOWN
    age_ns = now_ns - stamp_ns
    if abs(age_ns) > UNRELATED_NS:
        return Age(doubt=UNRELATED)
    if age_ns < -(_SIMULATED_AHEAD_NS if simulated else _AHEAD_NS):
        return Age(doubt=CLOCK_LAGS if simulated else FUTURE, ahead_ns=-age_ns)
    return Age(max(0, age_ns))
