# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Arrays that are used again: never while anybody still refers to one."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from edge_sched_ros.execution.preprocess.used_again import UsedAgain

SHAPE = (1, 3, 8, 8)


def test_an_array_that_nobody_refers_to_is_used_again():
    arrays = UsedAgain()
    first = id(arrays.take(SHAPE, np.float32))
    assert [id(arrays.take(SHAPE, np.float32)) for _ in range(3)] == [first] * 3
    found = arrays.take(SHAPE, np.uint8)
    assert (found.shape, found.dtype) == (SHAPE, np.uint8)


@pytest.mark.parametrize(
    'keep',
    [
        lambda array: array,
        lambda array: array[0, 1:],
        lambda array: array.reshape(-1)[3:][::2],
        lambda array: memoryview(array),
        lambda array: np.frombuffer(array, np.float32),
        lambda array: {'images': array},
    ],
    ids=['array', 'part', 'view of a view', 'memoryview', 'buffer', 'in a table'],
)
def test_an_array_that_is_kept_is_left_alone(keep):
    arrays = UsedAgain()
    array = arrays.take(SHAPE, np.float32)
    address, kept = array.ctypes.data, keep(array)
    del array
    others = [arrays.take(SHAPE, np.float32) for _ in range(2)]
    assert all(other.ctypes.data != address for other in others)
    del kept


def test_threads_have_arrays_of_their_own():
    arrays, found = UsedAgain(), []
    mine = arrays.take(SHAPE, np.float32).ctypes.data
    thread = threading.Thread(
        target=lambda: found.append(arrays.take(SHAPE, np.float32).ctypes.data)
    )
    thread.start()
    thread.join(60)
    assert found and found[0] != mine


def test_only_a_few_shapes_are_kept():
    arrays = UsedAgain()
    for size in range(1, 40):
        arrays.take((size,), np.float32)
    assert len(arrays._kept.arrays) <= 8
