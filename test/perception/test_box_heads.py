# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Heads of other exporters, against a reference decoding written with loops from their sources."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.more_inputs import MoreInput
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.transform import fit
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.built_in import decoder_classes
from edge_sched_ros.perception.decoders.distances import distances_to_corners
from edge_sched_ros.perception.decoders.making import make_decoder
from edge_sched_ros.perception.decoders.recognition import recognise
from edge_sched_ros.perception.decoders.values import InvalidOutputError

INPUT = InputSpec(96, 64, resize='stretch')
#: a picture of 192x192: a pixel of the input is 2 of its pixels wide, and 3 high
TRANSFORM = fit(INPUT, 192, 192)
TO_SOURCE = np.array([2, 3, 2, 3])
#: what the networks see: box in pixels of the input, score, class
OBJECTS = [((10, 18, 30, 38), 0.9, 1), ((40, 8, 70, 60), 0.8, 0), ((12.5, 20, 31, 36), 0.5, 0)]
LABELS = ('cat', 'dog')
RANDOM = np.random.default_rng(3)


def _decoder(name, outputs, labels=LABELS, inputs=(), **options):
    spec = NetworkSpec(
        'net', Path('n.yaml'), Path('n.onnx'), INPUT, name, options, labels, inputs=inputs
    )
    infos = tuple(TensorInfo(n, a.shape, str(a.dtype)) for n, a in outputs.items())
    return make_decoder(spec, infos, {})


def _found(name, outputs, **keys):
    decoder = _decoder(name, outputs, **keys)
    return decoder.decode(list(outputs.values()), TRANSFORM)


def _check(found, expected=OBJECTS):
    boxes = np.array([box for box, *_ in expected]) * TO_SOURCE
    assert np.allclose(found.boxes_xyxy, boxes, atol=0.01)
    assert np.allclose(found.scores, [score for _, score, _ in expected], atol=1e-3)
    assert found.class_ids.tolist() == [class_id for *_, class_id in expected]


def _recognised(outputs, size=(96, 64)):
    infos = tuple(TensorInfo(n, a.shape, str(a.dtype)) for n, a in outputs.items())
    return recognise(infos, {}, size)[0][0]


def _rows(*columns, count=30, fill=0.0):
    """Return a table with the objects in its first rows."""
    table = np.full((count, len(columns)), fill, np.float32)
    for row, (box, score, class_id) in enumerate(OBJECTS):
        values = dict(zip(('x0', 'y0', 'x1', 'y1'), box), score=score, id=class_id, picture=0)
        table[row] = [values[column] for column in columns]
    return table


def test_yolo_end2end_and_its_neighbours():
    raw = {'output0': _rows('x0', 'y0', 'x1', 'y1', 'score', 'id')[None]}
    assert _recognised(raw) == 'yolo_end2end'
    _check(_found('yolo_end2end', raw))
    raw['output0'][..., :4] /= (96, 64, 96, 64)
    _check(_found('yolo_end2end', raw, normalised=True))
    for name in ('yolov5', 'yolov8', 'yolox'):
        with pytest.raises(ConfigError, match='yolo_end2end would fit'):
            _decoder(name, raw, labels=())
    raw['output0'][0, 0, 5] = 0.4
    with pytest.raises(InvalidOutputError, match=r'classes .* not whole numbers'):
        _found('yolo_end2end', raw)


def _shares(rows):
    return rows / np.array([96, 64, 96, 64], np.float32)


def test_rows_from_0_to_1_and_rows_of_pixels_are_told_apart_by_their_values():
    pixels = _rows('x0', 'y0', 'x1', 'y1', 'score', 'id')
    shares = pixels.copy()
    shares[:, :4] = _shares(pixels[:, :4])
    raw = {'output0': shares[None]}
    with pytest.raises(InvalidOutputError, match=r'not pixels: .* set normalised: true') as told:
        _found('yolo_end2end', raw)
    assert told.value.options == {'normalised': True}
    with pytest.raises(InvalidOutputError, match=r'not shares .* Set normalised: false') as told:
        _found('yolo_end2end', {'output0': pixels[None]}, normalised=True)
    assert told.value.options == {'normalised': False}
    # centre and size, and two classes, would fit the six numbers, too
    with pytest.raises(InvalidOutputError, match='class ids: yolo_end2end would fit'):
        _found('rtdetr_rows', raw)
    rows = shares[RANDOM.integers(0, 3, 30)]
    rows[:3] = shares[:3]
    rows[3:, 4] = 0.01
    rows[:, :4] = np.concatenate([rows[:, 2:4] + rows[:, :2], rows[:, 2:4] - rows[:, :2]], 1)
    rows[:, :2] /= 2
    with pytest.raises(InvalidOutputError, match='from 0 to 1: rtdetr_rows would fit'):
        _found('yolo_end2end', {'output0': rows[None]})
    _check(_found('rtdetr_rows', {'output0': rows[None]}))
    queries = _rows('x0', 'y0', 'x1', 'y1', 'id', 'score')
    queries[:3, :4] = [0.5, 0.6, 0.2, 0.3]
    queries[:, 4:] = RANDOM.random((30, 2))
    assert len(_found('rtdetr_rows', {'output0': queries[None]}))


def test_separate_boxes_from_0_to_1_are_no_pixels():
    outputs = _selected(('num_dets', 'det_boxes', 'det_scores', 'det_classes'), np.int32)
    outputs['det_boxes'] = _shares(outputs['det_boxes'])
    with pytest.raises(InvalidOutputError, match='set normalised: true'):
        _found('efficient_nms', outputs)
    _check(_found('efficient_nms', outputs, normalised=True))
    lists = {
        'boxes': outputs['det_boxes'][0, :3],
        'scores': outputs['det_scores'][0, :3],
        'labels': outputs['det_classes'][0, :3].astype(np.int64),
    }
    keys = {'background': False, 'suppress': False}
    with pytest.raises(InvalidOutputError, match='set normalised: true'):
        _found('ssd', lists, normalised=False, **keys)
    _check(_found('ssd', lists, **keys))


def test_yolov7_with_its_selection():
    raw = {'output': _rows('picture', 'x0', 'y0', 'x1', 'y1', 'id', 'score', count=3)}
    assert _recognised(raw) == 'yolov7_nms'
    _check(_found('yolov7_nms', raw))
    assert len(_found('yolov7_nms', {'output': raw['output'][:0]})) == 0


def test_paddle_detection_with_its_selection():
    table = _rows('id', 'score', 'x0', 'y0', 'x1', 'y1')
    table[3:, 0] = -1
    outputs = {'boxes': table, 'count': np.array([3], np.int32)}
    assert _recognised(outputs) == 'paddle_nms'
    _check(_found('paddle_nms', outputs))
    table[:, 2:] *= TO_SOURCE
    scale = (MoreInput('scale_factor', 'scale_factor'),)
    _check(_found('paddle_nms', outputs, inputs=scale))
    outputs['count'][0] = 1
    _check(_found('paddle_nms', outputs, inputs=scale), OBJECTS[:1])


def _selected(names, dtype):
    table = _rows('x0', 'y0', 'x1', 'y1', 'score', 'id', fill=9)
    parts = {
        'num': np.array([[3]], np.int32),
        'box': table[None, :, :4],
        'score': table[None, :, 4],
        'class': table[None, :, 5].astype(dtype),
    }
    return {name: next(parts[part] for part in parts if part in name) for name in names}


@pytest.mark.parametrize(
    'names',
    [
        ('num_dets', 'det_boxes', 'det_scores', 'det_classes'),
        ('num_detections', 'detection_boxes', 'detection_scores', 'detection_classes'),
    ],
)
def test_efficient_nms_counts_its_rows(names):
    outputs = _selected(names, np.int32)
    assert _recognised(outputs) == 'efficient_nms'
    _check(_found('efficient_nms', outputs))
    with pytest.raises(ConfigError, match='efficient_nms would fit'):
        _decoder('ssd', outputs)
    outputs['num_dets' if 'num_dets' in outputs else names[0]][:] = 0
    assert len(_found('efficient_nms', outputs)) == 0


@pytest.mark.parametrize('of', ['network', 'source', 'resized'])
def test_rtdetr_of_its_authors(of):
    table = _rows('x0', 'y0', 'x1', 'y1', 'score', 'id')
    outputs = {
        'labels': table[None, :, 5].astype(np.int64),
        'boxes': table[None, :, :4] * (TO_SOURCE if of == 'source' else 1),
        'scores': table[None, :, 4],
    }
    assert _recognised(outputs) == 'rtdetr'
    inputs = (MoreInput('orig_target_sizes', 'image_size', of=of),)
    _check(_found('rtdetr', outputs, inputs=inputs))


def _centre(box):
    x0, y0, x1, y1 = box
    return (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0


def _queries(count=20):
    """Return normalised centre boxes, and scores of two classes."""
    boxes, scores = np.full((1, count, 4), 0.5, np.float32), np.full((1, count, 2), 0.01)
    for row, (box, score, class_id) in enumerate(OBJECTS):
        boxes[0, row] = np.array(_centre(box)) / (96, 64, 96, 64)
        scores[0, row, class_id] = score
    return boxes, scores.astype(np.float32)


def test_rtdetr_of_ultralytics():
    _check(_found('rtdetr_rows', {'output0': np.concatenate(_queries(), axis=2)}))


@pytest.mark.parametrize('last', [False, True])
def test_rfdetr_tells_its_outputs_apart_by_name(last):
    boxes, scores = _queries()
    # with four columns both outputs have the same shape
    table = np.concatenate([scores, np.full((1, 20, 2), 0.01, np.float32)], axis=2)
    labels = (*LABELS, 'c', 'd')
    if last:
        table[..., 3], labels = 0.99, labels[:3]
    outputs = {'dets': boxes, 'labels': np.log(table / (1 - table))}
    assert _recognised(outputs) == 'detr'
    _check(_found('detr', outputs, labels=labels))
    swapped = dict(reversed(outputs.items()))
    _check(_found('detr', swapped, labels=labels))


def test_yolov4_tiny():
    boxes = np.zeros((1, 40, 1, 4), np.float32)
    confidences = np.full((1, 40, 2), 0.01, np.float32)
    confidences[0, 5] = 0.02
    for row, (box, score, class_id) in enumerate(OBJECTS):
        boxes[0, row, 0] = np.array(box) / (96, 64, 96, 64)
        confidences[0, row, class_id] = score
    outputs = {'boxes': boxes, 'confs': confidences}
    assert _recognised(outputs) == 'yolov4'
    _check(_found('yolov4', outputs))


def _logit(score):
    return math.log(score / (1 - score))


def _distribution(distance, bins=8):
    """Return logits of a distribution whose mean is the distance: all in its two neighbours."""
    below = min(int(distance), bins - 2)
    share = distance - below
    logits = np.full(bins, -50.0)
    logits[below], logits[below + 1] = math.log(1 - share + 1e-9), math.log(share + 1e-9)
    return logits


def _distances(strides, offset):
    """Return scores and logits of each grid, an object in the cell that its centre is in."""
    tables = []
    for stride in strides:
        columns, rows = math.ceil(96 / stride), math.ceil(64 / stride)
        scores = np.full((columns * rows, 2), 0.01, np.float32)
        scores[0] = 0.02
        tables.append((scores, np.zeros((columns * rows, 32), np.float32)))
    for box, score, class_id in OBJECTS:
        x, y, width, height = _centre(box)
        stride = next(s for s in strides if max(width, height) / 2 + s < 7 * s)
        scores, logits = tables[strides.index(stride)]
        column, row = int(x / stride), int(y / stride)
        # of two objects in one cell the second is found from the next
        column += bool(scores[row * math.ceil(96 / stride) + column].max() > 0.1)
        point_x, point_y = (column + offset) * stride, (row + offset) * stride
        sides = (point_x - box[0], point_y - box[1], box[2] - point_x, box[3] - point_y)
        at = row * math.ceil(96 / stride) + column
        scores[at, class_id] = score
        logits[at] = np.concatenate([_distribution(side / stride) for side in sides])
    return tables


@pytest.mark.parametrize(('strides', 'offset'), [((8, 16, 32, 64), 0.0), ((8, 16, 32), 0.5)])
def test_nanodet_and_nanodet_plus(strides, offset):
    rows = [np.concatenate(pair, axis=1) for pair in _distances(strides, offset)]
    outputs = {'output': np.concatenate(rows)[None]}
    if offset == 0.0:
        assert _recognised(outputs) == 'nanodet'
    _check(_found('nanodet', outputs))
    with pytest.raises(ConfigError, match='labels: has 3 names'):
        _decoder('nanodet', outputs, labels=('a', 'b', 'c'))


def test_picodet_without_its_postprocessing():
    levels = _distances((8, 16, 32, 64), 0.5)
    outputs = {f's{i}': scores[None] for i, (scores, _) in enumerate(levels)}
    outputs |= {f'd{i}': logits[None] for i, (_, logits) in enumerate(levels)}
    assert _recognised(outputs) == 'picodet'
    _check(_found('picodet', outputs))


def test_picodet_with_decoded_boxes():
    table = _rows('x0', 'y0', 'x1', 'y1', 'score', 'id')
    scores = np.full((1, 2, 30), 0.01, np.float32)
    scores[0, :, 9] = 0.02
    for row, (_, score, class_id) in enumerate(OBJECTS):
        scores[0, class_id, row] = score
    _check(_found('picodet', {'boxes': table[None, :, :4], 'scores': scores}))


def test_fastestdet():
    raw = np.zeros((1, 7, 4, 6), np.float32)
    raw[0, 0], raw[0, 5:] = 0.01, 0.5
    for box, score, class_id in OBJECTS:
        x, y, width, height = _centre(box)
        column, row = int(x / 16), int(y / 16)
        column += raw[0, 0, row, column] > 0.5  # the third object shares its cell: take the next
        raw[0, 0, row, column] = 0.95
        raw[0, 1, row, column] = math.atanh(x / 16 - column)
        raw[0, 2, row, column] = math.atanh(y / 16 - row)
        raw[0, 3, row, column] = _logit(width / 96)
        raw[0, 4, row, column] = _logit(height / 64)
        raw[0, 5:, row, column] = 0.0
        raw[0, 5 + class_id, row, column] = (score / 0.95**0.6) ** 2.5
    outputs = {'758': raw}
    assert _recognised(outputs) == 'fastestdet'
    _check(_found('fastestdet', outputs))


def test_yunet_finds_faces_with_landmarks():
    outputs = {}
    for stride in (8, 16, 32):
        count = (96 // stride) * (64 // stride)
        sizes = {'cls': 1, 'obj': 1, 'bbox': 4, 'kps': 10}
        for part, columns in sizes.items():
            outputs[f'{part}_{stride}'] = np.full((1, count, columns), 0.01, np.float32)
    outputs['cls_8'][0, 0] = 0.0
    expected, points = [], []
    for (box, score, _), stride in zip(OBJECTS[:2], (8, 32)):
        x, y, width, height = _centre(box)
        column, row = int(x / stride), int(y / stride)
        at = row * (96 // stride) + column
        outputs[f'cls_{stride}'][0, at] = score**2
        outputs[f'obj_{stride}'][0, at] = 1.0
        outputs[f'bbox_{stride}'][0, at] = [
            x / stride - column,
            y / stride - row,
            math.log(width / stride),
            math.log(height / stride),
        ]
        marks = [(x + 2 * k, y - k) for k in range(5)]
        outputs[f'kps_{stride}'][0, at] = [
            value for mx, my in marks for value in (mx / stride - column, my / stride - row)
        ]
        expected.append((box, score, 0))
        points.append([(2 * mx, 3 * my) for mx, my in marks])
    assert _recognised(outputs) == 'yunet'
    found = _found('yunet', outputs, labels=())
    _check(found, expected)
    assert found.label(0) == 'face'
    assert np.allclose(found.keypoints[..., :2], points, atol=0.01)
    assert np.allclose(found.keypoints[..., 2].T, found.scores)
    # or else the node makes no topic for them
    assert decoder_classes()['yunet'].extras == ('keypoints',)
    assert found.keypoint_names[2] == 'nose'


@pytest.mark.parametrize(
    ('name', 'shape', 'message'),
    [
        ('yolo_end2end', (1, 30, 7), 'needs one output 1xNx6'),
        ('yolov7_nms', (30, 6), 'needs one output Nx7'),
        ('paddle_nms', (1, 30, 7), 'needs a table Nx6'),
        ('efficient_nms', (1, 30, 6), 'needs num_dets'),
        ('rtdetr', (1, 30, 6), 'needs labels 1xN'),
        ('rtdetr_rows', (1, 30), 'needs one output 1xNx'),
        ('yolov4', (1, 30, 6), 'needs boxes 1xNx1x4'),
        ('nanodet', (1, 30, 40), 'needs one output 1x128x'),
        ('picodet', (1, 30, 40), 'needs scores 1xNxC'),
        ('fastestdet', (1, 5, 4, 6), 'needs one output 1x'),
        ('yunet', (1, 30, 6), 'needs cls_8'),
    ],
)
def test_other_outputs_are_refused(name, shape, message):
    with pytest.raises(ConfigError, match=message):
        _decoder(name, {'out': np.zeros(shape, np.float32)})


def test_no_candidate_has_no_distances():
    none = np.zeros((0, 2), np.float32)
    found = distances_to_corners(none, np.zeros((0, 32), np.float32), none[:, :1])
    assert found.shape == (0, 4)
