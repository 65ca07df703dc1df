# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Accuracy on cases small enough to know the answer."""

from __future__ import annotations

import numpy as np
import pytest

from edge_sched_ros.reporting.accuracy import Boxes
from edge_sched_ros.reporting.accuracy import depth_abs_rel
from edge_sched_ros.reporting.accuracy import detection_map50
from edge_sched_ros.reporting.accuracy import iou
from edge_sched_ros.reporting.accuracy import tracking_figures
from edge_sched_ros.reporting.accuracy import tracking_idf1


def _boxes(*rows, ignored=()):
    """Rows are (x, id, score, label); every box is 10x10."""
    xyxy = np.array([[x, 0, x + 10, 10] for x, *_ in rows], float).reshape(-1, 4)
    return Boxes(
        xyxy,
        tuple(r[3] for r in rows),
        tuple(r[2] for r in rows),
        tuple(r[1] for r in rows),
        tuple(i in ignored for i in range(len(rows))),
    )


A, B = (0, 'a', 1.0, 'cat'), (50, 'b', 1.0, 'cat')


def test_overlap():
    boxes = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [20, 0, 30, 10]], float)
    assert iou(boxes, boxes)[0] == pytest.approx([1, 1 / 3, 0])


def test_everything_right_is_one_and_nothing_found_is_zero():
    true = {1: _boxes(A, B), 2: _boxes(A)}
    assert detection_map50(true, true) == pytest.approx(1)
    assert tracking_idf1(true, true) == pytest.approx(1)
    assert detection_map50({1: _boxes(), 2: _boxes()}, true) == 0
    assert tracking_idf1({1: _boxes(), 2: _boxes()}, true) == 0


def test_half_of_the_things_found():
    true = {1: _boxes(A, B)}
    # precision 1 up to recall 0.5: 51 of the 101 points of COCO's curve
    assert detection_map50({1: _boxes(A)}, true) == pytest.approx(51 / 101)


def test_a_false_alarm_more_certain_than_the_truth():
    true = {1: _boxes(A)}
    found = {1: _boxes((80, 'x', 0.9, 'cat'), (0, 'a', 0.5, 'cat'))}
    assert detection_map50(found, true) == pytest.approx(0.5)


def test_ignored_boxes_may_be_found_or_not():
    true = {1: _boxes(A, B, ignored=(1,))}
    assert detection_map50({1: _boxes(A)}, true) == pytest.approx(1)
    assert detection_map50({1: _boxes(A, B)}, true) == pytest.approx(1)
    assert tracking_idf1({1: _boxes(A, B)}, true) == pytest.approx(1)


def test_a_changed_number_halves_identity():
    true = {n: _boxes(A) for n in (1, 2, 3, 4)}
    found = {n: _boxes((0, 'x' if n < 3 else 'y', 1.0, 'cat')) for n in (1, 2, 3, 4)}
    assert tracking_idf1(found, true) == pytest.approx(0.5)


def _hota(found, true):
    return tracking_figures(found, true)['hota']


def test_hota_of_cases_calculated_by_hand():
    frames = (1, 2, 3, 4)
    true = {n: _boxes(A) for n in frames}
    assert _hota(true, true) == pytest.approx(1)
    assert _hota({n: _boxes() for n in frames}, true) == 0
    # two tracks, each of half of the frames: DetA 1, AssA 2 / (2 + 2)
    halves = {n: _boxes((0, 'x' if n < 3 else 'y', 1.0, 'cat')) for n in frames}
    assert _hota(halves, true) == pytest.approx(0.5**0.5)
    # found in half of the frames: DetA and AssA are 2 / 4
    assert _hota({n: _boxes(*([A] if n < 3 else [])) for n in frames}, true) == pytest.approx(0.5)
    # a false track as long as the true one: DetA 4 / 8, AssA 1
    doubled = {n: _boxes(A, (80, 'z', 1.0, 'cat')) for n in frames}
    assert _hota(doubled, true) == pytest.approx(0.5**0.5)
    # an overlap of 0.6 counts at 12 of the 19 levels
    shifted = {n: _boxes((2.5, 'a', 1.0, 'cat')) for n in frames}
    assert _hota(shifted, true) == pytest.approx(12 / 19)


def test_hota_matches_the_track_that_fits_the_whole_sequence():
    true = {n: _boxes(A) for n in (1, 2, 3, 4)}
    # in one frame another track lies closer: matching it would cost association
    near, far = (0, 'other', 1.0, 'cat'), (1, 'own', 1.0, 'cat')
    found = {n: _boxes(far, *([near] if n == 2 else [])) for n in (1, 2, 3, 4)}
    # overlap 9 / 11 reaches 16 levels: DetA 4 / 5, AssA 1; the other three have none
    assert _hota(found, true) == pytest.approx(16 / 19 * 0.8**0.5)


def test_hota_leaves_out_what_is_ignored():
    true = {n: _boxes(A, B, ignored=(1,)) for n in (1, 2)}
    assert _hota({n: _boxes(A, B) for n in (1, 2)}, true) == pytest.approx(1)
    assert _hota({}, {}) == 0


def test_only_frames_with_an_answer_count():
    true = {1: _boxes(A), 2: _boxes(A)}
    assert detection_map50({1: _boxes(A)}, true) == pytest.approx(1)


def test_relative_depth_error_over_what_is_known():
    true = {1: np.array([[2.0, 4.0], [np.nan, 5.0]], np.float32)}
    found = {1: np.array([[2.2, 3.0], [1.0, np.nan]], np.float32), 2: np.ones((2, 2), np.float32)}
    assert depth_abs_rel(found, true) == pytest.approx((0.1 + 0.25) / 2, rel=1e-5)
    assert np.isnan(depth_abs_rel({}, true))
    blank = {1: np.full((2, 2), np.nan, np.float32)}
    assert np.isnan(depth_abs_rel(blank, true))
