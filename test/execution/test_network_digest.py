# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What tells networks apart whose weights lie in other files, however large they are."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import os
import tracemalloc
from pathlib import Path

import onnx
import pytest
from fake_tensorrt import write_layers
from hypothesis import given
from hypothesis import strategies as st
from onnx import helper
from onnx import TensorProto

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution import network_digest
from edge_sched_ros.execution.external_data import external_files
from edge_sched_ros.execution.network_digest import network_sha256
from edge_sched_ros.execution.network_digest import network_state

MIB = 1 << 20


def test_weights_beside_the_file_are_part_of_the_network(tmp_path):
    path = tmp_path / 'net.onnx'
    write_layers(path, depth=2)
    model = onnx.load(path)
    external = {'save_as_external_data': True, 'size_threshold': 0}
    for names in ({'location': 'weights.bin'}, {'all_tensors_to_one_file': False}):
        folder = tmp_path / next(iter(names))
        folder.mkdir()
        onnx.save(copy.deepcopy(model), folder / 'net.onnx', **external, **names)
        seen = {network_sha256(folder / 'net.onnx')}
        beside = sorted(file for file in folder.iterdir() if file.name != 'net.onnx')
        assert len(beside) == (1 if 'location' in names else 2)
        for file in beside:
            file.write_bytes(bytes(file.stat().st_size))
            seen.add(network_sha256(folder / 'net.onnx'))
        assert len(seen) == len(beside) + 1
        (folder / 'notes.bin').write_bytes(b'of no tensor')
        assert network_sha256(folder / 'net.onnx') in seen
        beside[0].unlink()
        with pytest.raises(ConfigError, match=f'{beside[0].name}: cannot be read'):
            network_sha256(folder / 'net.onnx')


def _outside(location):
    tensor = TensorProto(data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key='offset', value='0')
    tensor.external_data.add(key='location', value=location)
    return tensor


def test_tensors_wherever_a_model_may_have_them(tmp_path):
    """Initializers, sparse ones, attributes, subgraphs, functions: nested as deep as it goes."""
    deep = helper.make_graph(
        [helper.make_node('Constant', [], ['c'], value=_outside('attribute'))], 'deep', [], []
    )
    deep.initializer.append(_outside('initializer'))
    branch = helper.make_node('If', ['x'], ['y'], then_branch=deep)
    listed = helper.make_node('Own', [], ['z'], domain='own', many=[_outside('listed')])
    graph = helper.make_graph([branch, listed], 'outer', [], [])
    graph.sparse_initializer.add().values.CopyFrom(_outside('sparse'))
    opsets = [helper.make_opsetid('', 17)]
    inner = helper.make_node('Constant', [], ['f'], value=_outside('function'))
    function = helper.make_function('own', 'F', [], ['f'], [inner], opsets)
    model = helper.make_model(graph, opset_imports=opsets, functions=[function])
    path = tmp_path / 'net.onnx'
    path.write_bytes(model.SerializeToString())
    found = external_files(path)
    wanted = ('attribute', 'function', 'initializer', 'listed', 'sparse')
    assert found == [tmp_path / name for name in wanted]


@pytest.mark.parametrize(
    'location',
    ['/etc/hostname', '../other.bin', 'sub/../../other.bin', '', 'a\0b', '/\n' + 'x' * 999],
)
def test_weights_outside_of_the_networks_folder_are_refused(tmp_path, location):
    path = tmp_path / 'net.onnx'
    graph = helper.make_graph([], 'outer', [], [], [_outside(location)])
    path.write_bytes(helper.make_model(graph).SerializeToString())
    with pytest.raises(ConfigError, match=r'net\.onnx: its weights are in .*outside') as caught:
        network_sha256(path)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 250 + len(str(path))


@given(st.binary(max_size=200))
def test_what_is_no_onnx_is_left_to_its_reader(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / 'any.onnx'
    path.write_bytes(content)
    with contextlib.suppress(ConfigError):
        external_files(path)


def test_a_file_of_its_own_has_its_own_digest(tmp_path):
    path = tmp_path / 'net.onnx'
    write_layers(path, depth=2)
    assert network_sha256(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def _with_weights(path, location):
    graph = helper.make_graph([], 'large', [], [], [_outside(location)])
    path.write_bytes(helper.make_model(graph).SerializeToString())


def test_a_changed_file_is_read_again_and_an_old_one_is_not(tmp_path, monkeypatch):
    path, weights = tmp_path / 'net.onnx', tmp_path / 'weights.bin'
    _with_weights(path, 'weights.bin')
    weights.write_bytes(b'one')
    first = network_sha256(path)
    # within the same tick of the file system's clock, of the same size
    state = weights.stat()
    weights.write_bytes(b'two')
    os.utime(weights, ns=(state.st_atime_ns, state.st_mtime_ns))
    second = network_sha256(path)
    assert first != second
    for file in (path, weights):
        os.utime(file, (1, 1))
    assert network_sha256(path) == second
    # only in this module: other threads read files meanwhile
    for reader in ('_feed', 'external_files'):
        monkeypatch.setattr(network_digest, reader, None)
    assert network_state(path)[1][0] == str(weights)


@pytest.mark.parametrize('kind', ['folder', 'pipe', 'none'])
def test_weights_that_cannot_be_read_to_an_end(tmp_path, kind):
    path, weights = tmp_path / 'net.onnx', tmp_path / 'weights.bin'
    _with_weights(path, 'weights.bin')
    if kind == 'folder':
        weights.mkdir()
    elif kind == 'pipe':
        os.mkfifo(weights)
    with pytest.raises(ConfigError, match=r'weights\.bin: cannot be read: '):
        network_sha256(path)


def _varint(value):
    digits = []
    while value > 127:
        digits.append(value & 127 | 128)
        value >>= 7
    return bytes([*digits, value])


def _field(number, size):
    return _varint(number << 3 | 2) + _varint(size)


def test_gigabytes_of_weights_take_no_memory(tmp_path):
    """Within the file they are passed over, beside it they are read piece by piece."""
    path, weights = tmp_path / 'net.onnx', tmp_path / 'weights.bin'
    entry = _outside('weights.bin').SerializeToString()
    size = 3 << 30
    raw = _field(9, size)
    tensor = _field(5, len(raw) + size)
    behind = _field(5, len(entry)) + entry
    head = _field(7, len(tensor) + len(raw) + size + len(behind)) + tensor + raw
    with path.open('wb') as file:
        file.write(head)
        file.truncate(len(head) + size)
        file.seek(0, os.SEEK_END)
        file.write(behind)
    with weights.open('wb') as file:
        file.truncate(64 * MIB)
    tracemalloc.start()
    try:
        assert external_files(path) == [weights]
        assert network_sha256(weights) == hashlib.sha256(bytes(MIB) * 64).hexdigest()
        # the check itself has 64 MiB
        tracemalloc.reset_peak()
        network_sha256(weights)
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    finally:
        tracemalloc.stop()
    assert isinstance(external_files(path)[0], Path)
