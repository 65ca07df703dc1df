# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An engine whose networks give what a fault says, and tiny networks for it."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from networks import write_network
from networks import write_onnx

from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.engines.base import LoadedNetwork
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.network import NetworkSpec

#: what is made of the outputs while a fault lasts
SPOIL: list[Callable[[list[Any]], Any]] = []
_PIXELS = 32


class Spoilt(OnnxRuntimeEngine):
    """Runs networks, and spoils their outputs while a fault lasts."""

    name = 'faults_spoilt'

    def load(self, spec: NetworkSpec, unit: Unit | None = None) -> LoadedNetwork:
        """Load a network."""
        return _SpoiltNetwork(super().load(spec, unit))


class _SpoiltNetwork:
    def __init__(self, network: LoadedNetwork) -> None:
        self._network = network
        self.inputs, self.outputs = network.inputs, network.outputs

    def run(self, inputs: Sequence[Any]) -> Any:
        """Return the outputs, or what the fault makes of copies of them."""
        outputs = self._network.run(inputs)
        return SPOIL[0]([each.copy() for each in outputs]) if SPOIL else outputs

    def close(self) -> None:
        """Free the network."""
        self._network.close()


@cache
def folder() -> Path:
    """Return a folder for files of faults, which goes with this process."""
    made = tempfile.mkdtemp(prefix='edge_sched_faults_')
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(made)


@cache
def tiny_detector() -> str:
    """Return the YAML of a network that finds one object everywhere."""
    raw = np.zeros((1, 4, 7), np.float32)
    raw[0, 0] = [16, 16, 10, 10, 1, 0.1, 0.9]
    return _network('faults_detector', raw, 'yolov5')


@cache
def tiny_depth() -> str:
    """Return the YAML of a network that measures a slanted wall."""
    raw = np.linspace(1, 5, 64, dtype=np.float32).reshape(1, 1, 8, 8)
    return _network('faults_depth', raw, 'depth_metric')


@cache
def plain_detector() -> str:
    """Return the YAML of the same network as :func:`tiny_detector`, for any process."""
    raw = np.zeros((1, 4, 7), np.float32)
    raw[0, 0] = [16, 16, 10, 10, 1, 0.1, 0.9]
    return _network('faults_plain', raw, 'yolov5', engine='auto')


def _network(
    name: str, raw: np.ndarray, decoder: str, engine: str = 'faults.engines:Spoilt'
) -> str:
    shape = [1, 3, _PIXELS, _PIXELS]
    write_onnx(folder() / f'{name}.onnx', outputs={'out': raw}, input_shape=shape)
    file = write_network(
        folder(),
        name,
        input={'width': _PIXELS, 'height': _PIXELS},
        engine=engine,
        decoder=decoder,
        decoder_options={},
        labels=['a', 'b'] if decoder == 'yolov5' else None,
    )
    return str(file)
