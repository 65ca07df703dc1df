# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An engine for the process of a part of a GPU: tells what share CUDA would see there."""

from __future__ import annotations

import os

import numpy as np

from edge_sched_ros.execution.tensors import TensorInfo

INPUTS = (TensorInfo('x', (2, 3), 'float32'),)


class Doubling:
    """Doubles its input, and gives the percentage of MPS beside it."""

    name = 'doubling'
    kinds = ('gpu',)
    inputs = INPUTS
    outputs = (*INPUTS, TensorInfo('share', (1,), 'float32'))

    def available(self):
        return True, ''

    def load(self, spec, unit=None):
        assert (unit.name, unit.kind) == ('gpu0', 'gpu')
        return self

    def run(self, inputs):
        share = float(os.environ['CUDA_MPS_ACTIVE_THREAD_PERCENTAGE'])
        return [2 * inputs[0], np.array([share], np.float32)]

    def close(self):
        pass
