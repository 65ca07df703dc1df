# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Types and shapes of the tensors that may cross a cut."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.installation.missing import need
from edge_sched_ros.planning.cutting.reading import known_shape
from edge_sched_ros.system.tensors import DTYPE_BYTES
from edge_sched_ros.system.tensors import TensorSpec

#: numpy's names of types that ONNX calls otherwise
_NUMPY = {'float': 'float32', 'double': 'float64'}


def tensor_types(graph: Any) -> dict[str, TensorSpec]:
    """Return all tensors of a graph that have a fixed shape and a type with a size, by name."""
    names = need('onnx').TensorProto.DataType
    found = {}
    for value in (*graph.value_info, *graph.input, *graph.output):
        shape = known_shape(value)
        if shape is None:
            continue
        name = names.Name(value.type.tensor_type.elem_type).lower()
        dtype = _NUMPY.get(name, name)
        if dtype in DTYPE_BYTES:
            found[value.name] = TensorSpec(dtype=dtype, shape=shape)
    return found
