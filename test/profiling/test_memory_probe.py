# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What holding a network takes, in a process of its own."""

from __future__ import annotations

import numpy as np
from networks import write_network
from networks import write_onnx

from edge_sched_ros.profiling.memory_probe import measure_memory


def _measured(folder, mib):
    outputs = {'out': np.zeros((1, mib * 2**18), np.float32)}
    write_onnx(folder / f'n{mib}.onnx', outputs=outputs, input_shape=[1, 3, 32, 32])
    path = write_network(folder, f'n{mib}', engine='auto', decoder_options={})
    return measure_memory(path, 'onnxruntime', 'cpu0', folder / f'n{mib}.onnx')


def test_a_larger_network_takes_more(tmp_path):
    small, large = _measured(tmp_path, 1), _measured(tmp_path, 33)
    assert small is not None and large is not None
    # constants of 32 MiB more, held at least once
    assert large - small >= 0.9 * 32
    assert small < 16, 'what ONNX Runtime takes for itself is not counted'


def test_what_cannot_be_loaded_says_nothing(tmp_path):
    path = write_network(tmp_path, 'broken', engine='auto')
    assert measure_memory(path, 'onnxruntime', 'cpu0', tmp_path / 'broken.onnx') is None
    assert measure_memory(path, 'no engine', 'cpu0', tmp_path / 'broken.onnx') is None
