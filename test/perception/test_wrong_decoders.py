# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Networks that another decoder could read wrongly: refused by name, failed, or in doubt."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx import helper

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.making import make_decoder
from edge_sched_ros.perception.decoders.outputs import read_outputs
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.programs.input_doubts import input_doubt

TRANSFORM = Transform(1.0, 1.0, 0.0, 0.0, 64, 64)
RANDOM = np.random.default_rng(7)


def _spec(name, labels=(), **options):
    return NetworkSpec(
        'net', Path('net.yaml'), Path('net.onnx'), InputSpec(64, 64), name, options, labels
    )


def _decoder(name, outputs, labels=(), **options):
    """Return a decoder for name -> array."""
    infos = tuple(TensorInfo(n, a.shape, str(a.dtype)) for n, a in outputs.items())
    spec = _spec(name, labels, **options)
    return make_decoder(spec, read_outputs(spec, infos), {})


def _decode(name, outputs, labels=(), **options):
    return _decoder(name, outputs, labels, **options).decode(list(outputs.values()), TRANSFORM)


def _noise(*shape):
    return RANDOM.random(shape, np.float32) * 0.01


def _grid():
    """Return the centres of the cells of a 64x64 input, in pixels."""
    return np.concatenate(
        [
            np.stack(np.meshgrid(*[np.arange(64 // s) * s + s / 2] * 2), -1).reshape(-1, 2)
            for s in (8, 16, 32)
        ]
    ).astype(np.float32)


def test_numbers_that_are_no_chances_fail_the_job():
    # keypoints of a pose head under a decoder of boxes
    raw = _noise(1, 56, 84)
    raw[0, 5:] = RANDOM.random((51, 84)) * 640
    with pytest.raises(InvalidOutputError, match=r'scores .* not chances .*wrong decoder'):
        _decode('yolov8', {'output0': raw})
    # logits: a head whose sigmoid is not in the graph
    raw = _noise(1, 6, 84)
    raw[0, 4:] -= 7
    with pytest.raises(InvalidOutputError, match='not chances'):
        _decode('yolov8', {'output0': raw})


def test_chances_of_a_quantised_network_may_be_rounded_beyond_one():
    raw = _noise(1, 6, 84)
    raw[0, :, 3] = [30, 30, 10, 10, 1.02, -0.01]
    assert len(_decode('yolov8', {'output0': raw})) == 1


@pytest.mark.parametrize(('name', 'at'), [('yolov5', 4), ('yolox', 4), ('yolov8', 4)])
def test_two_sigmoids_fail_the_job(name, at):
    raw = _noise(1, 84, 7)
    raw[0, :, :2] += _grid() if name == 'yolov5' else 0.5
    raw[0, :, at:] = 0.5 + RANDOM.random((84, 7 - at)) * 0.2
    raw = raw.transpose(0, 2, 1) if name == 'yolov8' else raw
    with pytest.raises(InvalidOutputError, match='sigmoid applied twice'):
        _decode(name, {'output0': raw})


def test_yolox_tells_decoded_boxes_from_raw_ones():
    raw, decoded = _noise(1, 84, 7), _noise(1, 84, 7)
    raw[0, :, :2] = RANDOM.random((84, 2))
    decoded[0, :, :2] = _grid() + RANDOM.random((84, 2))
    decoded[0, :, 2:4] = 10
    decoded[0, 9, 4:] = [0.9, 0.0, 0.9]
    with pytest.raises(InvalidOutputError, match='decoded already: yolox_decoded would fit'):
        _decode('yolox', {'output': decoded})
    for name in ('yolox_decoded', 'yolov5'):
        with pytest.raises(InvalidOutputError, match='relative to cells: yolox would fit'):
            _decode(name, {'output': raw})
        assert len(_decode(name, {'output': decoded})) == 1
    assert len(_decode('yolox', {'output': raw})) == 0


def test_more_candidates_than_the_limit_leave_the_best():
    raw = _noise(1, 5, 400)
    raw[0, :2] = RANDOM.random((2, 400)) * 64
    raw[0, 2:4] = 0.5
    raw[0, 4] = 0.4 + RANDOM.random(400) * 0.5
    best = np.sort(raw[0, 4])[::-1][:20]
    found = _decode('yolov8', {'output0': raw}, max_candidates=20)
    assert np.allclose(found.scores, best)


def test_of_equal_candidates_beyond_the_limit_the_first_are_kept():
    raw = _noise(1, 5, 400)
    raw[0, 0] = np.arange(400) % 60
    raw[0, 1] = np.arange(400) // 60 * 8
    raw[0, 2:4] = 0.5
    raw[0, 4] = 0.6
    raw[0, 4, 300] = 0.9
    found = _decode('yolov8', {'output0': raw}, max_candidates=20)
    lefts = found.boxes_xyxy[:, 0]
    assert np.argmin(np.abs(raw[0, 0] - lefts[0])) == 300 % 60
    assert (np.diff(lefts[1:]) > 0).all() and len(found) == 20


@pytest.mark.parametrize('labels', [('a', 'b'), ('a', 'b', 'c', 'd')])
def test_the_number_of_labels_is_checked(labels):
    outputs = {'boxes': _noise(1, 9, 4), 'scores': _noise(1, 9, 6)}
    with pytest.raises(ConfigError, match=r'labels: has \d names, net.onnx has 5 classes'):
        _decoder('ssd', outputs, labels)
    logits = {'logits': _noise(1, 9, 6), 'pred_boxes': _noise(1, 9, 4)}
    with pytest.raises(ConfigError, match=r'labels: has \d names, net.onnx has 5 classes'):
        _decoder('detr', logits, labels)


def test_labels_that_fit_another_option_name_it():
    outputs = {'boxes': _noise(1, 9, 4), 'scores': _noise(1, 9, 2)}
    with pytest.raises(ConfigError, match=r'background: is true.*must be false'):
        _decoder('ssd', outputs, ('a', 'b'))
    logits = {'logits': _noise(1, 9, 2), 'pred_boxes': _noise(1, 9, 4)}
    with pytest.raises(ConfigError, match='activation: must be sigmoid for 2 labels'):
        _decoder('detr', logits, ('a', 'b'))


def test_a_class_without_a_name_fails_the_job():
    outputs = {
        'boxes': np.array([[[0.1, 0.1, 0.5, 0.5]]], np.float32),
        'scores': np.array([[0.9]], np.float32),
        'classes': np.array([[3]], np.float32),
    }
    with pytest.raises(InvalidOutputError, match="classes in the output 'classes' are 2 to 2"):
        _decode('ssd', outputs, ('cat', 'dog'))
    outputs['classes'][:] = 0
    with pytest.raises(InvalidOutputError, match=r'-1 to -1.*background: false'):
        _decode('ssd', outputs, ('cat', 'dog'))
    assert _decode('ssd', outputs, ('cat', 'dog'), background=False).label(0) == 'cat'


def _depths(value=3.5):
    return np.full((1, 1, 64, 64), value, np.float32) + _noise(1, 1, 64, 64)


def test_one_of_several_outputs_is_named():
    depth, other = _depths(), _depths(0.5)
    found = _decode('depth_metric', {'uncertainty': other, 'depth': depth})
    assert np.allclose(found.depth_m, depth[0, 0])
    with pytest.raises(ConfigError, match=r'decoder_options.output: must name the output'):
        _decoder('depth_metric', {'a': other, 'b': depth})
    spec = _spec('depth_metric', output='b')
    infos = tuple(TensorInfo(name, depth.shape, 'float32') for name in 'ab')
    assert [info.name for info in read_outputs(spec, infos)] == ['b']
    assert make_decoder(spec, read_outputs(spec, infos), {}).output_names == ('b',)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'output': 'c'}, r"output: net.onnx has no output 'c' \(it has: a, b\)"),
        ({'output': 3}, 'output: must be a name'),
        ({'outputs': 'a'}, 'outputs: must be a list'),
        ({'outputs': []}, 'outputs: must be a list'),
        ({'outputs': ['a', 'a']}, 'outputs: names an output twice'),
        ({'output': 'a', 'outputs': ['a']}, "output: cannot stand beside 'outputs'"),
    ],
)
def test_outputs_that_are_not_there_are_refused(options, message):
    infos = tuple(TensorInfo(name, (1, 2), 'float32') for name in 'ab')
    with pytest.raises(ConfigError, match=message):
        read_outputs(_spec('yolov8', **options), infos)


def test_class_ids_are_no_depth():
    classes = RANDOM.integers(0, 19, (1, 64, 64))
    with pytest.raises(ConfigError, match=r'depth_metric needs real numbers.*class ids'):
        _decoder('depth_metric', {'out': classes})
    decoder = _decoder('depth_metric', {'out': classes.astype(np.float32)})
    for _ in range(10):
        decoder.decode([classes.astype(np.float32)], TRANSFORM)
    assert 'class ids' in decoder.doubt
    # disparities without subpixels are whole as well
    decoder = _decoder(
        'depth_disparity', {'out': classes.astype(np.float32)}, focal_px=9.0, baseline_m=1.0
    )
    for _ in range(10):
        decoder.decode([classes.astype(np.float32)], TRANSFORM)
    assert not decoder.doubt


def test_relative_depth_is_doubted_and_metric_depth_is_not():
    decoder = _decoder('depth_inverse', {'out': _depths(800.0)})
    assert not decoder.doubt
    decoder.decode([_depths(800.0)], TRANSFORM)
    assert '100 % of the depth is out of min_m to max_m' in decoder.doubt
    assert 'needs scale and shift' in decoder.doubt
    for _ in range(9):
        decoder.decode([_depths(0.5)], TRANSFORM)
    assert not decoder.doubt


@pytest.mark.parametrize(
    ('scale', 'doubt'), [(1.0, ''), (1 / 640, 'from 0 to 1'), (50.0, 'outside the picture')]
)
def test_places_of_boxes_are_doubted(scale, doubt):
    raw = _noise(1, 5, 84)
    raw[0, :4] = np.concatenate([_grid().T, np.full((2, 84), 9.0)]) * scale
    raw[0, 4, ::6] = 0.8
    decoder = _decoder('yolov8', {'output0': raw})
    decoder.decode([raw], TRANSFORM)
    assert doubt in decoder.doubt if doubt else decoder.doubt == ''


def test_centre_and_size_in_place_of_corners_are_doubted():
    rows = np.zeros((1, 20, 6), np.float32)
    rows[0, :, :4] = [40, 40, 9, 9]
    rows[0, :, 4] = 0.8
    decoder = _decoder('yolo_end2end', {'output0': rows})
    assert len(decoder.decode([rows], TRANSFORM)) == 0
    assert 'centre and size instead of corners?' in decoder.doubt


def _open_decoder(name, shape, labels=()):
    info = TensorInfo('output0', shape, 'float32')
    return make_decoder(_spec(name, labels), (info,), {})


def test_sizes_that_the_graph_leaves_open_are_checked_with_the_first_picture():
    decoder = _open_decoder('yolov5', (None, None, None))
    with pytest.raises(ConfigError, match=r'float32 \[1, 300, 6\].*yolo_end2end would fit'):
        decoder.result([_noise(1, 300, 6)], TRANSFORM)
    decoder = _open_decoder('yolov8', (None, None, None), labels=('a', 'b'))
    with pytest.raises(ConfigError, match=r'labels: has 2 names, net\.onnx has 3 classes'):
        decoder.result([_noise(1, 7, 84)], TRANSFORM)
    decoder = _open_decoder('yolov8', (None, 5, None))
    assert len(decoder.result([_noise(1, 5, 84)], TRANSFORM)) == 0
    decoder = _open_decoder('yolov7_nms', (None, 7))
    assert len(decoder.result([_noise(0, 7)], TRANSFORM)) == 0


@pytest.mark.parametrize(
    ('scale', 'author', 'doubt'),
    [(1.0, 'Ultralytics', 'up to 255'), (1 / 255, 'Ultralytics', ''), (1.0, 'me', '')],
)
def test_a_scale_that_an_exporter_does_not_use_is_doubted(tmp_path, scale, author, doubt):
    model = helper.make_model(helper.make_graph([], 'g', [], []))
    helper.set_model_props(model, {'author': author})
    file = tmp_path / 'net.onnx'
    file.write_bytes(model.SerializeToString())
    picture = InputSpec(64, 64, scale=scale)
    spec = NetworkSpec('net', Path('net.yaml'), file, picture, 'yolov8')
    found = input_doubt(spec)
    assert doubt in found and bool(found) == bool(doubt)


def test_chances_in_place_of_logits_fail_the_job_of_detr():
    chances = _noise(1, 40, 5) + 0.1
    chances /= chances.sum(axis=2, keepdims=True)
    outputs = {'boxes': _noise(1, 40, 4), 'logits': chances}
    with pytest.raises(InvalidOutputError, match=r"logits in the output 'logits' .* twice"):
        _decode('detr', outputs, activation='softmax')
