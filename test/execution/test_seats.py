# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Where pictures are prepared in place: a seat serves one run at a time."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import helper
from onnx import TensorProto

from edge_sched_ros.execution.engines.onnxruntime import OpenSession

onnxruntime = pytest.importorskip('onnxruntime')

SHAPE = (1, 3, 8, 8)


@pytest.fixture
def opened():
    """Return the session of a network that doubles."""
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, SHAPE) for name in 'xy']
    model = helper.make_model(
        helper.make_graph([helper.make_node('Add', ['x', 'x'], ['y'])], 'twice', *ends_of(ends)),
        opset_imports=[helper.make_opsetid('', 17)],
    )
    model.ir_version = 8
    data = onnx.ModelProto.SerializeToString(model)
    return OpenSession(onnxruntime.InferenceSession(data, providers=['CPUExecutionProvider']))


def ends_of(ends):
    """Return inputs and outputs as lists."""
    return [[end] for end in ends]


def test_a_run_reads_the_tensor_and_its_seat_serves_again(opened):
    seats = opened.seats
    seat = seats.take('cpu0')
    for value in (1.0, 2.0):
        seat.tensor[...] = value
        assert (seat.run()[0] == 2 * value).all()
    seats.give_back('cpu0', seat)
    assert seats.take('cpu0') is seat


def test_seats_that_are_not_given_back_serve_nobody_else(opened):
    """A call that hangs keeps its seat."""
    seats = opened.seats
    hung = seats.take('cpu0')
    other = seats.take('cpu0')
    assert other is not hung and not np.shares_memory(other.tensor, hung.tensor)
    seats.give_back('cpu0', other)
    assert seats.take('cpu1') is not other
    assert seats.take('cpu0') is other


def test_a_seat_whose_result_is_kept_is_given_up(opened):
    seats = opened.seats
    seat = seats.take('cpu0')
    seat.tensor[...] = 1
    kept = seat.run()[0][0, 1:]
    seats.give_back('cpu0', seat)
    another = seats.take('cpu0')
    assert another is not seat
    another.tensor[...] = 5
    assert (another.run()[0] == 10).all() and (kept == 2).all()
