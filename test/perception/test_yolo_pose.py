# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Keypoints, against a decoding point by point."""

from __future__ import annotations

import numpy as np
import pytest
import random_heads
import reference_kinds as reference
from decoding import decoder_of
from decoding import infos

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.preprocess.transform import fit
from edge_sched_ros.perception.decoders.recognition import CERTAIN
from edge_sched_ros.perception.decoders.recognition import LIKELY
from edge_sched_ros.perception.decoders.recognition import POSSIBLE
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.decoders.yolo_pose import YoloPose

SIZE = (160, 96)
KEYPOINTS = 5
WAY = fit(InputSpec(*SIZE), 640, 300)


def _rows(seed=0, classes=1, each=3):
    rng = np.random.default_rng(seed)

    def points(count):
        one = rng.uniform(-10, 170, (count, KEYPOINTS, each))
        if each == 3:
            one[..., 2] = rng.uniform(0, 1, (count, KEYPOINTS))
        return one.reshape(count, -1)

    return random_heads.dense(rng, count=5, classes=classes, size=SIZE, rest=points, cells=315)


def _reference(rows, classes=1):
    found = [
        (score, which, reference.corners_of(box), rest)
        for score, which, box, rest in reference.dense_candidates(rows, classes, 0.3)
    ]
    return reference.best_rows(found, reference.upright_iou, 0.5)


def _check(found, wanted, each=3):
    assert found.keypoints.shape == (len(wanted), KEYPOINTS, 3) and len(wanted) > 2
    for index, (score, which, _, rest) in enumerate(wanted):
        assert (found.scores[index], found.class_ids[index]) == (pytest.approx(score), which)
        for at, point in enumerate(np.reshape(rest, (KEYPOINTS, each))):
            place = reference.to_source(*point[:2], WAY)
            seen = point[2] if each == 3 else 1
            assert found.keypoints[index, at] == pytest.approx([*place, seen], abs=1e-2)


@pytest.mark.parametrize('classes', [1, 2])
@pytest.mark.parametrize('each', [2, 3])
def test_keypoints_are_in_source_pixels(classes, each):
    rows = _rows(classes=classes, each=each)
    names = ['eye', 'eye2', 'nose', 'mouth', 'mouth2']
    decoder = decoder_of(
        'yolo_pose',
        rows,
        size=SIZE,
        labels=('person', 'dog')[:classes],
        keypoint_values=each,
        keypoint_names=names,
    )
    found = decoder.decode([rows], WAY)
    _check(found, _reference(rows, classes), each)
    assert found.keypoint_names == tuple(names)
    across = found.keypoints[..., 0]
    assert ((across < 0) | (across > 640)).any(), 'they may lie outside'


@pytest.mark.parametrize('value', [np.nan, np.inf])
def test_keypoints_that_are_no_numbers_fail_the_job(value):
    rows = _rows()
    rows[0, 6, rows[0, 4] > 0.3] = value
    decoder = decoder_of('yolo_pose', rows, size=SIZE, labels=('person',))
    with pytest.raises(InvalidOutputError, match='the keypoints in the output'):
        decoder.decode([rows], WAY)


def test_without_labels_there_is_one_class_or_as_many_as_keypoints_leave():
    rows = _rows()
    _check(decoder_of('yolo_pose', rows, size=SIZE).decode([rows], WAY), _reference(rows))
    rows = _rows(classes=2)
    decoder = decoder_of('yolo_pose', rows, size=SIZE, keypoints=KEYPOINTS)
    _check(decoder.decode([rows], WAY), _reference(rows, 2))


def test_an_export_that_selects_its_detections():
    wanted = _reference(_rows())
    rows = np.zeros((1, 300, 6 + 3 * KEYPOINTS), np.float32)
    for index, (score, which, box, rest) in enumerate(wanted):
        rows[0, index] = [*box, score, which, *rest]
    decoder = decoder_of('yolo_pose', rows, size=SIZE, labels=('person',))
    _check(decoder.decode([rows], WAY), wanted)
    rows[:] = 0
    assert decoder.decode([rows], WAY).keypoints.shape == (0, KEYPOINTS, 3)


@pytest.mark.parametrize(
    ('shape', 'options', 'why'),
    [
        ((1, 21, 315), {}, 'needs 1x'),
        ((1, 20, 315), {'labels': ('a', 'b')}, 'needs 1x'),
        ((1, 20, 315), {'labels': ('a', 'b'), 'keypoints': 5}, '2 names.* 1 classes'),
        ((1, 20, 315), {'keypoints': 6}, 'needs 1x'),
        ((1, 20, 315), {'keypoint_names': ['eye']}, 'has 1 names, .* has 5'),
        ((1, 20, 315), {'keypoint_names': [1]}, 'must be a list of names'),
        ((1, 20, 315), {'keypoint_values': 4}, 'must be 2 or 3'),
        ((1, 300, 20), {}, 'needs 1x'),
        ((1, 20), {}, 'needs 1x'),
    ],
)
def test_what_cannot_be_is_refused_when_loading(shape, options, why):
    with pytest.raises(ConfigError, match=why):
        decoder_of('yolo_pose', np.zeros(shape, np.float32), size=SIZE, **options)


@pytest.mark.parametrize(
    ('shape', 'metadata', 'certainty', 'classes', 'options'),
    [
        ((1, 56, 8400), {}, LIKELY, 1, {}),
        ((1, 20, 8400), {}, POSSIBLE, 1, {}),
        ((1, 84, 8400), {}, POSSIBLE, None, {}),
        ((1, 300, 84), {}, POSSIBLE, None, {}),
        ((1, 6, 8400), {}, None, None, None),
        ((1, 300, 57), {}, LIKELY, None, {}),
        (
            (1, 14, 8400),
            {'task': 'pose', 'kpt_shape': '[4, 2]'},
            CERTAIN,
            2,
            {'keypoints': 4, 'keypoint_values': 2},
        ),
        ((1, 56, 8400), {'task': 'detect'}, None, None, None),
    ],
)
def test_rows_of_keypoints_are_recognised(shape, metadata, certainty, classes, options):
    seen = YoloPose.recognise(infos((shape, 'float32')), metadata, (640, 640))
    found = (None, None, None) if seen is None else (seen.certainty, seen.classes, seen.options)
    assert found == (certainty, classes, options)
