# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Network files, right and wrong."""

from __future__ import annotations

import pytest
import yaml
from networks import write_network

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.engine_options import EngineOptions
from edge_sched_ros.execution.network import load_network


def test_defaults_are_filled_in(tmp_path):
    spec = load_network(write_network(tmp_path))
    assert (spec.input.resize, spec.input.layout, spec.input.pad) == ('letterbox', 'nchw', 114.0)
    assert spec.file == tmp_path / 'net.onnx'


def test_one_number_stands_for_all_channels(tmp_path):
    path = write_network(tmp_path, input={'width': 8, 'height': 8, 'std': [58.0]})
    assert load_network(path).input.std == (58.0, 58.0, 58.0)


@pytest.mark.parametrize(
    ('values', 'message'),
    [
        ({'file': 'gone.onnx'}, r'net\.yaml: file: there is no file .*gone\.onnx'),
        ({'file': '.'}, r"net\.yaml: file: '\.' is a folder, not a file"),
        ({'decoder': None}, "the key 'decoder' is missing"),
        ({'lables': []}, "lables: unknown key; did you mean 'labels'"),
        ({'labels': 'person'}, 'labels: must be a list'),
        ({'labels': ['car', 'bus', 'car']}, "labels: names 'car' twice"),
        ({'max_batch': 0}, 'max_batch: must be a whole number above zero, not 0'),
        ({'input': 3}, 'input: must be a mapping'),
        ({'input': {'width': 8}}, r'input\.height: is missing'),
        ({'input': {'width': -8, 'height': 8}}, r'input\.width: must be a whole number'),
        ({'input': {'width': 8, 'height': 8, 'resize': 'squeeze'}}, r'input\.resize: must be one'),
        ({'input': {'width': 8, 'height': 8, 'widht': 8}}, 'input.widht: unknown key'),
        (
            {'input': {'width': 8, 'height': 8, 'mean': [1, 2]}},
            r'input\.mean: must be a number or a list',
        ),
        ({'input': {'width': 8, 'height': 8, 'std': [0]}}, r'input\.std: must not be zero'),
        ({'input': {'width': 8, 'height': 8, 'scale': float('nan')}}, r'input\.scale: must be'),
        ({'decoder_options': [1]}, 'decoder_options: must be a mapping'),
        ({'name': 5}, 'name: must be text'),
        ({'name': ''}, "name: must be a name, not ''"),
        ({'file': ' '}, "file: must be the name of a file, not ' '"),
        ({'decoder': ''}, "decoder: must be a name, not ''"),
        ({'engine': ' '}, "engine: must be a name, not ' '"),
        ({'labels': ['person', '']}, r"labels\.1: must be a name, not ''"),
        ({'input': {'width': 8, 'height': 8, 'name': ''}}, r"input\.name: must be a name, not ''"),
        ({'engine_options': [1]}, r'net\.yaml: engine_options: must be a mapping'),
        (
            {'engine_options': {'precison': 'fp16'}},
            r"engine_options\.precison: unknown key; did you mean 'precision'",
        ),
        (
            {'engine_options': {'precision': 'fp8'}},
            'engine_options.precision: must be one of auto',
        ),
        ({'engine_options': {'strict_dla': 1}}, r'engine_options\.strict_dla: must be true or f'),
        (
            {'engine_options': {'strict_dla': True, 'allow_gpu_fallback': True}},
            'engine_options: strict_dla and allow_gpu_fallback exclude each other',
        ),
    ],
)
def test_every_mistake_names_file_and_key(tmp_path, values, message):
    with pytest.raises(ConfigError, match=message) as caught:
        load_network(write_network(tmp_path, **values))
    assert '\n' not in str(caught.value)


def test_ids_without_a_class_may_be_many(tmp_path):
    labels = ['person', 'N/A', 'car', 'N/A']
    assert load_network(write_network(tmp_path, labels=labels)).labels == tuple(labels)


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(ConfigError, match='cannot be read: No such file'):
        load_network(tmp_path / 'none.yaml')
    broken = tmp_path / 'broken.yaml'
    broken.write_text('a: [1')
    with pytest.raises(ConfigError, match=r':1: cannot be read: '):
        load_network(broken)
    broken.write_text('- just a list')
    with pytest.raises(ConfigError, match='is not a mapping'):
        load_network(broken)


def test_the_bundled_networks_load():
    from edge_sched_ros.pipeline.settings.resources import share_of

    files = sorted((share_of() / 'models').glob('*.yaml'))
    assert [file.stem for file in files] == ['depth', 'detector', 'embedding']
    total = sum(load_network(file).file.stat().st_size for file in files)
    assert total < 3_000_000
    for file in files:
        assert yaml.safe_load(file.read_text())['name'].startswith('demo_')


def test_engine_options_are_what_is_said_and_nothing_else(tmp_path):
    path = write_network(tmp_path, engine_options={'precision': 'int8', 'strict_dla': False})
    assert load_network(path).engine_options == EngineOptions('int8', False, None)
    assert load_network(write_network(tmp_path, 'plain')).engine_options == EngineOptions()
