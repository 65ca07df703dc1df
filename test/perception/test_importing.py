# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From the graphs of exporters to the right decoder, labels and input; drawings of results."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import yaml
from exports import all_exports
from exports.export import Export
from exports.export import picture
from onnx import helper
from onnx import numpy_helper
from onnx import TensorProto

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.network import network_of
from edge_sched_ros.perception.drawing.draw import draw
from edge_sched_ros.perception.importing.document import as_values
from edge_sched_ros.perception.importing.document import document
from edge_sched_ros.perception.importing.graph import read_graph
from edge_sched_ros.perception.importing.label_sets import LABEL_SETS
from edge_sched_ros.perception.importing.label_sets import labels_of
from edge_sched_ros.perception.importing.metadata import literal
from edge_sched_ros.perception.importing.metadata import names_of
from edge_sched_ros.perception.importing.proposal import propose
from edge_sched_ros.perception.importing.proposal import Wishes
from edge_sched_ros.perception.importing.search import search
from edge_sched_ros.perception.importing.trial import described
from edge_sched_ros.perception.importing.trial import image_of_bgr
from edge_sched_ros.perception.importing.trial import run_once
from edge_sched_ros.perception.importing.trial import sentence
from edge_sched_ros.perception.masks import masks_of
from edge_sched_ros.perception.results import Classes
from edge_sched_ros.perception.results import ClassMap
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections

EXPORTS = all_exports()
_SIZE = {'from': 'image_size', 'of': 'network'}
NMS = {'boxes': (1, 'N', 4), 'scores': (1, 'N')}


def _proposal(export, folder, **wishes):
    return propose(read_graph(export.write(folder)), Wishes(**wishes))


def test_what_the_file_does_not_tell_is_a_doubt(tmp_path):
    proposal = _proposal(EXPORTS['yolov7-tiny'], tmp_path)
    text = '\n'.join(proposal.doubts)
    assert 'Nothing names its 80 classes; --labels coco if' in text
    assert 'Colour, scale and resize are those of' in text
    written = document(proposal, tmp_path).replace('\n#   ', ' ')
    assert all(f'# - {doubt}' in written for doubt in proposal.doubts)
    assert _proposal(EXPORTS['yolov8n'], tmp_path).doubts == ()


def test_a_size_that_may_vary_is_asked_for(tmp_path):
    export = EXPORTS['yolo11n_dynamic']
    assert any(
        '480' in doubt and '--size' in doubt for doubt in _proposal(export, tmp_path).doubts
    )
    chosen = _proposal(export, tmp_path, size=(320, 256))
    assert (chosen.values['input']['width'], chosen.values['input']['height']) == (320, 256)
    assert chosen.doubts == ()
    with pytest.raises(ConfigError, match=r'--size: .* takes only 640x640 pixels'):
        _proposal(EXPORTS['yolov8n'], tmp_path, size=(320, 256))


def test_a_file_in_the_folder_above_is_named_by_its_absolute_path(tmp_path, monkeypatch):
    below = tmp_path / 'below'
    below.mkdir()
    EXPORTS['yolov8n'].write(tmp_path)
    monkeypatch.chdir(below)
    for folder, wanted in (('.', str(tmp_path / 'yolov8n.onnx')), ('..', 'yolov8n.onnx')):
        proposal = propose(read_graph(Path('../yolov8n.onnx')), Wishes())
        assert as_values(proposal, Path(folder))['file'] == wanted


def test_labels_that_do_not_fit_are_left_out_or_refused(tmp_path):
    export = EXPORTS['yolov8n']
    with pytest.raises(ConfigError, match='--labels: has 2 names, the network has 80 classes'):
        _proposal(export, tmp_path, labels=('a', 'b'))
    given = _proposal(export, tmp_path, labels=LABEL_SETS['coco'])
    assert given.values['labels'][0] == 'person'
    assert any("differ in 80 of 80 names: labels.0 is 'person'" in one for one in given.doubts)
    told = {**export.metadata, 'names': "{0: 'a', 1: 'b'}"}
    other = Export('x', '', export.inputs, export.outputs, 'yolov8', metadata=told)
    proposal = _proposal(other, tmp_path)
    assert 'labels' not in proposal.values
    assert any('2 classes, the outputs have 80' in doubt for doubt in proposal.doubts)


def test_labels_that_look_like_other_values_stay_text(tmp_path):
    names = ['no', '1e3', '0x1F', '1_000', '1:30', 'null', '~', 'a: b', '- c', '# d', '[', "it's"]
    names += ['ü', '\u202e', '2024-01-01', '*x', '&y', '!z', '%', '@', '`', 'a, b', '"', '1/255']
    told = str(dict(enumerate(names)))
    export = EXPORTS['yolov8n']
    odd = replace(
        export,
        outputs={'output0': (1, 4 + len(names), 8400)},
        metadata={**export.metadata, 'names': told},
    )
    proposal = _proposal(odd, tmp_path)
    file = tmp_path / 'odd.yaml'
    file.write_text(document(proposal, tmp_path), encoding='utf-8')
    assert load_network(file).labels == tuple(names)


def test_a_decoder_that_the_user_names_is_taken(tmp_path):
    proposal = _proposal(EXPORTS['yolox_nano'], tmp_path, decoder='my_package.module:Class')
    assert proposal.values['decoder'] == 'my_package.module:Class'
    assert any('Nothing tells colour' in doubt for doubt in proposal.doubts)


def _constant(values, folder):
    """Write a network that gives the same values for every picture."""
    info = helper.make_tensor_value_info
    output = info('output0', TensorProto.FLOAT, values.shape)
    node = helper.make_node('Constant', [], ['output0'], value=numpy_helper.from_array(values))
    image = info('images', TensorProto.FLOAT, picture(64))
    graph = helper.make_graph([node], 'g', [image], [output])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)])
    model.ir_version = 8
    file = folder / 'constant.onnx'
    onnx.save(model, str(file))
    return read_graph(file)


def _searched(values, folder):
    shown = image_of_bgr(np.zeros((64, 64, 3), np.uint8))
    return search(
        _constant(values, folder),
        Wishes(),
        folder / 'net.yaml',
        lambda spec: run_once(spec, shown, '--try')[0],
    )


def test_a_trial_finds_the_options_that_make_values_possible(tmp_path):
    rows = np.zeros((1, 30, 6), np.float32)
    rows[0, :2] = [[0.1, 0.2, 0.5, 0.6, 0.9, 0], [0.3, 0.2, 0.9, 0.7, 0.8, 1]]
    proposal, found = _searched(rows, tmp_path)
    assert proposal.values['decoder'] == 'yolo_end2end'
    assert proposal.values['decoder_options'] == {'normalised': True}
    assert 'normalised: true is what the values for one picture tell.' in proposal.doubts
    assert not any('does not tell whether its boxes are' in doubt for doubt in proposal.doubts)
    assert found.boxes_xyxy[0] == pytest.approx([6.4, 12.8, 32, 38.4], abs=1e-3)
    chances = np.full((1, 1000), 0.0005, np.float32)
    chances[0, 7] = 0.5
    proposal, found = _searched(chances, tmp_path)
    assert proposal.values['decoder_options'] == {'activation': 'none'}
    assert (found.class_ids[0], found.scores[0]) == (7, 0.5)


@pytest.mark.parametrize(
    ('inputs', 'outputs', 'problem'),
    [
        ({'x': (1, 10)}, NMS, r'no input for one picture: .* x float32 \[1, 10\]'),
        ({'x': (4, 3, 8, 8)}, NMS, r'no input for one picture'),
        ({'x': (1, 2, 80, 80)}, NMS, r'2 channels .* \{x: \{from: stack, .* a depth_image$'),
        (
            {'x': (1, 80, 80, 5)},
            NMS,
            r'stack, .* depth_image, or .* \{colour: raw, channels: 5\}$',
        ),
        ({'x': (1, 65, 80, 80)}, NMS, r'x float32 \[1, 65, 80, 80\]$'),
        (
            {'x': picture(32)},
            {'odd': (1, 2, 3, 4, 5)},
            r'reads its outputs: odd .*edge-sched new decoder',
        ),
    ],
)
def test_a_graph_that_cannot_be_used_is_one_line(inputs, outputs, problem, tmp_path):
    with pytest.raises(ConfigError, match=problem):
        _proposal(Export('odd', '', inputs, outputs, ''), tmp_path)


@pytest.mark.parametrize(
    ('name', 'content', 'problem'),
    [
        ('a.onnx', None, 'there is no such file'),
        ('a.onnx', b'', 'is empty'),
        ('a.onnx', b'no network', 'is not an ONNX file, or is cut off'),
        ('a.onnx', b'version https://git-lfs.github.com/spec/v1\n', 'is a pointer of Git LFS'),
        ('a.pt', b'', 'is a PyTorch file: export it first'),
        ('a.engine', b'', 'is a TensorRT engine'),
    ],
)
def test_a_file_that_is_no_network_is_one_line(name, content, problem, tmp_path):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=problem):
        read_graph(tmp_path / name)


def test_missing_weights_are_named(tmp_path):
    onnx = pytest.importorskip('onnx')
    value = onnx.numpy_helper.from_array(np.ones(4000, np.float32), 'w')
    node = onnx.helper.make_node('Identity', ['w'], ['y'])
    info = onnx.helper.make_tensor_value_info('y', onnx.TensorProto.FLOAT, [4000])
    model = onnx.helper.make_model(onnx.helper.make_graph([node], 'g', [], [info], [value]))
    file = tmp_path / 'big.onnx'
    onnx.save(model, file, save_as_external_data=True, location='big.data', size_threshold=0)
    (tmp_path / 'big.data').unlink()
    with pytest.raises(ConfigError, match=r'weights are in other files, .* missing: big\.data'):
        read_graph(file)


@pytest.mark.parametrize(
    ('value', 'names'),
    [
        (['a', 'b', 'a'], ('a', 'b', 'a 2')),
        ({0: 'a', 2: ' c  d '}, ('a', 'N/A', 'c d')),
        ({'1': 'b', '0': 'a'}, ('a', 'b')),
        ({0: 5, 1: ''}, ('5', 'N/A')),
        ({'x': 'a'}, ()),
        ({float('inf'): 'a'}, ()),
        ({-1: 'a'}, ()),
        ({10**9: 'a'}, ()),
        ('ab', ()),
        (None, ()),
    ],
)
def test_names_of_exporters(value, names):
    assert names_of(value) == names


@pytest.mark.parametrize('text', ['', '[' * 9000, 'open("x")', '{0: ', '1' * 9999 + ']'])
def test_a_text_that_is_no_literal(text):
    assert literal(text) is None


@pytest.mark.parametrize(
    'metadata',
    [
        {'character': 'crate\nball\n'},
        {'class_names': '["crate", "ball"]'},
        {'names': "{0: 'crate', 1: 'ball'}"},
    ],
)
def test_names_under_keys_of_other_exporters(metadata, tmp_path):
    export = Export('x', '', {'x': picture(64)}, {'y': (1, 252, 7)}, '', metadata=metadata)
    assert _proposal(export, tmp_path).values['labels'] == ['crate', 'ball']


@pytest.mark.parametrize('size', ['[0, 3]', '[640]', '[1.5, 2]', str([10**9] * 2), '"a"'])
def test_a_size_in_metadata_that_cannot_be(size, tmp_path):
    export = EXPORTS['yolo11n_dynamic']
    told = {**export.metadata, 'imgsz': size}
    proposal = _proposal(replace(export, metadata=told), tmp_path)
    assert proposal.values['input']['width'] == 640
    assert any('this one is usual: 640x640' in doubt for doubt in proposal.doubts)


def test_label_sets_and_files(tmp_path):
    assert {name: len(names) for name, names in LABEL_SETS.items()} == {
        'cityscapes': 19,
        'coco': 80,
        'coco91': 91,
        'dota': 15,
        'voc': 20,
        'voc21': 21,
    }
    # ids of the annotations
    assert [LABEL_SETS['coco91'][index] for index in (0, 1, 13, 44, 90)] == [
        'N/A',
        'person',
        'stop sign',
        'bottle',
        'toothbrush',
    ]
    (tmp_path / 'lines.txt').write_text('crate\nball pit\n\n')
    (tmp_path / 'map.json').write_text(json.dumps({'0': 'crate', '1': 'ball'}))
    (tmp_path / 'empty.txt').write_text('\n')
    assert labels_of(str(tmp_path / 'lines.txt'), '--labels') == ('crate', 'ball pit')
    assert labels_of(str(tmp_path / 'map.json'), '--labels') == ('crate', 'ball')
    with pytest.raises(ConfigError, match="did you mean 'coco'"):
        labels_of('cocoo', '--labels')
    with pytest.raises(ConfigError, match='has no class names'):
        labels_of(str(tmp_path / 'empty.txt'), '--labels')


def test_broken_files_beside_the_network_are_a_doubt(tmp_path):
    (tmp_path / 'config.json').write_text('{')
    proposal = _proposal(EXPORTS['yolov7-tiny'], tmp_path)
    assert any(doubt.startswith('config.json beside the file') for doubt in proposal.doubts)


@pytest.mark.parametrize(
    ('told', 'values', 'doubt'),
    [
        ({'resample': 3}, {'resize': 'stretch'}, 'filter 3 of Pillow'),
        ({'resample': 0}, {'interpolation': 'nearest'}, ''),
        ({'size': {'shortest_edge': 800}}, {'resize': 'stretch'}, 'keep their proportions'),
        ({'do_center_crop': True, 'size': 256}, {'resize': 'crop'}, ''),
        ({'rescale_factor': 0.5, 'do_normalize': False}, {'scale': 0.5}, ''),
        ({'rescale_factor': 0.00392156862745098}, {'scale': '1/255'}, ''),
    ],
)
def test_the_configuration_of_hugging_face_makes_the_input(told, values, doubt, tmp_path):
    (tmp_path / 'preprocessor_config.json').write_text(json.dumps(told))
    proposal = _proposal(EXPORTS['detr_resnet50'], tmp_path)
    assert proposal.values['input'].items() >= values.items()
    assert doubt in '\n'.join(proposal.doubts)
    assert not any('Colour' in one for one in proposal.doubts)


@pytest.mark.parametrize(
    ('name', 'shape', 'source'),
    [
        (
            'int64 orig_target_sizes',
            ('N', 2),
            {'from': 'image_size', 'of': 'network', 'order': 'wh'},
        ),
        ('image_shape', (1, 2), {'from': 'image_size', 'of': 'network', 'order': 'hw'}),
        ('scale_factor', (1, 2), {'from': 'constant', 'value': 1}),
        ('int64 pixel_mask', (1, 32, 32), {'from': 'constant', 'value': 1}),
        ('K', (1, 3, 3), {'from': 'camera_info'}),
        ('right', picture(32), {'from': 'second_image'}),
        ('prev_image', picture(32), {'from': 'previous_image'}),
        ('r1i', (1, 8, 4, 4), {'from': 'state', 'output': 'r1o'}),
        ('int64 mask:0', (1, 7), {'from': 'constant', 'value': 1}),
        ('strange', (1, 7), None),
    ],
)
def test_other_inputs_are_known_by_their_names(name, shape, source, tmp_path):
    outputs = {'depth': (1, 1, 32, 32), 'r1o': (1, 8, 4, 4)}
    if name != 'r1i':
        del outputs['r1o']
    proposal = _proposal(
        Export('more', '', {'image': picture(32), name: shape}, outputs, ''), tmp_path
    )
    key = name.rpartition(' ')[2]
    written = yaml.safe_load(document(proposal, tmp_path))
    assert written == as_values(proposal, tmp_path)
    assert proposal.values.get('inputs', {}).get(key) == source
    assert any(key in doubt for doubt in proposal.doubts)
    if source is not None:
        network = network_of(tmp_path / 'net.yaml', as_values(proposal, tmp_path))
        assert [one.name for one in network.inputs] == [key]


_BOXES = np.array([[10, 10, 40, 60], [50, 20, 90, 70]], np.float32)
_MASK = np.ones((20, 20), np.bool_)


def _detections(**more):
    return Detections(
        _BOXES, np.array([0.9, 0.5], np.float32), np.array([0, 7]), ('crate', 'ball'), **more
    )


@pytest.mark.parametrize(
    ('result', 'said'),
    [
        (_detections(), '2 detections: crate 0.90, 7 0.50'),
        (_detections(angles_rad=np.array([0, 1], np.float32)), '2 detections'),
        (_detections(keypoints=np.full((2, 3, 3), 30, np.float32)), '2 detections'),
        (
            _detections(
                masks=masks_of([(0, 0, 20, 20)] * 2, [_MASK] * 2, (50, 40), (0.5,) * 2 + (0, 0))
            ),
            '2 detections',
        ),
        (
            ClassMap(
                np.repeat([[0, 1]], 3, axis=0).astype(np.uint8), 0.02, 0.0375, labels=('sky',)
            ),
            'classes: sky 50.0%, 1 50.0%',
        ),
        (
            Classes(np.array([1, 0]), np.array([0.8, 0.2], np.float32), ('cat', 'dog')),
            '2 classification: dog 0.80, cat 0.20',
        ),
        (
            DepthMap(np.array([[1, 2], [math.nan, 4]], np.float32), 0.02, 0.025),
            'depth: known at 75.0% of the pixels, 1.04 to 3.92 m, median 2 m',
        ),
        (DepthMap(np.full((2, 2), np.nan, np.float32), 0.02, 0.025), 'depth: unknown at every'),
    ],
)
def test_every_kind_of_result_is_drawn_and_said(result, said):
    source = np.full((80, 100, 3), 90, np.uint8)
    drawn = draw(source, result)
    assert drawn.dtype == np.uint8 and drawn.ndim == 3
    assert (drawn != drawn[0, 0]).any()
    assert (source == 90).all()
    assert sentence(described(result)).startswith(said)
    json.dumps(described(result))


@pytest.mark.parametrize(
    ('name', 'text'),
    [('a.json', '["crate", "ba'), ('a.txt', '{"0": "crate",'), ('a.json', 'crate')],
)
def test_a_file_of_labels_that_is_cut_off_is_refused(name, text, tmp_path):
    (tmp_path / name).write_text(text)
    with pytest.raises(ConfigError, match=r'--labels: .* is broken JSON: .*line 1'):
        labels_of(str(tmp_path / name), '--labels')
