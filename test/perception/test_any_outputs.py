# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever a network gives, a decoder answers with a possible result or refuses it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from decoding import decoder_of
from decoding import infos
from fuzz.targets.decoders import decode
from fuzz.targets.decoders import HEADS
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.perception.decoders.built_in import decoder_classes
from edge_sched_ros.perception.decoders.making import make_decoder
from edge_sched_ros.perception.decoders.values import InvalidOutputError

TRANSFORM = Transform(1.0, 1.0, 0.0, 0.0, 64, 64)


def test_every_decoder_is_tried():
    assert set(HEADS) == set(decoder_classes())


@pytest.mark.parametrize('number', range(len(HEADS)), ids=list(HEADS))
@settings(max_examples=8)
@given(data=st.binary(max_size=200))
def test_outputs_of_any_shape_and_value_are_answered_or_refused(number, data):
    try:
        decode(bytes([number]) + data)
    except (ConfigError, InvalidOutputError) as error:
        assert str(error)


def _rows(count):
    return np.full((1, count), 0.9, np.float32)


@pytest.mark.parametrize(
    ('count', 'problem'),
    [
        (-1, '-1, not a number of boxes'),
        (np.nan, 'nan, not a number'),
        (np.inf, 'inf, not a'),
        (1.5, '1.5, not a number'),
        (6, '6, for 5 rows of boxes'),
    ],
)
def test_a_number_of_boxes_that_cannot_be_fails_the_job(count, problem):
    boxes = np.tile(np.float32([8, 8, 24, 24]), (1, 5, 1))
    outputs = [np.full((1, 1), count, np.float32), boxes, _rows(5), np.zeros((1, 5), np.int32)]
    names = ('num_dets', 'det_boxes', 'det_scores', 'det_classes')
    spec = decoder_of('yolov7_nms', ((5, 7), 'float32')).spec
    told = infos(*outputs, names=names)
    decoder = make_decoder(replace(spec, decoder='efficient_nms'), told, {})
    with pytest.raises(InvalidOutputError, match=problem):
        decoder.result(outputs, TRANSFORM)


def test_a_table_with_too_few_rows_is_refused_or_fails_the_job():
    boxes, scores = np.random.default_rng(1).random((2, 1, 40, 4), np.float32)
    with pytest.raises(InvalidOutputError, match=r'boxes .* are 40 for 30 scores or classes'):
        decoder_of('detr', ((1, None, 4), 'float32'), ((1, None, 4), 'float32')).decode(
            [boxes, scores[:, :30]], TRANSFORM
        )
    with pytest.raises(ConfigError, match='yolov4 needs boxes 1xNx1x4 and confs'):
        decoder_of('yolov4', ((1, 40, 1, 4), 'float32'), ((1, 30, 3), 'float32'))


def test_a_table_of_nothing_but_the_background_is_refused():
    with pytest.raises(ConfigError, match=r'decoder_options\.background: is true, .* no class'):
        decoder_of('ssd', ((1, 40, 4), 'float32'), ((1, 40, 1), 'float32'))


def test_landmarks_without_a_row_for_each_cell_are_refused():
    names = [f'{p}_{s}' for p in ('cls', 'obj', 'bbox', 'kps') for s in (8, 16, 32)]
    spec = decoder_of('yolov7_nms', ((5, 7), 'float32')).spec
    told = infos(*[((1, 8, 1), 'float32')] * 12, names=names)
    with pytest.raises(ConfigError, match='yunet needs of each stride 1xNx1, 1xNx1, 1xNx4'):
        make_decoder(replace(spec, decoder='yunet'), told, {})


@pytest.mark.parametrize(('wrong', 'problem'), [(0.4, 'not whole'), (np.nan, 'NaN')])
def test_classes_with_fractions_fail_the_job(wrong, problem):
    classes = np.full((1, 5), wrong, np.float32)
    boxes = np.tile(np.float32([0.1, 0.1, 0.5, 0.5]), (1, 5, 1))
    spec = decoder_of('ssd', boxes, classes, _rows(5)).spec
    told = infos(boxes, classes, _rows(5), names=('boxes', 'classes', 'scores'))
    with pytest.raises(InvalidOutputError, match=f"'classes' are {problem}"):
        make_decoder(spec, told, {}).result([boxes, classes, _rows(5)], TRANSFORM)


@pytest.mark.parametrize('scores_first', [True, False])
@pytest.mark.parametrize('class_id', [0, 3])
def test_scores_and_classes_without_names_are_told_apart_by_their_values(scores_first, class_id):
    boxes = np.tile(np.float32([0.1, 0.1, 0.5, 0.5]), (1, 5, 1))
    scores, classes = np.float32([[0.9, 0.7, 0, 0, 0]]), np.full((1, 5), class_id, np.float32)
    empty, count = np.zeros((1, 5), np.float32), np.float32([[2]])
    decoder = decoder_of('ssd', boxes, scores, classes, count, suppress=False, background=False)
    order = (scores, classes) if scores_first else (classes, scores)
    for lists, found in (((empty, empty), []), (order, [0.9, 0.7]), ((empty, empty), [])):
        result = decoder.result([boxes, *lists, count], TRANSFORM)
        assert result.scores == pytest.approx(found) and (result.class_ids == class_id).all()


def test_scores_like_classes_fail_the_job():
    boxes, ones = (
        np.tile(np.float32([0.1, 0.1, 0.5, 0.5]), (1, 5, 1)),
        np.float32([[1, 1, 0, 0, 0]]),
    )
    with pytest.raises(InvalidOutputError, match="as those in 'output2'"):
        decoder_of('ssd', boxes, ones, ones).result([boxes, ones, ones], TRANSFORM)


@pytest.mark.parametrize('column', [0, 1, 2])
def test_nan_in_a_table_of_paddle_fails_the_job(column):
    table = np.full((4, 6), -1, np.float32)
    table[0] = [0, 0.9, 8, 8, 24, 24]
    decoder = decoder_of('paddle_nms', table)
    assert len(decoder.result([table], TRANSFORM)) == 1
    table[0, column] = np.nan
    with pytest.raises(InvalidOutputError, match='NaN'):
        decoder.result([table], TRANSFORM)


def test_lists_of_ssd_that_do_not_belong_to_its_boxes_fail_the_job():
    boxes = np.full((1, 10, 4), 0.5, np.float32)
    for scores, classes in ((8, 10), (10, 8)):
        outputs = [boxes, np.zeros((1, classes), np.int64), _rows(scores)]
        decoder = decoder_of(
            'ssd',
            ((1, None, 4), 'float32'),
            ((1, None), 'int64'),
            ((1, None), 'float32'),
            background=False,
        )
        with pytest.raises(InvalidOutputError, match=r'boxes .* are 10 for .*8'):
            decoder.result(outputs, TRANSFORM)


@pytest.mark.parametrize('name', ['rtdetr_rows', 'ssd'])
def test_pixels_in_place_of_shares_fail_the_job(name):
    rows = np.zeros((1, 30, 6), np.float32)
    rows[0, 0] = [8, 8, 24, 24, 0.1, 0.9]
    outputs = [rows] if name == 'rtdetr_rows' else [rows[:, :, :4], rows[:, :, 4:]]
    decoder = decoder_of(name, *[((1, None, one.shape[2]), 'float32') for one in outputs])
    with pytest.raises(InvalidOutputError, match='up to 24, not shares from 0 to 1: are they pix'):
        decoder.decode(outputs, TRANSFORM)
