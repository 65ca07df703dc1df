# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a tracking node of today does: pairs images with boxes, reads boxes from messages."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from benchmarks.side_by_side.baseline.boxes import detections_of
from benchmarks.side_by_side.baseline.pairing import Pairing
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.pipeline import messages


def _make(type_name, **fields):
    return SimpleNamespace(**fields)


def test_boxes_survive_the_way_through_a_message():
    boxes = np.array([[10, 20, 30, 60], [0, 0, 8, 4]], np.float32)
    scores, classes = np.array([0.9, 0.5], np.float32), np.array([2, 0], np.int64)
    sent = Detections(boxes, scores, classes, ('crate', 'ball', 'barrel'))
    message = messages.detections(_make, sent, None)
    found = detections_of(message, sent.labels)
    assert np.allclose(found.boxes_xyxy, boxes)
    assert np.allclose(found.scores, scores)
    assert found.class_ids.tolist() == [2, 0]


def test_no_boxes_are_no_boxes():
    found = detections_of(SimpleNamespace(detections=[]), ('crate',))
    assert (len(found), found.boxes_xyxy.shape) == (0, (0, 4))


def test_an_image_waits_for_its_boxes_and_boxes_for_their_image():
    pairing = Pairing()
    assert pairing.image(1, 'image 1') is None
    assert pairing.boxes(1, 'boxes 1') == ('image 1', 'boxes 1')
    assert pairing.boxes(2, 'boxes 2') is None
    assert pairing.image(2, 'image 2') == ('image 2', 'boxes 2')


def test_what_is_older_than_a_pair_is_given_up():
    pairing = Pairing()
    pairing.image(1, 'image 1')
    pairing.image(2, 'image 2')
    assert pairing.boxes(2, 'boxes 2') == ('image 2', 'boxes 2')
    assert pairing.boxes(1, 'boxes 1') is None


def test_only_so_many_are_kept():
    pairing = Pairing(size=2)
    for stamp in (1, 2, 3):
        pairing.image(stamp, f'image {stamp}')
    assert pairing.boxes(1, 'boxes 1') is None
    assert pairing.boxes(3, 'boxes 3') == ('image 3', 'boxes 3')
