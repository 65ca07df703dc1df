# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Oriented boxes, against a decoding box by box."""

from __future__ import annotations

import math

import numpy as np
import pytest
import random_heads
import reference_kinds as reference
from decoding import decoder_of
from decoding import infos

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.preprocess.transform import fit
from edge_sched_ros.perception.decoders.oriented import suppressed
from edge_sched_ros.perception.decoders.recognition import CERTAIN
from edge_sched_ros.perception.decoders.recognition import POSSIBLE
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.decoders.yolo_obb import YoloObb

SIZE = (160, 96)
CLASSES = 2
WAY = fit(InputSpec(*SIZE), 640, 300)


def _rows(seed=0, count=6):
    rng = np.random.default_rng(seed)

    def angles(boxes):
        own = np.repeat(rng.uniform(-math.pi / 4, 3 * math.pi / 4, count), boxes // count)
        return (own + rng.normal(0, 0.01, boxes))[:, None]

    return random_heads.dense(rng, count=count, classes=CLASSES, size=SIZE, rest=angles, cells=315)


def _reference(rows):
    found = [
        (score, which, [*box, *rest])
        for score, which, box, rest in reference.dense_candidates(rows, CLASSES, 0.3)
    ]
    return reference.best_rows(found, reference.turned_likeness, 0.5)


def _check(found, wanted):
    assert len(found) == len(wanted) > 2
    centres = (found.boxes_xyxy[:, :2] + found.boxes_xyxy[:, 2:]) / 2
    sides = found.boxes_xyxy[:, 2:] - found.boxes_xyxy[:, :2]
    assert (found.angles_rad > -math.pi / 2).all() and (found.angles_rad <= math.pi / 2).all()
    for index, (score, which, box) in enumerate(wanted):
        assert (found.scores[index], found.class_ids[index]) == (pytest.approx(score), which)
        mine = reference.turned_corners([*centres[index], *sides[index], found.angles_rad[index]])
        for corner in reference.turned_corners(box):
            place = reference.to_source(*corner, WAY)
            assert min(np.hypot(*(one - place)) for one in mine) < 0.05


@pytest.mark.parametrize('seed', range(5))
def test_oriented_boxes_are_in_source_pixels(seed):
    rows = _rows(seed)
    decoder = decoder_of('yolo_obb', rows, size=SIZE, labels=('ship', 'plane'))
    _check(decoder.decode([rows], WAY), _reference(rows))


def test_an_export_that_selects_its_detections():
    wanted = _reference(_rows())
    rows = np.zeros((1, 300, 7), np.float32)
    for index, (score, which, (*box, angle)) in enumerate(wanted):
        rows[0, index] = [*box, score, which, angle]
    decoder = decoder_of('yolo_obb', rows, size=SIZE, labels=('ship', 'plane'))
    _check(decoder.decode([rows], WAY), wanted)
    rows[:] = 0
    assert len(decoder.decode([rows], WAY)) == 0


def test_crossed_boxes_stay_and_like_ones_go():
    boxes = np.array(
        [[50, 50, 80, 10, 0], [50, 50, 80, 10, math.pi / 2], [51, 50, 80, 10, math.pi]], np.float32
    )
    assert suppressed(boxes, np.zeros(3, np.int64), 0.5, 300).tolist() == [0, 1]
    assert suppressed(boxes, np.array([0, 0, 1]), 0.5, 300).tolist() == [0, 1, 2]
    assert suppressed(boxes, np.zeros(3, np.int64), 0.5, 1).tolist() == [0]


def test_a_box_without_a_side_is_no_error():
    boxes = np.array([[50, 50, 0, 0, 0], [50, 50, 0, 10, 1]], np.float32)
    assert 0 in suppressed(boxes, np.zeros(2, np.int64), 0.5, 300)


def test_boxes_in_the_padding_are_left_out():
    rows = np.zeros((1, 300, 7), np.float32)
    rows[0, 0] = [80, 2, 30, 4, 0.9, 0, 0]
    rows[0, 1] = [80, 5, 40, 4, 0.8, 0, math.pi / 2]
    found = decoder_of('yolo_obb', rows, size=SIZE).decode([rows], WAY)
    assert found.scores.tolist() == pytest.approx([0.8]), 'turned, it reaches the picture'


def test_an_angle_of_nan_fails_the_job():
    rows = _rows()
    rows[0, -1] = np.nan
    with pytest.raises(InvalidOutputError, match='NaN'):
        decoder_of('yolo_obb', rows, size=SIZE).decode([rows], WAY)


@pytest.mark.parametrize(
    ('shape', 'options', 'why'),
    [
        ((1, 5, 315), {}, 'needs one output'),
        ((1, 300, 8), {}, 'needs one output'),
        ((1, 7, 315), {'labels': ('a', 'b', 'c')}, '3 names.* 2 classes'),
        ((1, 7, 315), {'resize': 'stretch'}, 'input.resize.*letterbox or crop'),
    ],
)
def test_what_cannot_be_is_refused_when_loading(shape, options, why):
    with pytest.raises(ConfigError, match=why):
        decoder_of('yolo_obb', np.zeros(shape, np.float32), size=SIZE, **options)


@pytest.mark.parametrize(
    ('shape', 'metadata', 'certainty', 'classes'),
    [
        ((1, 20, 21504), {'task': 'obb'}, CERTAIN, 15),
        ((1, 20, 21504), {}, POSSIBLE, 15),
        ((1, 300, 7), {'task': 'obb'}, CERTAIN, None),
        ((1, 84, 8400), {}, POSSIBLE, 79),
        ((1, 5, 8400), {}, None, None),
        ((1, 20, 21504), {'task': 'detect'}, None, None),
    ],
)
def test_rows_with_an_angle_are_recognised(shape, metadata, certainty, classes):
    seen = YoloObb.recognise(infos((shape, 'float32')), metadata, (1024, 1024))
    assert (seen and seen.certainty, seen and seen.classes) == (certainty, classes)
