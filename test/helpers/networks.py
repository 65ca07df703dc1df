# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Network files for tests: tiny ONNX models and simulated ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import yaml
from onnx import helper
from onnx import TensorProto


def write_onnx(
    file: Path, *, outputs: dict[str, np.ndarray], input_shape: list[Any], name: str = 'input'
) -> None:
    """Write a network that ignores its input and gives constants."""
    nodes = [
        helper.make_node(
            'Constant',
            [],
            [key],
            value=helper.make_tensor(
                f'{key}_value',
                helper.np_dtype_to_tensor_dtype(value.dtype),
                value.shape,
                value.reshape(-1),
            ),
        )
        for key, value in outputs.items()
    ]
    infos = [
        helper.make_tensor_value_info(
            key, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape
        )
        for key, value in outputs.items()
    ]
    graph = helper.make_graph(
        nodes,
        'constants',
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, input_shape)],
        infos,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)])
    model.ir_version = 8
    onnx.save(model, str(file))


def write_embedding(folder: Path, **values: Any) -> Path:
    """Write an embedding network whose vectors are all alike, and return the path of its YAML."""
    vector = np.ones((1, 8), np.float32)
    file = folder / 'looks.onnx'
    write_onnx(file, outputs={'out': vector}, input_shape=['N', 3, 16, 16])
    more = {'engine': 'auto', 'decoder': 'embedding', 'labels': [], 'decoder_options': {}}
    size = {'width': 16, 'height': 16}
    return write_network(folder, 'looks', input=size, **more, **values)


def write_network(folder: Path, name: str = 'net', **values: Any) -> Path:
    """Write a network's YAML, by default one that simulates, and return its path."""
    data: dict[str, Any] = {
        'name': name,
        'file': f'{name}.onnx',
        'engine': 'simulated',
        'input': {'width': 32, 'height': 32},
        'decoder': 'yolov5',
        'decoder_options': {'simulate': {'outputs': [[1, 4, 7]], 'latency_ms': 1.0}},
        'labels': ['a', 'b'],
    }
    data.update(values)
    file = folder / f'{name}.onnx'
    if not file.exists():
        file.write_bytes(b'stands in for a network')
    path = folder / f'{name}.yaml'
    path.write_text(yaml.safe_dump({k: v for k, v in data.items() if v is not None}))
    return path
