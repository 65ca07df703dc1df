# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A decoder that gives the outputs as they are, and networks that give back their inputs."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from networks import write_network
from onnx import helper
from onnx import TensorProto

from edge_sched_ros.perception.decoders.base import Decoder

FLOAT, INT64, TEXT = TensorProto.FLOAT, TensorProto.INT64, TensorProto.STRING
#: name -> shape and type
Tensors = Mapping[str, tuple[Sequence[Any], int]]


class RawOutputs(Decoder):
    """Gives a copy of every output by name."""

    output = 'none'

    def decode(self, outputs, transform):
        """Return the outputs by name."""
        return {name: np.array(one) for name, one in zip(self.output_names, outputs)}


def write_echo(
    folder: Path,
    tensors: Tensors,
    *,
    nodes: Sequence[Any] = (),
    outputs: Tensors | None = None,
    **values: Any,
) -> Path:
    """
    Write a network that gives each of its inputs as ``NAME_out``, and its YAML file.

    :param tensors: its inputs
    :param nodes: more operators, with their outputs
    :param values: keys of the YAML file
    """
    echoes = [helper.make_node('Identity', [name], [f'{name}_out']) for name in tensors]
    given = {f'{name}_out': one for name, one in tensors.items()} | dict(outputs or {})
    graph = helper.make_graph(
        [*echoes, *nodes],
        'echo',
        [helper.make_tensor_value_info(n, kind, shape) for n, (shape, kind) in tensors.items()],
        [helper.make_tensor_value_info(n, kind, shape) for n, (shape, kind) in given.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)])
    model.ir_version = 8
    onnx.save(model, str(folder / 'echo.onnx'))
    described = {
        'file': 'echo.onnx',
        'engine': 'auto',
        'decoder': 'raw_outputs:RawOutputs',
        'decoder_options': None,
        'labels': None,
        'input': {'width': 8, 'height': 6},
    }
    return write_network(folder, 'echo', **{**described, **values})
