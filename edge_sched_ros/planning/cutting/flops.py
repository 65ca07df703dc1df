# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Floating-point operations of ONNX operators: 2 for each multiplication with its addition."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.planning.cutting.reading import known_shape
from edge_sched_ros.planning.cutting.reading import Shape

#: computes nothing: moves or names data
_NONE = frozenset(
    'Cast Concat Constant DepthToSpace Expand Flatten Gather GatherElements GatherND Identity Pad '
    'Reshape ScatterElements ScatterND Shape Slice SpaceToDepth Split Squeeze Tile Transpose '
    'Unsqueeze Where'.split()
)
_PRODUCTS = frozenset(('MatMul', 'MatMulInteger', 'QLinearMatMul', 'Gemm'))
_CONVOLUTIONS = frozenset(('Conv', 'ConvInteger', 'QLinearConv', 'ConvTranspose', 'FusedConv'))
_RECURRENT = {'LSTM': 4, 'GRU': 3, 'RNN': 1}
_REDUCTIONS = ('Reduce', 'Global', 'ArgM')
_POOLS = ('MaxPool', 'AveragePool', 'LpPool')
#: operations an element, about
_NORMALISATIONS = {
    'BatchNormalization': 2,
    'GroupNormalization': 5,
    'InstanceNormalization': 5,
    'LayerNormalization': 5,
    'LogSoftmax': 3,
    'Softmax': 3,
}
#: where operators that take numbers of their scales have their weights
_WEIGHTS_AT = {'QLinearConv': 3, 'QLinearMatMul': 3}


def shapes_of(graph: Any) -> dict[str, Shape]:
    """Return the shapes of all tensors that have a fixed one, weights among them."""
    values = (*graph.value_info, *graph.input, *graph.output)
    found = {value.name: shape for value in values if (shape := known_shape(value)) is not None}
    return found | {weight.name: tuple(weight.dims) for weight in graph.initializer}


def flops(node: Any, shapes: Mapping[str, Shape]) -> int:
    """Return the operations of a run of a node; nothing for what is unknown."""
    kind = node.op_type
    out = _size(node.output[0], shapes)
    if kind in _NONE:
        return 0
    if kind in _CONVOLUTIONS or kind in _PRODUCTS or kind in _RECURRENT:
        return _of_products(node, shapes, out)
    if kind.startswith(_REDUCTIONS):
        return _size(node.input[0], shapes)
    if kind in _POOLS:
        return out * math.prod(_attribute(node, 'kernel_shape'))
    return out * _NORMALISATIONS.get(kind, 1)


def _of_products(node: Any, shapes: Mapping[str, Shape], out: int) -> int:
    kind = node.op_type
    weights = shapes.get(node.input[_WEIGHTS_AT.get(kind, 1)], ())
    if kind in _RECURRENT:
        steps = math.prod(shapes.get(node.input[0], (0,))[:2])
        repeated = shapes.get(node.input[2], ())
        return 2 * steps * (math.prod(weights) + math.prod(repeated))
    if not weights:
        return 0
    if kind == 'ConvTranspose':
        return 2 * _size(node.input[0], shapes) * math.prod(weights[1:])
    if kind in _CONVOLUTIONS:
        return 2 * out * math.prod(weights[1:])
    if kind == 'Gemm' and any(_attribute(node, 'transB')):
        return 2 * out * weights[-1]
    return 2 * out * weights[-2 if len(weights) > 1 else 0]


def _size(name: str, shapes: Mapping[str, Shape]) -> int:
    return math.prod(shapes[name]) if name in shapes else 0


def _attribute(node: Any, name: str) -> tuple[int, ...]:
    for attribute in node.attribute:
        if attribute.name == name:
            return tuple(attribute.ints) or (attribute.i,)
    return ()
