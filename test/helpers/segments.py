# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Networks in segments for tests: a small one that branches, and cuts of any."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import yaml
from onnx import helper
from onnx import numpy_helper
from onnx import TensorProto

SIDE = 32
#: segment -> tensors it takes and gives, of the network that branches
BRANCHES = {
    'stem': (['input'], ['a']),
    'left': (['a'], ['b']),
    'right': (['a'], ['c']),
    'head': (['a', 'b', 'c'], ['output']),
}
CHAIN = {'stem': (['input'], ['a']), 'rest': (['a'], ['output'])}
WHOLE = {'all': (['input'], ['output'])}


def write_branching(file: Path, *, matmul: bool = False, factor: float = 1.0) -> None:
    """
    Write a network whose stem goes two ways that meet in its head.

    :param matmul: give its right branch a layer that no DLA runs
    """
    weight = np.full((1, 3, 3, 3), factor / 27, np.float32)
    stored = [numpy_helper.from_array(weight, 'w')]
    nodes = [
        helper.make_node('Conv', ['input', 'w'], ['a'], pads=[1, 1, 1, 1]),
        helper.make_node('Relu', ['a'], ['b']),
    ]
    if matmul:
        stored.append(numpy_helper.from_array(np.eye(SIDE, dtype=np.float32), 'm'))
        nodes.append(helper.make_node('MatMul', ['a', 'm'], ['c']))
    else:
        nodes.append(helper.make_node('Relu', ['a'], ['c']))
    nodes += [
        helper.make_node('Add', ['b', 'c'], ['d']),
        helper.make_node('Add', ['d', 'a'], ['output']),
    ]
    ends = [
        helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, planes, SIDE, SIDE])
        for n, planes in (('input', 3), ('output', 1))
    ]
    graph = helper.make_graph(nodes, 'branching', ends[:1], ends[1:], stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)])
    model.ir_version = 8
    onnx.save(model, str(file))


def cut(
    file: Path, segments: dict[str, tuple[list[str], list[str]]], **stages: dict[str, Any]
) -> Path:
    """
    Cut a network and return the file that says how.

    :param segments: segment -> tensors it takes and gives, in the order they run in
    :param stages: segment -> more keys of it, or others instead
    """
    name, model = file.stem, onnx.shape_inference.infer_shapes(onnx.load(str(file)))
    values = (*model.graph.input, *model.graph.output, *model.graph.value_info)
    known = {value.name: value.type.tensor_type for value in values}
    crossing = dict.fromkeys(t for ends in segments.values() for names in ends for t in names)
    written = []
    for segment, (inputs, outputs) in segments.items():
        part = file.with_name(f'{name}.{segment}.onnx')
        onnx.utils.extract_model(str(file), str(part), inputs, outputs)
        keys = {'file': part.name, 'digest': digest(part), 'inputs': inputs, 'outputs': outputs}
        written.append({'name': segment, **keys, **stages.get(segment, {})})
    network = {
        'file': file.name,
        'digest': digest(file),
        'inputs': [value.name for value in model.graph.input],
        'outputs': [value.name for value in model.graph.output],
        'tensors': {t: _tensor(known[t]) for t in crossing},
        'stages': written,
    }
    path = file.with_name(f'{name}.segments.yaml')
    path.write_text(yaml.safe_dump({'networks': {name: network}}))
    return path


def digest(file: Path) -> str:
    """Return the digest of a file as a system file has it."""
    return f'sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}'


def change(path: Path, **keys: Any) -> None:
    """
    Write keys of the network of a file anew; ``None`` takes one away.

    :param keys: key, or stage and key joined by two underscores -> value
    """
    data = yaml.safe_load(path.read_text())
    (network,) = data['networks'].values()
    for key, value in keys.items():
        stage, _, last = key.rpartition('__')
        at = next(one for one in network['stages'] if one['name'] == stage) if stage else network
        if value is None:
            at.pop(last)
        else:
            at[last] = value
    path.write_text(yaml.safe_dump(data))


def _tensor(kind: Any) -> dict[str, Any]:
    dtype = helper.tensor_dtype_to_np_dtype(kind.elem_type)
    return {'dtype': str(dtype), 'shape': [size.dim_value for size in kind.shape.dim]}


def write_cut(
    folder: Path,
    name: str = 'net',
    segments: dict[str, tuple[list[str], list[str]]] | None = None,
    *,
    matmul: bool = False,
    **values: Any,
) -> Path:
    """Write the branching network in segments, and return its YAML file."""
    file = folder / f'{name}.onnx'
    write_branching(file, matmul=matmul)
    data = {
        'file': file.name,
        'input': {'width': SIDE, 'height': SIDE, 'scale': 1 / 255},
        'decoder': 'peaks:Peaks',
        'segments': cut(file, segments or BRANCHES).name,
        **values,
    }
    path = folder / f'{name}.yaml'
    path.write_text(yaml.safe_dump({key: v for key, v in data.items() if v is not None}))
    return path
