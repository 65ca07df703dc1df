# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How the builder talks to a calibrator: reads its cache, or takes batches and writes one."""

from __future__ import annotations

from typing import Any

import numpy as np
from pycuda import faults
from pycuda import memory

from tensorrt.enums import NUMPY
from tensorrt.graph import Tensor
from tensorrt.interfaces import call
from tensorrt.interfaces import made

_NONE = 'Calibration failure occurred with no scaling factors detected'


def measure(calibrator: Any, inputs: list[Tensor], shapes: dict[str, Any], *, on_dla: bool) -> str:
    """Return what went wrong; what is measured are the largest value and how many batches."""
    made(calibrator)
    size = call(calibrator, 'get_batch_size')
    if call(calibrator, 'read_calibration_cache'):
        return ''
    # that fp32 is measured in is documented; that a DLA without fallback refuses is inferred
    if on_dla:
        return 'Default DLA is enabled but layer precision is not FP16 or INT8'
    names = [tensor.name for tensor in inputs]
    largest, batches = 0.0, 0
    while pointers := call(calibrator, 'get_batch', list(names)):
        if len(pointers) != len(names):
            raise faults.SegfaultError('get_batch gave another number of pointers')
        for tensor, pointer in zip(inputs, pointers):
            largest = max(largest, _largest(tensor, shapes[tensor.name], pointer, size))
        batches += 1
    if not batches:
        return _NONE
    table = bytearray(f'TRT-8601-EntropyCalibration2\ninput: {largest!r} of {batches}'.encode())
    call(calibrator, 'write_calibration_cache', memoryview(table))
    # the memory is TensorRT's own
    table[:] = bytes(len(table))
    return ''


def _largest(tensor: Tensor, shape: Any, pointer: Any, size: int) -> float:
    if type(pointer) is not int:
        raise faults.SegfaultError('get_batch gave what is no address')
    if shape[0] != size:
        raise faults.SegfaultError(f'batches of {size} for a network that takes {shape[0]}')
    dtype = np.dtype(NUMPY[tensor.dtype])
    needed = int(np.prod(shape)) * dtype.itemsize
    data = memory.at(pointer).data
    if data.size < needed:
        raise faults.SegfaultError('a batch is read beyond the end of its memory')
    return float(np.abs(data[:needed].view(dtype)).max())
