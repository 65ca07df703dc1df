# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads the ONNX file that is to be cut: shapes fixed and known, everything else as it was."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.installation.missing import need

#: the batch of segments, where the network leaves it open
_BATCH = 1
#: version of the format from which on weights need not be inputs; those that are can be replaced
_WEIGHTS_APART = 4
Shape = tuple[int, ...]


def read_model(path: Path, declared: Mapping[str, Shape]) -> Any:
    """
    Return the model with fixed inputs, known shapes, and weights in memory.

    :param declared: shapes of inputs by name; the empty name stands for the first input
    :raises ConfigError: when it is no ONNX file, is not valid, or leaves a dimension open
    """
    onnx = need('onnx')
    model = _load(onnx, path)
    _check_graph(path, model)
    if model.functions:
        model = need('onnx.inliner').inline_local_functions(model)
    _fix_inputs(path, model.graph, declared)
    model = _with_shapes(onnx, model)
    _fold_shapes(onnx, model.graph)
    _load_weights(path, model)
    return model


def data_inputs(graph: Any) -> list[Any]:
    """Return the inputs that are no weights: old files list weights among the inputs."""
    weights = {weight.name for weight in graph.initializer}
    return [value for value in graph.input if value.name not in weights]


def known_shape(value: Any) -> Shape | None:
    """Return the shape of a tensor, ``None`` where it is not a tensor of fixed shape."""
    if not value.type.HasField('tensor_type'):
        return None
    tensor = value.type.tensor_type
    if not tensor.elem_type or not tensor.HasField('shape'):
        return None
    dims = [dim.dim_value if dim.HasField('dim_value') else 0 for dim in tensor.shape.dim]
    return tuple(dims) if all(size > 0 for size in dims) else None


def _load(onnx: Any, path: Path) -> Any:
    try:
        with path.open('rb'):
            pass
        # weights come later: shapes do not need them, and they may be of gigabytes
        model = onnx.load(str(path), load_external_data=False)
    except OSError as error:
        raise ConfigError(str(path), f'cannot be read: {error.strerror}') from None
    except Exception:
        # protobuf's own kind of error, which differs between its implementations
        raise ConfigError(str(path), 'is not an ONNX file') from None
    if not model.graph.node:
        raise ConfigError(str(path), 'is not an ONNX file: it has no operators')
    try:
        onnx.checker.check_model(str(path))
    except Exception as error:
        problem = ' '.join(str(error).split())
        raise ConfigError(str(path), f'is not a valid ONNX file: {problem}') from None
    return model


def _check_graph(path: Path, model: Any) -> None:
    graph = model.graph
    if graph.sparse_initializer:
        raise ConfigError(str(path), 'cannot be cut: its weights are sparse')
    if not data_inputs(graph):
        raise ConfigError(str(path), 'cannot be cut: it has no inputs')
    # says how tensors were quantised; nothing is computed by it
    del graph.quantization_annotation[:]
    if model.ir_version < _WEIGHTS_APART:
        # there, weights among the inputs are constants like others
        inputs = data_inputs(graph)
        del graph.input[:]
        graph.input.extend(inputs)
        model.ir_version = _WEIGHTS_APART


def _fix_inputs(path: Path, graph: Any, declared: Mapping[str, Shape]) -> None:
    """Give every input a fixed shape: the declared one, or one item where the batch is open."""
    inputs = data_inputs(graph)
    unknown = next((name for name in declared if name and not _named(inputs, name)), None)
    if unknown is not None:
        known = ', '.join(value.name for value in inputs)
        raise ConfigError(str(path), f"has no input '{unknown}' (it has {known})")
    for index, value in enumerate(inputs):
        shape = declared.get(value.name) or (declared.get('') if index == 0 else None)
        _fix(f'{path}: {value.name}', value, shape)


def _named(inputs: list[Any], name: str) -> bool:
    return any(value.name == name for value in inputs)


def _fix(where: str, value: Any, shape: Shape | None) -> None:
    if not value.type.HasField('tensor_type') or not value.type.tensor_type.HasField('shape'):
        raise ConfigError(where, 'is an input without a shape, and cannot be cut')
    dims = value.type.tensor_type.shape.dim
    if shape is not None and len(shape) != len(dims):
        raise ConfigError(where, f'has {len(dims)} dimensions, not the {len(shape)} declared')
    for index, dim in enumerate(dims):
        wanted = shape[index] if shape is not None else None
        if dim.HasField('dim_value'):
            if wanted is not None and wanted != dim.dim_value and index:
                raise ConfigError(where, f'is {dim.dim_value} in dimension {index}, not {wanted}')
            continue
        if wanted is None and index == 0:
            wanted = _BATCH
        if wanted is None:
            name = f' ({dim.dim_param})' if dim.dim_param else ''
            raise ConfigError(
                where,
                f'is open in dimension {index}{name}: give the YAML file of the network, which '
                'says its input size, or fix it in the ONNX file',
            )
        dim.dim_value = wanted


def _with_shapes(onnx: Any, model: Any) -> Any:
    """Return it with the shapes of all tensors that follow from its inputs."""
    # of another batch, perhaps
    del model.graph.value_info[:]
    stated = {
        value.name: type(value).FromString(value.SerializeToString())
        for value in model.graph.output
    }
    for value in model.graph.output:
        if value.type.HasField('tensor_type'):
            value.type.tensor_type.ClearField('shape')
    model = onnx.shape_inference.infer_shapes(model, data_prop=True)
    for value in model.graph.output:
        if known_shape(value) is None:
            value.CopyFrom(stated[value.name])
    return model


def _fold_shapes(onnx: Any, graph: Any) -> None:
    """
    Replace every ``Shape`` of a tensor whose shape is known by its value.

    What follows from it is then a constant of each segment, not a tensor that crosses a cut.
    """
    values = {value.name: value for value in (*graph.value_info, *graph.input, *graph.output)}
    answers = {value.name for value in graph.output}
    for node in list(graph.node):
        if node.op_type != 'Shape' or node.domain or node.output[0] in answers:
            continue
        shape = known_shape(values[node.input[0]]) if node.input[0] in values else None
        if shape is None:
            continue
        bounds = {attribute.name: attribute.i for attribute in node.attribute}
        sizes = shape[bounds.get('start', 0) : bounds.get('end', len(shape))]
        folded = onnx.helper.make_tensor(
            node.output[0], onnx.TensorProto.INT64, [len(sizes)], sizes
        )
        graph.initializer.append(folded)
        graph.node.remove(node)


def _load_weights(path: Path, model: Any) -> None:
    try:
        need('onnx.external_data_helper').load_external_data_for_model(model, str(path.parent))
    except Exception as error:
        problem = ' '.join(str(error).split())
        raise ConfigError(str(path), f'its weights cannot be read: {problem}') from None
    for weight in model.graph.initializer:
        # where it was is not where it is
        weight.ClearField('data_location')
