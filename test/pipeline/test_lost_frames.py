# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Messages that were published but never arrived are counted, and nothing else is."""

from __future__ import annotations

from edge_sched_ros.pipeline.inputs.lost_frames import ESTIMATED
from edge_sched_ros.pipeline.inputs.lost_frames import LostFrames
from edge_sched_ros.pipeline.inputs.lost_frames import MEASURED
from edge_sched_ros.pipeline.inputs.lost_frames import UNKNOWN

ONE, OTHER = frozenset({'a'}), frozenset({'b'})
MS = 1_000_000


def _watched():
    lost = LostFrames()
    assert lost.settle(ONE) == (0, UNKNOWN)
    return lost


def _numbered(lost, *numbers):
    for number in numbers:
        lost.note(number, 0)


def _stamped(lost, *times_ms):
    for time_ms in times_ms:
        lost.note(None, round(time_ms * MS))


def test_gaps_in_the_numbers_of_a_publisher_are_counted():
    lost = _watched()
    _numbered(lost, 5, 6, 9)
    assert lost.settle(ONE) == (2, MEASURED)
    _numbered(lost, 10, 20)
    assert lost.settle(ONE) == (9, MEASURED)
    assert lost.settle(ONE) == (0, MEASURED)


def test_what_was_published_before_the_first_message_is_not_lost():
    lost = _watched()
    _numbered(lost, 1000)
    assert lost.settle(ONE) == (0, MEASURED)


def test_numbers_of_a_publisher_that_started_again_are_not_compared():
    lost = _watched()
    _numbered(lost, 3, 4)
    assert lost.settle(ONE) == (0, MEASURED)
    # the next one has missed its first messages; the graph tells of it only afterwards
    _numbered(lost, 50)
    assert lost.settle(OTHER) == (0, UNKNOWN)
    _numbered(lost, 52, 53, 55)
    assert lost.settle(OTHER) == (1, MEASURED)


def test_a_number_that_goes_back_is_a_new_beginning():
    lost = _watched()
    _numbered(lost, 100, 1, 2, 4)
    assert lost.settle(ONE) == (1, MEASURED)


def test_numbers_of_several_publishers_are_not_compared():
    lost = _watched()
    _numbered(lost, 7, 8)
    both = ONE | OTHER
    for _ in range(3):
        _numbered(lost, 100, 9, 120, 11)
        assert lost.settle(both) == (0, UNKNOWN)
    assert lost.settle(ONE) == (0, UNKNOWN)
    _numbered(lost, 13, 15)
    assert lost.settle(ONE) == (1, MEASURED)


def test_without_numbers_gaps_in_regular_stamps_are_an_estimate():
    lost = _watched()
    _stamped(lost, *(33 * n + n % 3 for n in range(1, 40)))
    assert lost.settle(ONE) == (0, ESTIMATED)
    _stamped(lost, 33 * 45, 33 * 46)
    assert lost.settle(ONE) == (5, ESTIMATED)


def test_a_pause_a_loop_and_stamps_of_zero_are_no_losses():
    lost = _watched()
    _stamped(lost, *(33 * n for n in range(1, 40)))
    lost.settle(ONE)
    _stamped(lost, 33 * 40 + 5_000, 33 * 41 + 5_000)
    assert lost.settle(ONE) == (0, ESTIMATED)
    _stamped(lost, *(33 * n for n in range(1, 40)))
    assert lost.settle(ONE) == (0, ESTIMATED)
    _stamped(lost, 0, 0, 33 * 50)
    assert lost.settle(ONE) == (0, ESTIMATED)


def test_of_irregular_stamps_nothing_is_said():
    lost = _watched()
    _stamped(lost, *(33 * n + 14 * (n % 3) for n in range(1, 60)))
    assert lost.settle(ONE) == (0, UNKNOWN)
