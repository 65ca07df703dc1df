# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The offset of another clock: exact on equal ways, bounded by half the round trip on others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from edge_sched_ros.fleet.clock_offset import ClockOffset

MS = 1_000_000


def _exchange(clock, *, at_ns, offset_ns, there_ns, kept_ns, back_ns):
    received_there_ns = at_ns + there_ns + offset_ns
    return clock.note(
        sent_ns=at_ns,
        received_there_ns=received_there_ns,
        sent_there_ns=received_there_ns + kept_ns,
        received_ns=at_ns + there_ns + kept_ns + back_ns,
    )


@settings(deadline=None)
@given(
    offset_ns=st.integers(-(10**18), 10**18),
    ways=st.lists(st.tuples(*(st.integers(0, 500 * MS),) * 3), min_size=1, max_size=100),
)
def test_the_offset_is_never_further_off_than_it_says(offset_ns, ways):
    clock = ClockOffset()
    for index, (there_ns, kept_ns, back_ns) in enumerate(ways):
        assert _exchange(
            clock,
            at_ns=index * 100 * MS,
            offset_ns=offset_ns,
            there_ns=there_ns,
            kept_ns=kept_ns,
            back_ns=back_ns,
        )
    assert abs(clock.offset_ns - offset_ns) <= clock.error_ns + 1
    assert clock.error_ns <= min(there + back for there, _, back in ways[-64:]) // 2


def test_the_quickest_exchange_is_believed():
    clock = ClockOffset()
    for there_ms, back_ms in ((1, 31), (1, 1), (90, 2)):
        _exchange(
            clock,
            at_ns=0,
            offset_ns=7 * MS,
            there_ns=there_ms * MS,
            kept_ns=0,
            back_ns=back_ms * MS,
        )
    assert clock.offset_ns == 7 * MS


def test_stamps_that_cannot_be_are_left_out():
    clock = ClockOffset()
    assert not clock.note(sent_ns=0, received_there_ns=5, sent_there_ns=4, received_ns=9)
    assert not clock.note(sent_ns=10, received_there_ns=0, sent_there_ns=0, received_ns=9)
    assert not clock.known and clock.offset_ns == 0


def test_a_clock_that_drifts_is_followed():
    clock = ClockOffset(remembered=10)
    for index in range(100):
        _exchange(
            clock, at_ns=index * MS, offset_ns=index * 1000, there_ns=MS, kept_ns=0, back_ns=MS
        )
    assert abs(clock.offset_ns - 99_000) <= 10_000
