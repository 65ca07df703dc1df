# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The age of a frame by its stamp, and when a stamp gives none."""

from __future__ import annotations

from dataclasses import dataclass

#: a greater age means that the clocks are unrelated
UNRELATED_NS = 3_600_000_000_000
#: stamps ahead by less are noise of synchronised clocks
_AHEAD_NS = 10_000_000
#: the same for ROS time from ``/clock``, which moves in steps
_SIMULATED_AHEAD_NS = 100_000_000

#: why a stamp gives no age: short codes, counted
ZERO = 'zero_stamp'
FUTURE = 'future_stamp'
UNRELATED = 'unrelated_clock'
#: a stamp from the future if ROS time comes from ``/clock``
CLOCK_LAGS = 'clock_lags'
#: ROS time comes from ``/clock``, which has not been received
NO_CLOCK = 'no_clock'


@dataclass(frozen=True, slots=True)
class Age:
    """
    The age of a frame.

    :param ns: ``None`` when unknown
    :param doubt: why its stamp gives no age: a short code; empty if it does or there is none
    :param ahead_ns: how far the stamp lies in the future, if that is the doubt
    """

    ns: int | None = None
    doubt: str = ''
    ahead_ns: int = 0


#: without a stamp, or without a clock to compare it with
UNKNOWN = Age()


def age_of(stamp_ns: int | None, now_ns: int, *, simulated: bool = False) -> Age:
    """
    Return the age of a stamp.

    :param stamp_ns: ``None`` for a message without one
    :param now_ns: present time on the clock of the stamps; 0 when there is none
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
