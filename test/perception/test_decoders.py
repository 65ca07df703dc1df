# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Decoders on tensors made by hand: boxes come out where they were put."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.transform import fit
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.built_in import decoder_classes
from edge_sched_ros.perception.decoders.making import make_decoder
from edge_sched_ros.perception.decoders.values import InvalidOutputError

INPUT = InputSpec(64, 64)
#: a 128x96 picture in 64x64: half size, 8 pixels of padding above
TRANSFORM = fit(INPUT, 128, 96)
#: in the network's pixels, and where that is in the picture
BOX, SOURCE = (10.0, 18.0, 30.0, 38.0), [20.0, 20.0, 60.0, 60.0]
CENTRE = (20.0, 28.0, 20.0, 20.0)


def _decoder(name, outputs, labels=('cat', 'dog'), **options):
    spec = NetworkSpec('net', Path('net.yaml'), Path('net.onnx'), INPUT, name, options, labels)
    infos = tuple(
        TensorInfo(
            f'out{i}' if isinstance(o, np.ndarray) else o[0],
            (o if isinstance(o, np.ndarray) else o[1]).shape,
            'float32',
        )
        for i, o in enumerate(outputs)
    )
    arrays = [o if isinstance(o, np.ndarray) else o[1] for o in outputs]
    return make_decoder(spec, infos, {}), arrays


def _detect(name, *outputs, **options):
    decoder, arrays = _decoder(name, outputs, **options)
    return decoder.decode(arrays, TRANSFORM)


def _one(found, label='dog', score=0.9):
    assert len(found) == 1
    assert np.allclose(found.boxes_xyxy, [SOURCE], atol=0.5)
    assert found.label(0) == label
    assert found.scores[0] == pytest.approx(score, abs=1e-3)


def test_yolox_adds_the_cell_and_scales_by_the_stride():
    raw = np.zeros((1, 64 + 16 + 4, 7), np.float32)
    # centre (20, 28) at stride 8 lies in column 2, row 3
    raw[0, 3 * 8 + 2] = [0.5, 0.5, np.log(20 / 8), np.log(20 / 8), 1.0, 0.1, 0.9]
    _one(_detect('yolox', raw))


def test_yolox_at_a_coarser_stride():
    raw = np.zeros((1, 64 + 16 + 4, 7), np.float32)
    raw[0, 64 + 1 * 4 + 1] = [0.25, 0.75, np.log(20 / 16), np.log(20 / 16), 0.9, 0.0, 1.0]
    _one(_detect('yolox', raw))


def test_yolov5_multiplies_objectness_and_class():
    raw = np.zeros((1, 5, 7), np.float32)
    raw[0, 2] = [*CENTRE, 0.95, 0.1, 0.9 / 0.95]
    _one(_detect('yolov5', raw))


def test_yolov8_has_no_objectness():
    raw = np.zeros((1, 6, 9), np.float32)
    raw[0, :, 4] = [*CENTRE, 0.1, 0.9]
    _one(_detect('yolov8', raw))


@pytest.mark.parametrize('boxes_first', [True, False])
@pytest.mark.parametrize('order', ['xyxy', 'yxyx'])
@pytest.mark.parametrize('normalised', [True, False])
def test_ssd_in_every_arrangement(boxes_first, order, normalised):
    boxes, scores = np.zeros((1, 9, 4), np.float32), np.zeros((1, 9, 3), np.float32)
    box = np.array(BOX) / (64 if normalised else 1)
    boxes[0, 4] = box[[1, 0, 3, 2]] if order == 'yxyx' else box
    scores[0, 4] = [0.05, 0.05, 0.9]
    outputs = [boxes, scores] if boxes_first else [scores, boxes]
    _one(_detect('ssd', *outputs, order=order, normalised=normalised))


@pytest.mark.parametrize('names', [('scores', 'classes'), ('classes', 'scores'), ('x', 'y')])
def test_ssd_with_scores_and_classes_apart(names):
    boxes, scores, classes = (np.zeros(s, np.float32) for s in ((1, 9, 4), (1, 9), (1, 9)))
    boxes[0, 4] = np.array(BOX) / 64
    classes[:] = 1
    scores[0, 4], classes[0, 4] = 0.9, 2
    # where nothing tells them apart, classes come first as in TensorFlow's exports
    parts = {'scores': scores, 'classes': classes, 'x': classes, 'y': scores}
    _one(_detect('ssd', ('boxes', boxes), *((name, parts[name]) for name in names)))


def test_detr_softmax_leaves_no_object_out():
    logits, boxes = np.full((1, 5, 3), -9, np.float32), np.zeros((1, 5, 4), np.float32)
    logits[0, :, 2] = 9
    logits[0, 3] = [np.log(0.05), np.log(0.9), np.log(0.05)]
    boxes[0, 3] = np.array(CENTRE) / 64
    _one(_detect('detr', logits, boxes))


def test_detr_sigmoid_and_four_classes_told_apart_by_name():
    logits, boxes = np.full((1, 5, 4), -9, np.float32), np.zeros((1, 5, 4), np.float32)
    logits[0, 3, 1] = np.log(9)
    boxes[0, 3] = np.array(CENTRE) / 64
    outputs = (('pred_boxes', boxes), ('logits', logits))
    _one(_detect('detr', *outputs, activation='sigmoid', labels=()), label='1')


def test_overlapping_boxes_of_one_class_are_suppressed_others_not():
    raw = np.zeros((1, 4, 7), np.float32)
    raw[0, 0] = [*CENTRE, 1, 0, 0.9]
    raw[0, 1] = [21, 28, 20, 20, 1, 0, 0.8]
    raw[0, 2] = [21, 28, 20, 20, 1, 0.7, 0]
    found = _detect('yolov5', raw)
    assert [found.label(i) for i in range(len(found))] == ['dog', 'cat']


def test_nothing_above_the_threshold_is_nothing():
    raw = np.zeros((1, 4, 7), np.float32)
    raw[0, 0] = [*CENTRE, 0.5, 0, 0.5]
    assert len(_detect('yolov5', raw)) == 0
    assert len(_detect('yolov5', raw, score_threshold=0.2)) == 1


def test_what_lies_in_the_padding_is_left_out():
    raw = np.zeros((1, 1, 7), np.float32)
    raw[0, 0] = [20, 3, 8, 6, 1, 0, 1]
    assert len(_detect('yolov5', raw)) == 0


def test_options_change_while_running_and_come_back():
    raw = np.zeros((1, 1, 7), np.float32)
    raw[0, 0] = [*CENTRE, 1, 0, 0.5]
    decoder, arrays = _decoder('yolov5', [raw], score_threshold=0.4)
    decoder.set_option('score_threshold', 0.6)
    assert len(decoder.decode(arrays, TRANSFORM)) == 0
    decoder.set_option('score_threshold', None)
    assert len(decoder.decode(arrays, TRANSFORM)) == 1


@pytest.mark.parametrize('factor', [1e-30, 1.0, 3.7, 1e18])
def test_embeddings_have_the_bits_of_the_norm_of_numpy(factor):
    decoder, _ = _decoder('embedding', [np.zeros((2, 4), np.float32)])
    vectors = np.random.default_rng(3).normal(size=(9, 131)).astype(np.float32) * np.float32(
        factor
    )
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not length.any():
        with pytest.raises(InvalidOutputError, match='constant'):
            decoder.decode([vectors], None)
        return
    found = decoder.decode([vectors], None).vectors
    np.testing.assert_array_equal(found, vectors / np.maximum(length, 1e-9))


@pytest.mark.parametrize(('value', 'told'), [(np.nan, 'NaN'), (np.inf, 'NaN'), (0, 'constant')])
def test_embeddings_that_say_nothing_are_refused(value, told):
    decoder, _ = _decoder('embedding', [np.zeros((2, 4), np.float32)])
    vectors = np.ones((3, 4), np.float32)
    vectors[1 if value else slice(None)] = value
    with pytest.raises(InvalidOutputError, match=told):
        decoder.decode([vectors], None)


def test_embeddings_get_unit_length():
    decoder, _ = _decoder('embedding', [np.zeros((2, 4), np.float32)])
    vectors = decoder.decode([np.array([[3, 4, 0, 0], [0, 0, 0, 0]], np.float32)], None).vectors
    assert np.allclose(vectors, [[0.6, 0.8, 0, 0], [0, 0, 0, 0]])


@pytest.mark.parametrize(
    ('name', 'value', 'options', 'metres'),
    [
        ('depth_metric', 5.0, {}, 5.0),
        ('depth_metric', 5.0, {'scale': 0.5, 'shift': 1.0}, 3.5),
        ('depth_inverse', 0.25, {}, 4.0),
        ('depth_inverse', 0.0, {}, None),
        ('depth_disparity', 20.0, {'focal_px': 400.0, 'baseline_m': 0.1}, 2.0),
        ('depth_disparity', 0.0, {'focal_px': 400.0, 'baseline_m': 0.1}, None),
        ('depth_metric', 500.0, {}, None),
        ('depth_metric', 0.01, {}, None),
        ('depth_metric', float('nan'), {}, None),
    ],
)
def test_depth_in_metres(name, value, options, metres):
    plane = np.full((1, 1, 32, 32), value, np.float32)
    plane[0, 0, 0, 0] = 7.0  # in the padding
    depth = _detect(name, plane, **options).depth_m
    # the letterboxed picture is 64x48 of 64x64 at half size: 32x24
    assert depth.shape == (24, 32)
    assert np.isnan(depth).all() if metres is None else np.allclose(depth, metres)


def test_depth_says_how_it_lies_in_the_source():
    plane = np.linspace(1, 2, 32 * 32, dtype=np.float32).reshape(1, 32, 32, 1)
    depth = _detect('depth_metric', plane)
    assert (depth.scale_x, depth.scale_y, depth.offset_x) == (0.25, 0.25, 0)


@pytest.mark.parametrize(
    ('name', 'shapes', 'options', 'message'),
    [
        ('yolox', [(1, 50, 7)], {}, r'yolox needs one output 1x84x\(5\+classes\)'),
        ('yolox', [(1, 84, 9)], {}, r'labels: has 2 names, net\.onnx has 4 classes'),
        ('yolox', [(1, 84, 7)], {'strides': []}, 'decoder_options.strides'),
        ('yolox', [(1, 84, 7)], {'strides': [1] * 17}, 'decoder_options.strides'),
        ('yolov5', [(1, 9, 5)], {}, 'yolov5 needs one output'),
        ('yolov8', [(1, 100, 6)], {}, r'yolov8 needs one output 1x\(4\+classes\)xN'),
        ('ssd', [(1, 9, 5)], {}, 'ssd needs boxes'),
        ('ssd', [(1, 9, 4), (1, 9, 3)], {'order': 'zyx'}, 'decoder_options.order'),
        ('detr', [(1, 9, 4)], {}, 'detr needs logits'),
        ('detr', [(1, 9, 3), (1, 9, 4)], {'activation': 'relu'}, 'decoder_options.activation'),
        ('depth_metric', [(1, 9)], {}, 'depth_metric needs one output'),
        (
            'depth_metric',
            [(1, 1, 8, 8)],
            {'min_m': 5.0, 'max_m': 1.0},
            r'decoder_options\.min_m: must be below max_m \(1\), not 5',
        ),
        ('depth_metric', [(1, 1, 8, 8)], {'min_m': 200.0}, r'below max_m \(100\), not 200'),
        ('depth_inverse', [(1, 1, 8, 8)], {'max_m': 0.0}, r'below max_m \(0\), not 0\.1'),
        ('depth_metric', [(1, 1, 8, 8)], {'scale': 0.0}, 'decoder_options.scale: must not be 0'),
        ('depth_disparity', [(1, 1, 8, 8)], {}, 'decoder_options.focal_px: must be given'),
        ('embedding', [(9,)], {}, 'embedding needs one output NxD'),
        ('embedding', [(1, 84, 7)], {}, 'embedding needs one output NxD'),
        ('embedding', [(1, 1, 32, 32)], {}, 'embedding needs one output NxD'),
        ('yolov5', [(1, 9, 9)], {}, r'labels: has 2 names, net\.onnx has 4 classes'),
        ('yolov5', [(1, 6, 2100)], {}, r'yolov5 needs one output 1xNx\(5\+classes\)'),
        ('yolov5', [(3, 84, 7)], {}, 'yolov5 needs one output'),
        ('yolov8', [(1, 8, 84)], {}, r'labels: has 2 names, net\.onnx has 4 classes'),
        *(
            (name, [shape], {'focal_px': 9.0, 'baseline_m': 1.0} if 'disp' in name else {}, 'HxW')
            for name in ('depth_metric', 'depth_inverse', 'depth_disparity')
            for shape in [(1, 84, 7), (1, 2, 32, 32), (2, 1, 32, 32), (1, 1, 32, 64), (1, 64)]
        ),
        ('yolov5', [(1, 9, 7)], {'score_treshold': 0.3}, 'has no such option'),
        ('yolov5', [(1, 9, 7)], {'score_threshold': 1.5}, 'must be from 0.0 to 1.0'),
        ('yolov5', [(1, 9, 7)], {'score_threshold': float('nan')}, 'must be from'),
        ('yolov5', [(1, 9, 7)], {'score_threshold': 'high'}, 'must be like'),
        ('yolov9', [(1, 9, 7)], {}, "unknown decoder 'yolov9'; did you mean 'yolov"),
        ('nothing:There', [(1, 9, 7)], {}, 'nothing: cannot be imported: ModuleNotFoundError'),
        (
            'json:dumps',
            [(1, 9, 7)],
            {},
            'is not a class but of type function: it must be a class and derive from ',
        ),
        (':X', [(1, 9, 7)], {}, 'not of the form'),
    ],
)
def test_what_does_not_fit_is_refused(name, shapes, options, message):
    with pytest.raises(ConfigError, match=message):
        _decoder(name, [np.zeros(shape, np.float32) for shape in shapes], **options)


@pytest.mark.parametrize(
    ('name', 'shape'),
    [
        ('depth_metric', (None, None, None, None)),
        ('depth_metric', (1, None, None)),
        ('depth_metric', (None, None, None, 1)),
        ('depth_metric', (32, 32)),
        # a size that does not divide is rounded
        ('depth_metric', (1, 1, 13, 14)),
        ('embedding', (None, 128, 1, 1)),
        ('embedding', (None, 1, 1, 128)),
        ('embedding', (None, None)),
        ('yolov5', (None, None, None)),
    ],
)
def test_sizes_that_are_known_only_later_are_taken(name, shape):
    spec = NetworkSpec('net', Path('net.yaml'), Path('net.onnx'), INPUT, name)
    assert make_decoder(spec, (TensorInfo('out', shape, 'float32'),), {})


def test_every_decoder_is_known_by_name():
    assert {
        'yolox',
        'yolox_decoded',
        'yolov5',
        'yolov8',
        'ssd',
        'detr',
        'embedding',
        'depth_metric',
        'depth_inverse',
        'depth_disparity',
    } <= set(decoder_classes())


def test_a_decoder_of_ones_own_plugs_in():
    raw = np.zeros((1, 6, 9), np.float32)
    raw[0, :, 4] = [*CENTRE, 0.1, 0.9]
    _one(_detect('edge_sched_ros.perception.decoders.yolov8:Yolov8', raw))
