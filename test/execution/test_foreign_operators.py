# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Graphs with operators that ONNX Runtime does not have: what they need, in one line."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import helper
from onnx import numpy_helper
from onnx import TensorProto

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.foreign_operators import foreign_operators
from edge_sched_ros.execution.foreign_operators import need_of
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.onnx_graph import onnx_file
from edge_sched_ros.execution.onnx_graph import size_of
from edge_sched_ros.perception.importing.graph import read_graph
from edge_sched_ros.perception.importing.proposal import propose
from edge_sched_ros.perception.importing.proposal import Wishes

_info = helper.make_tensor_value_info
#: sizes as names, as yolov7/export.py writes them
_OUTPUTS = [
    ('num_dets', TensorProto.INT32, ('1', '1')),
    ('det_boxes', TensorProto.FLOAT, ('1', '100', '4')),
    ('det_scores', TensorProto.FLOAT, ('1', '100')),
    ('det_classes', TensorProto.INT32, ('1', '100')),
]


def _write(folder, operator, domain, *, functions=()):
    """Write a graph that ends with an operator of another program."""
    names = [name for name, *_ in _OUTPUTS]
    graph = helper.make_graph(
        [
            helper.make_node('Conv', ['images', 'weights'], ['boxes']),
            helper.make_node(operator, ['boxes', 'boxes'], names, domain=domain),
        ],
        'g',
        [_info('images', TensorProto.FLOAT, (1, 3, 64, 64)), _info('weights', 1, (4, 3, 1, 1))],
        [_info(*output) for output in _OUTPUTS],
        [numpy_helper.from_array(np.zeros((4, 3, 1, 1), np.float32), 'weights')],
    )
    opsets = [helper.make_opsetid('', 17), helper.make_opsetid(domain, 1)][: 1 + bool(domain)]
    model = helper.make_model(graph, opset_imports=opsets, functions=list(functions))
    model.ir_version = 8
    file = folder / 'net.onnx'
    onnx.save(model, str(file))
    return file


def _loading(file):
    spec = NetworkSpec('net', file.with_suffix('.yaml'), file, InputSpec(64, 64), 'efficient_nms')
    return OnnxRuntimeEngine().load(spec)


@pytest.mark.parametrize('domain', ['TRT', '', 'trt.plugins'])
def test_a_plug_in_of_tensorrt_is_named_and_the_graph_is_read(domain, tmp_path):
    file = _write(tmp_path, 'EfficientNMS_TRT', domain)
    with pytest.raises(
        ConfigError, match=r'needs TensorRT \(.*EfficientNMS_TRT\): run it on a GPU'
    ):
        _loading(file)
    graph = read_graph(file)
    assert [str(info) for info in graph.inputs] == ['images float32 [1, 3, 64, 64]']
    assert str(graph.outputs[1]) == 'det_boxes float32 [1, 100, 4]'
    proposal = propose(graph, Wishes())
    assert proposal.values['decoder'] == 'efficient_nms'
    assert any(
        'No CPU core can run it: its graph needs TensorRT' in one for one in proposal.doubts
    )


def test_an_operator_of_another_program_is_named(tmp_path):
    file = _write(tmp_path, 'NMSRotated', 'mmdeploy')
    for load in (_loading, read_graph):
        with pytest.raises(ConfigError, match='does not have its operators mmdeploy:NMSRotated'):
            load(file)


def test_functions_of_the_file_and_operators_of_onnx_runtime_are_not_foreign(tmp_path):
    function = helper.make_function(
        'mine', 'Select', ['a', 'b'], ['c'], [], [helper.make_opsetid('', 17)]
    )
    assert foreign_operators(_write(tmp_path, 'Select', 'mine', functions=[function])) == ()
    assert foreign_operators(_write(tmp_path, 'Gelu', 'com.microsoft')) == ()


def test_a_file_that_is_not_onnx_needs_nothing_known(tmp_path):
    file = _write(tmp_path, 'EfficientNMS_TRT', 'TRT')
    data = file.read_bytes()
    for broken in (b'', data[: len(data) // 2], b'\xff' * 40):
        file.write_bytes(broken)
        assert need_of(file) == ''
    assert need_of(tmp_path / 'none.onnx') == ''


def test_what_a_file_says_is_what_onnx_runtime_reads(tmp_path):
    import onnxruntime

    from edge_sched_ros.execution.engines.onnxruntime import tensor_info

    graph = helper.make_graph(
        [
            helper.make_node('Cast', ['half'], ['whole'], to=TensorProto.INT64),
            helper.make_node('Identity', ['scalar'], ['same']),
        ],
        'g',
        [
            _info('half', TensorProto.FLOAT16, ('N', 3, 7)),
            _info('scalar', TensorProto.DOUBLE, ()),
        ],
        [_info('whole', TensorProto.INT64, ('N', 3, '7')), _info('same', TensorProto.DOUBLE, ())],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)])
    model.ir_version = 8
    file = tmp_path / 'net.onnx'
    onnx.save(model, str(file))
    session = onnxruntime.InferenceSession(str(file), providers=['CPUExecutionProvider'])
    with onnx_file(file) as opened:
        assert opened.inputs() == tuple(map(tensor_info, session.get_inputs()))
        assert opened.outputs() == tuple(map(tensor_info, session.get_outputs()))
        assert [node.operator for node in opened.nodes()] == ['Cast', 'Identity']


def test_names_of_dimensions_are_sizes_only_where_they_are_numbers():
    assert size_of('100') == 100
    assert {size_of(name) for name in ('N', '', '0', '-1', '\u0661', '1.5')} == {None}
