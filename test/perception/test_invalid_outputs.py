# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Outputs of networks that say nothing fail their jobs; an empty scene does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.making import make_decoder
from edge_sched_ros.perception.decoders.values import InvalidOutputError

NAN, INF = np.nan, np.inf
TRANSFORM = Transform(1.0, 1.0, 0.0, 0.0, 64, 64)
#: shapes of the outputs of each decoder, boxes first
SHAPES = {
    'yolox': [(1, 84, 7)],
    'yolov5': [(1, 40, 7)],
    'yolov8': [(1, 6, 40)],
    'ssd': [(1, 40, 4), (1, 40, 3)],
    'detr': [(1, 40, 4), (1, 40, 3)],
    'rtdetr_rows': [(1, 40, 7)],
    'yolov4': [(1, 40, 1, 4), (1, 40, 3)],
    'nanodet': [(1, 85, 35)],
    'fastestdet': [(1, 8, 4, 4)],
    'depth_metric': [(1, 1, 32, 32)],
    'depth_inverse': [(1, 1, 32, 32)],
    'embedding': [(3, 8)],
}
#: an index of a score, in the last output
SCORE = {
    'yolox': (0, 5, 4),
    'yolov5': (0, 5, 4),
    'yolov8': (0, 4, 5),
    'ssd': (0, 5, 1),
    'detr': (0, 5, 1),
    'rtdetr_rows': (0, 5, 5),
    'yolov4': (0, 5, 1),
    'nanodet': (0, 5, 1),
    'fastestdet': (0, 0, 2, 2),
    'embedding': (1, 2),
}


def _decode(name, outputs, **options):
    spec = NetworkSpec(
        'net', Path('net.yaml'), Path('net.onnx'), InputSpec(64, 64), name, options, ()
    )
    infos = tuple(TensorInfo(f'out{i}', array.shape, 'float32') for i, array in enumerate(outputs))
    decoder = make_decoder(spec, infos, {})
    return decoder.decode(outputs, TRANSFORM)


def _empty_scene(name):
    """Return outputs without any object: small scores, and boxes that differ."""
    draw = np.random.default_rng(1)
    outputs = [draw.random(shape, np.float32) * 0.01 for shape in SHAPES[name]]
    if name == 'detr':
        outputs[1][..., -1] = 9.0  # "no object"
    if name.startswith('depth') or name == 'embedding':
        outputs = [array + 1 for array in outputs]
    return outputs


@pytest.mark.parametrize('name', SHAPES)
def test_an_empty_scene_is_an_answer(name):
    found = _decode(name, _empty_scene(name))
    if name in SCORE and name != 'embedding':
        assert len(found) == 0


@pytest.mark.parametrize('name', SCORE)
@pytest.mark.parametrize(('value', 'kind'), [(NAN, 'NaN'), (INF, 'infinite')])
def test_a_score_that_is_no_number_fails_the_job(name, value, kind):
    outputs = _empty_scene(name)
    outputs[-1][SCORE[name]] = value
    with np.errstate(invalid='ignore'), pytest.raises(InvalidOutputError) as caught:
        _decode(name, outputs)
    assert caught.value.reason == 'invalid_output'
    assert kind in caught.value.kind and f"'out{len(outputs) - 1}'" in str(caught.value)


@pytest.mark.parametrize(
    ('name', 'value'),
    # equal vectors may be of equal crops
    [
        (name, value)
        for name in SHAPES
        for value in (0.0, NAN, 0.5)
        if name != 'embedding' or value != 0.5
    ],
)
def test_an_output_of_one_value_fails_the_job(name, value):
    outputs = [np.full(shape, value, np.float32) for shape in SHAPES[name]]
    with np.errstate(invalid='ignore'), pytest.raises(InvalidOutputError):
        _decode(name, outputs)


@pytest.mark.parametrize('name', ['yolov5', 'yolov8', 'depth_metric'])
def test_an_output_without_values_fails_the_job(name):
    shapes = {'yolov5': (1, 0, 7), 'yolov8': (1, 6, 0), 'depth_metric': (1, 1, 0, 0)}
    spec = NetworkSpec('net', Path('n.yaml'), Path('n.onnx'), InputSpec(64, 64), name, {}, ())
    decoder = make_decoder(spec, (TensorInfo('out0', SHAPES[name][0], 'float32'),), {})
    with pytest.raises(InvalidOutputError, match="output 'out0' are empty"):
        decoder.decode([np.zeros(shapes[name], np.float32)], TRANSFORM)


@pytest.mark.parametrize('name', ['yolov5', 'ssd', 'detr'])
def test_only_a_box_that_is_kept_must_be_finite(name):
    outputs = _empty_scene(name)
    outputs[0][0, 7, 0] = INF
    assert len(_decode(name, outputs)) == 0
    rows = {'yolov5': [1.0, 1.0, 0.0], 'ssd': [0.0, 1.0, 0.0], 'detr': [30.0, 0.0, 0.0]}
    outputs[-1][0, 7, -3:] = rows[name]
    with pytest.raises(InvalidOutputError, match=r'boxes in the output .* are infinite'):
        _decode(name, outputs)


def test_a_network_that_suppresses_itself_may_give_zeros():
    boxes = np.zeros((1, 40, 4), np.float32)
    for scores in ([np.zeros((1, 40), np.float32)] * 2, [np.zeros((1, 40, 3), np.float32)]):
        assert len(_decode('ssd', [boxes, *scores], suppress=False)) == 0


def test_logits_of_impossible_classes_may_be_infinite():
    outputs = _empty_scene('detr')
    outputs[1][..., 0] = -INF
    assert len(_decode('detr', outputs)) == 0


@pytest.mark.parametrize('unknown', [NAN, INF])
def test_single_points_of_a_depth_map_may_be_unknown(unknown):
    outputs = _empty_scene('depth_metric')
    outputs[0][0, 0, :20] = unknown
    depth = _decode('depth_metric', outputs).depth_m
    assert np.isnan(depth[:20]).all() and np.isfinite(depth[20:]).all()
