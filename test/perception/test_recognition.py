# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Decoders are recognised by outputs as exporters make them, and named where another is set."""

from __future__ import annotations

import re
from contextlib import nullcontext
from pathlib import Path

import pytest
from onnx import helper
from onnx import TensorProto

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.onnx_metadata import metadata_of
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.fit import names_doubt
from edge_sched_ros.perception.decoders.fit import unlike_names
from edge_sched_ros.perception.decoders.making import make_decoder
from edge_sched_ros.perception.decoders.metadata import class_names
from edge_sched_ros.perception.decoders.metadata import suppresses
from edge_sched_ros.perception.decoders.recognition import recognise

NAMES = {'names': "{0: 'person', 1: 'dog'}"}
DETECT = {**NAMES, 'task': 'detect'}
SIZE = (640, 640)


def _infos(*outputs):
    return tuple(TensorInfo(name, shape, 'float32') for name, shape in outputs)


def _best(outputs, metadata=None, size=SIZE):
    found = recognise(_infos(*outputs), metadata or {}, size)
    return found[0] if found else ('', None)


@pytest.mark.parametrize(
    ('decoder', 'outputs', 'metadata', 'classes'),
    [
        ('yolov5', [('output0', (1, 25200, 7))], NAMES, 2),
        ('yolov5', [('output0', (1, 25200, 85))], {}, 80),
        ('yolov8', [('output0', (1, 6, 8400))], DETECT, 2),
        ('yolov8', [('output0', (1, 84, 8400))], {}, 80),
        ('yolox', [('output', (1, 8400, 85))], {}, 80),
        ('detr', [('logits', (1, 100, 92)), ('pred_boxes', (1, 100, 4))], {}, 91),
        ('embedding', [('embeddings', (None, 256))], {}, None),
        ('depth_inverse', [('predicted_depth', (1, 518, 518))], {}, None),
    ],
)
def test_outputs_of_exporters_are_recognised(decoder, outputs, metadata, classes):
    name, seen = _best(outputs, metadata)
    assert name == decoder
    assert seen.classes == classes


@pytest.mark.parametrize('outputs', [[], [('x', ())], [('x', (1, 2, 3, 4, 5))], [('x', (None,))]])
def test_outputs_of_no_known_form_are_not_recognised(outputs):
    assert recognise(_infos(*outputs), {}, None) == []


def _file_with(metadata, folder):
    output = helper.make_tensor_value_info('output0', TensorProto.FLOAT, (1, 84, 8400))
    model = helper.make_model(helper.make_graph([], 'g', [output], [output]))
    helper.set_model_props(model, metadata)
    file = folder / 'net.onnx'
    file.write_bytes(model.SerializeToString())
    return file


def test_a_wrong_decoder_is_refused_with_the_one_that_fits(tmp_path):
    file = _file_with(DETECT, tmp_path)
    assert metadata_of(file) == DETECT
    spec = NetworkSpec('net', Path('net.yaml'), file, InputSpec(*SIZE), 'yolov5')
    fits = r"has output0 \[1, 84, 8400\]; yolov8 would fit \('edge-sched import'"
    with pytest.raises(ConfigError, match=fits):
        make_decoder(spec, _infos(('output0', (1, 84, 8400))), {})


def test_a_file_that_is_not_onnx_has_no_metadata(tmp_path):
    file = tmp_path / 'net.onnx'
    file.write_bytes(b'\xff\xff\xff\xff')
    assert metadata_of(file) == {} == metadata_of(tmp_path / 'none.onnx')


@pytest.mark.parametrize('names', ['', '{', '7', '{1: "a"}', '(' * 1000])
def test_names_that_are_no_table_are_none(names):
    assert class_names({'names': names}) == ()


def test_exporters_tell_that_boxes_are_selected_already():
    assert suppresses({'end2end': 'True'})
    assert suppresses({'args': "{'batch': 1, 'nms': True}"})
    assert not suppresses({'args': "{'nms': False}", 'end2end': 'False'})


@pytest.mark.parametrize(
    ('metadata', 'labels', 'problem'),
    [
        (DETECT, ('dog', 'person'), r"labels\.0: is 'dog', which is class 1 in .* net\.onnx"),
        (DETECT, ('person', 'dog'), ''),
        (DETECT, ('Mensch', 'Hund'), ''),
        ({'names': "['background', 'person', 'dog']"}, ('person', 'dog'), ''),
    ],
)
def test_labels_in_another_order_than_the_names_of_the_file(metadata, labels, problem, tmp_path):
    file, given = _file_with(metadata, tmp_path), _infos(('output0', (1, 6, 8400)))
    spec = NetworkSpec('net', Path('n.yaml'), file, InputSpec(*SIZE), 'yolov8', {}, labels)
    with pytest.raises(ConfigError, match=problem) if problem else nullcontext():
        make_decoder(spec, given, {})


@pytest.mark.parametrize(
    ('labels', 'said'),
    [
        (('person', 'dog'), ''),
        (('Person', 'N/A'), ''),
        (('person',), ''),
        (
            ('person', 'cat'),
            r"differ in 1 of 2 names: labels.1 is 'cat', there it is 'dog'",
        ),
        (('Mensch', 'Hund'), r"differ in 2 of 2 names: labels.0 is 'Mensch', there .* 'person'"),
    ],
)
def test_labels_of_other_words_than_the_names_of_the_file_are_a_doubt(labels, said, tmp_path):
    file = _file_with(DETECT, tmp_path)
    spec = NetworkSpec('net', Path('n.yaml'), file, InputSpec(*SIZE), 'yolov8', {}, labels)
    assert re.search(said, names_doubt(spec)) if said else names_doubt(spec) == ''


def test_signs_between_the_words_of_a_name_are_no_difference():
    assert unlike_names(('traffic_light', 'a'), ('Traffic light', 'A'), 'net.onnx') == ''


def test_keypoints_other_than_those_of_the_metadata_are_refused(tmp_path):
    file = _file_with({'task': 'pose', 'kpt_shape': '[4, 3]'}, tmp_path)
    given = _infos(('output0', (1, 17, 8400)))
    spec = NetworkSpec('net', Path('n.yaml'), file, InputSpec(*SIZE), 'yolo_pose')
    assert make_decoder(spec, given, {}).options['keypoints'] == 4
    with pytest.raises(ConfigError, match=r'keypoint_values: .* 4 keypoints of 3 .* not 6 of 2'):
        make_decoder(spec, given, {'keypoints': 6, 'keypoint_values': 2})
