# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Outputs of ONNX Runtime whose memory is used again: never while anybody still refers to it."""

from __future__ import annotations

import threading

import numpy as np
import onnx
import pytest
from onnx import helper
from onnx import TensorProto

from edge_sched_ros.execution.bound_runs import MOST_SETS
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeNetwork
from edge_sched_ros.execution.engines.onnxruntime import OpenSession

onnxruntime = pytest.importorskip('onnxruntime')

SHAPE = (1, 3, 64, 64)


def _network(*, declared=SHAPE, batch=1):
    """Return a network that doubles, and gives the sum of both ends beside it."""
    dtype = TensorProto.FLOAT
    nodes = [
        helper.make_node('Add', ['x', 'x'], ['double']),
        helper.make_node('Add', ['double', 'x'], ['triple']),
    ]
    ends = [helper.make_tensor_value_info('x', dtype, [batch, *SHAPE[1:]])]
    given = [
        helper.make_tensor_value_info(name, dtype, [batch, *declared[1:]])
        for name in ('double', 'triple')
    ]
    model = helper.make_model(
        helper.make_graph(nodes, 'twice', ends, given),
        opset_imports=[helper.make_opsetid('', 17)],
    )
    model.ir_version = 8
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    data = onnx.ModelProto.SerializeToString(model)
    session = onnxruntime.InferenceSession(data, options, providers=['CPUExecutionProvider'])
    return OnnxRuntimeNetwork(OpenSession(session))


def _input(value=1.0, dtype=np.float32):
    return np.full(SHAPE, value, dtype)


def _addresses(arrays):
    return [array.ctypes.data for array in arrays]


def test_memory_that_nobody_refers_to_is_used_again():
    network = _network()
    first = _addresses(network.run([_input(1)]))
    outputs = network.run([_input(2)])
    assert _addresses(outputs) == first
    assert [array.flat[0] for array in outputs] == [4, 6]
    assert all(address % 64 == 0 for address in first)


@pytest.mark.parametrize(
    'keep',
    [
        lambda outputs: outputs[1],
        lambda outputs: outputs[0][0, 1:2],
        lambda outputs: outputs[0].reshape(-1)[5:][::2],
        lambda outputs: memoryview(outputs[1]),
        lambda outputs: np.frombuffer(outputs[1], np.float32),
        lambda outputs: outputs[0].view(np.int32),
    ],
    ids=['array', 'part', 'view of a view', 'memoryview', 'buffer', 'other type'],
)
def test_a_result_or_a_part_of_one_that_is_kept_stays_as_it_is(keep):
    network = _network()
    kept = keep(network.run([_input(1)]))
    before = bytes(kept)
    for value in range(2, 5):
        network.run([_input(value)])
    assert bytes(kept) == before


def test_results_of_overlapping_frames_are_apart_however_many_there_are():
    network = _network()
    count = MOST_SETS + 3
    frames = [network.run([_input(value)]) for value in range(count)]
    assert [outputs[0].flat[0] for outputs in frames] == [2 * value for value in range(count)]
    assert network._bound._made == MOST_SETS


def test_an_output_may_be_the_next_input():
    network = _network()
    (state, _), want = network.run([_input(1)]), 2
    for _ in range(6):
        (state, _), want = network.run([state]), 2 * want
        assert state.flat[0] == want


def test_an_input_that_is_not_the_last_one_is_bound_again():
    """Arrays that have gone leave their addresses, and their ids, to others."""
    network = _network()
    for value in range(20):
        picture = _input(value)
        assert network.run([picture])[1].flat[0] == 3 * value
        picture[...] = 7
        assert network.run([picture])[1].flat[0] == 21
        del picture


def test_each_thread_keeps_the_set_that_its_input_is_bound_to():
    """Two networks of one session, two inputs: nothing is bound a second time."""
    network = _network()
    mine, other = _input(1), _input(2)
    kept = network.run([mine])
    network.run([other])
    del kept
    bound = network._bound
    assert bound is not None and bound._made == 2
    first, second = (_addresses(network.run([one])) for one in (mine, other))
    for _ in range(3):
        assert _addresses(network.run([mine])) == first
        assert _addresses(network.run([other])) == second
    assert first != second and bound._made == 2


def test_inputs_of_another_form_are_copied_as_before():
    network = _network()
    picture = np.arange(np.prod(SHAPE), dtype=np.float32).reshape(SHAPE)
    for other in (picture[:, :, ::-1], np.asfortranarray(picture)):
        assert np.array_equal(network.run([other])[0], 2 * other)
    for wrong in (_input(1, np.float64), _input(1)[:, :2]):
        with pytest.raises(Exception, match=r'(?i)invalid|unexpected'):
            network.run([wrong])
    # and the network goes on
    assert network._bound is not None
    assert network.run([_input(3)])[0].flat[0] == 6


def test_a_file_that_declares_other_sizes_than_it_gives_runs_as_before():
    network = _network(declared=(1, 3, 64, 32))
    for _ in range(2):
        assert network.run([_input(1)])[0].shape == SHAPE
    assert network._bound is None


def test_a_size_that_is_not_known_before_is_left_to_onnx_runtime():
    network = _network(batch='N')
    assert network._bound is None
    assert network.run([_input(1)])[0].flat[0] == 2


def test_threads_never_share_a_set():
    network, wrong = _network(), []

    def work(value):
        for _ in range(50):
            outputs = network.run([_input(value)])
            if [float(o.min()) for o in outputs] != [2 * value, 3 * value]:
                wrong.append(value)

    threads = [threading.Thread(target=work, args=(value,)) for value in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads) and not wrong
