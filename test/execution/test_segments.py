# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Networks in segments as their files describe them, and what such files may get wrong."""

from __future__ import annotations

import numpy as np
import pytest
import yaml
from segments import BRANCHES
from segments import CHAIN
from segments import change
from segments import cut
from segments import write_branching
from segments import write_cut

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import INFER
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.tensors import TensorInfo

A = TensorInfo('a', (1, 1, 32, 32), 'float32')


def test_a_network_in_segments_is_loaded_in_parts(tmp_path):
    spec = load_network(write_cut(tmp_path))
    assert list(spec.parts) == list(BRANCHES)
    head = spec.parts['head']
    assert head.file == tmp_path / 'net.head.onnx'
    assert [info.name for info in head.segment.inputs] == ['a', 'b', 'c']
    assert spec.parts['stem'].segment.outputs == (A,)
    assert spec.segments.inputs == ('input',) and spec.segments.outputs == ('output',)
    assert head.where('file').endswith('net.segments.yaml: networks.net.stages.head.file')


def test_a_network_that_is_not_cut_is_one_part(tmp_path):
    path = write_cut(tmp_path)
    data = yaml.safe_load(path.read_text())
    del data['segments']
    path.write_text(yaml.safe_dump(data))
    spec = load_network(path)
    assert spec.segments is None
    assert spec.parts == {INFER: spec}


def test_every_variant_has_its_own_segments_or_none(tmp_path):
    write_branching(tmp_path / 'light.onnx', factor=0.5)
    accuracy = {'metric': 'mAP', 'value': 0.5, 'source': 'a test'}
    light = {'name': 'light', 'file': 'light.onnx', 'accuracy': accuracy}
    path = write_cut(tmp_path, variants=[light], accuracy=accuracy)
    assert [list(one.parts) for one in load_network(path).by_variant.values()] == [
        list(BRANCHES),
        [INFER],
    ]
    light['segments'] = cut(tmp_path / 'light.onnx', CHAIN).name
    path = write_cut(tmp_path, variants=[light], accuracy=accuracy)
    spec = load_network(path).by_variant['light']
    assert list(spec.parts) == list(CHAIN)
    assert spec.parts['rest'].file.name == 'light.rest.onnx'


def test_the_digest_is_that_of_all_files(tmp_path):
    path = write_cut(tmp_path)
    before = load_network(path).segments.sha256
    assert before == load_network(path).segments.sha256
    write_branching(tmp_path / 'net.onnx', factor=0.5)
    cut(tmp_path / 'net.onnx', BRANCHES)
    assert load_network(path).segments.sha256 != before


@pytest.mark.parametrize(
    ('keys', 'told'),
    [
        ({'digest': f'sha256:{"0" * 64}'}, 'digest: is of another net.onnx than the one'),
        (
            {'left__digest': f'sha256:{"0" * 64}'},
            'stages.left.digest: is of another net.left.onnx than the one',
        ),
        ({'left__file': 'gone.onnx'}, 'stages.left.file: there is no file '),
        ({'left__file': None}, 'stages.left.file: is missing: edge-sched cut writes it'),
        ({'left__inputs': ['x']}, "stages.1.inputs: 'x' has no type and shape"),
        ({'left__inputs': ['c']}, "stages.1.inputs: 'c' comes from 'right'"),
        ({'left__outputs': ['a']}, "stages.1.outputs: gives 'a', which 'stem' gives already"),
        ({'left__name': 'postprocess'}, 'stages.postprocess.name: is the name of a stage that'),
        ({'outputs': ['b', 'q']}, "outputs: 'q' has no type and shape"),
        ({'inputs': []}, 'inputs: is missing'),
        ({'inputs': ['input', 'q']}, "inputs: 'q' has no type and shape"),
    ],
)
def test_what_a_file_of_segments_gets_wrong_is_one_line(tmp_path, keys, told):
    path = write_cut(tmp_path)
    file = tmp_path / 'net.segments.yaml'
    change(file, **keys)
    with pytest.raises(ConfigError) as caught:
        load_network(path)
    assert str(caught.value).startswith(f'{file}: networks.net.{told}')
    assert '\n' not in str(caught.value)


def test_segments_of_another_network_are_told_by_both_names(tmp_path):
    path = write_cut(tmp_path)
    write_branching(tmp_path / 'other.onnx', factor=0.5)
    file = cut(tmp_path / 'other.onnx', BRANCHES)
    data = yaml.safe_load(path.read_text()) | {'segments': file.name}
    path.write_text(yaml.safe_dump(data))
    with pytest.raises(ConfigError) as caught:
        load_network(path)
    assert str(caught.value).startswith(f'{file}: networks.other: was cut from other.onnx, but ')
    assert 'the network is net.onnx' in str(caught.value)


@pytest.mark.parametrize(
    ('value', 'message'),
    [
        ('gone.yaml', r'net\.yaml: segments: there is no file'),
        ('', r'net\.yaml: segments: must be the name of a file'),
        (['net.yaml'], r'net\.yaml: segments: must be the name of a file, not \['),
        (
            'net.onnx',
            r'net\.yaml: segments: net\.onnx is an ONNX file; it must be the',
        ),
        ('net.yaml', r"net\.yaml: segments: net\.yaml has no key 'networks'; it must be the file"),
    ],
)
def test_the_key_must_name_a_file_of_segments(tmp_path, value, message):
    path = write_cut(tmp_path)
    data = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump({**data, 'segments': value}))
    with pytest.raises(ConfigError, match=message) as caught:
        load_network(path)
    assert '\n' not in str(caught.value)


def test_a_file_of_two_networks_is_refused(tmp_path):
    path = write_cut(tmp_path)
    file = tmp_path / 'net.segments.yaml'
    data = yaml.safe_load(file.read_text())
    data['networks']['other'] = data['networks']['net']
    file.write_text(yaml.safe_dump(data))
    with pytest.raises(ConfigError, match=r'networks: must be one .*, not net, other'):
        load_network(path)


def test_tensors_know_whether_they_fit():
    assert A.fits(TensorInfo('other', (None, 1, 32, 32), 'float32'))
    assert not A.fits(TensorInfo('a', (1, 1, 32, 32), 'float16'))
    assert not A.fits(TensorInfo('a', (1, 1, 32), 'float32'))
    assert not A.fits(TensorInfo('a', (1, 2, 32, 32), 'float32'))
    assert str(A) == 'a float32 [1, 1, 32, 32]'
    assert np.dtype(A.dtype).itemsize == 4
