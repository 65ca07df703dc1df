# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Networks as the parser makes them of ONNX, and which layers a DLA takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnx

from tensorrt.enums import DataType
from tensorrt.enums import LayerType

#: of the operators the tests use
_KINDS = {
    'Conv': LayerType.CONVOLUTION,
    'Relu': LayerType.ACTIVATION,
    'Add': LayerType.ELEMENTWISE,
    'MatMul': LayerType.MATRIX_MULTIPLY,
    'Constant': LayerType.CONSTANT,
    'QuantizeLinear': LayerType.QUANTIZE,
    'DequantizeLinear': LayerType.DEQUANTIZE,
}
#: documented: convolution, activation, elementwise
_ON_DLA = {LayerType.CONVOLUTION, LayerType.ACTIVATION, LayerType.ELEMENTWISE}
_TYPES = {
    onnx.TensorProto.FLOAT: DataType.FLOAT,
    onnx.TensorProto.FLOAT16: DataType.HALF,
    onnx.TensorProto.INT8: DataType.INT8,
    onnx.TensorProto.BFLOAT16: DataType.BF16,
}


class Tensor:
    __slots__ = ('dtype', 'name', 'shape')

    def __init__(self, value: Any) -> None:
        kind = value.type.tensor_type
        self.name = value.name
        self.dtype = _TYPES[kind.elem_type]
        self.shape = tuple(
            size.dim_value if size.HasField('dim_value') else -1 for size in kind.shape.dim
        )


class Layer:
    __slots__ = ('name', 'type')

    def __init__(self, index: int, node: Any) -> None:
        self.name = node.name or f'{node.op_type}_{index}'
        self.type = _KINDS.get(node.op_type, LayerType.OTHER)


class Network:
    def __init__(self, explicit_batch: bool, strong: bool) -> None:
        self.explicit_batch, self.strong = explicit_batch, strong
        self.model: Any = None
        self._inputs: list[Tensor] = []
        self._outputs: list[Tensor] = []
        self._layers: list[Layer] = []

    num_inputs = property(lambda self: len(self._inputs))
    num_outputs = property(lambda self: len(self._outputs))
    num_layers = property(lambda self: len(self._layers))

    def get_input(self, index: int) -> Tensor:
        return self._inputs[index]

    def get_output(self, index: int) -> Tensor:
        return self._outputs[index]

    def get_layer(self, index: int) -> Layer:
        return self._layers[index]

    def read(self, file: str) -> str:
        """Take in an ONNX file; return what is wrong with it."""
        try:
            model = onnx.load_model_from_string(Path(file).read_bytes())
            onnx.checker.check_model(model)
        except Exception as error:
            return str(error) or 'no model'
        self.model = model
        self._inputs = [Tensor(value) for value in model.graph.input]
        self._outputs = [Tensor(value) for value in model.graph.output]
        self._layers = [Layer(*pair) for pair in enumerate(model.graph.node)]
        return ''

    def half(self) -> bool:
        """Return whether the file itself computes in half precision."""
        return all(tensor.dtype != DataType.FLOAT for tensor in self._inputs)

    def runs_on_dla(self, layer: Layer) -> bool:
        return layer.type in _ON_DLA
