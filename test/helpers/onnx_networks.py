# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Networks of known shapes with random weights: residual, inception, transformer, and odd ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper
from onnx import numpy_helper
from onnx import TensorProto

_FLOAT, _INT64 = TensorProto.FLOAT, TensorProto.INT64


class Maker:
    """Adds one operator after the other, with random weights; the names say what they are."""

    def __init__(self, seed: int = 0) -> None:
        self.nodes: list[Any] = []
        self.weights: list[Any] = []
        self._random = np.random.default_rng(seed)

    def node(self, kind: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        """Add an operator, and return the tensors it gives."""
        names = [f'{kind.lower()}{len(self.nodes)}_{index}' for index in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def weight(self, *shape: int) -> str:
        """Add random weights that keep numbers about 1."""
        scale = np.sqrt(2 / max(1, np.prod(shape[1:]) if len(shape) > 2 else shape[0]))
        return self.constant((self._random.standard_normal(shape) * scale).astype(np.float32))

    def constant(self, value: np.ndarray) -> str:
        """Add a constant."""
        name = f'weight{len(self.weights)}'
        self.weights.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def conv(self, x: str, before: int, after: int, size: int = 1, **attributes: Any) -> str:
        """Add a convolution that keeps the size of a picture, unless strides say otherwise."""
        pads = [size // 2] * 4
        weight, bias = self.weight(after, before, size, size), self.weight(after)
        return self.node('Conv', x, weight, bias, pads=pads, **attributes)

    def conv_relu(self, x: str, before: int, after: int, size: int = 1, **attributes: Any) -> str:
        """Add a convolution with its activation."""
        return self.node('Relu', self.conv(x, before, after, size, **attributes))

    def conv_norm(self, x: str, before: int, after: int, size: int = 1, **attributes: Any) -> str:
        """Add a convolution with a normalisation over batches."""
        found = self.conv(x, before, after, size, **attributes)
        values = [np.ones(after), np.zeros(after), np.zeros(after), np.full(after, 0.9)]
        return self.node('BatchNormalization', found, *map(self._floats, values))

    def dense(self, x: str, before: int, after: int) -> str:
        """Add a fully connected layer, as transformers have it."""
        return self.node(
            'Add', self.node('MatMul', x, self.weight(before, after)), self.weight(after)
        )

    def save(
        self,
        file: Path,
        inputs: dict[str, Sequence[Any]],
        outputs: dict[str, Sequence[Any]],
        **options: Any,
    ) -> Path:
        """Write the network and return its file."""
        graph = helper.make_graph(
            self.nodes,
            'made',
            [helper.make_tensor_value_info(name, _FLOAT, shape) for name, shape in inputs.items()],
            [helper.make_tensor_value_info(n, _FLOAT, shape) for n, shape in outputs.items()],
            self.weights,
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)])
        model.ir_version = 8
        onnx.save(model, str(file), **options)
        return file

    def _floats(self, value: np.ndarray) -> str:
        return self.constant(value.astype(np.float32))


def residual(file: Path, widths: Sequence[int] = (16, 32, 64), **options: Any) -> Path:
    """Write a ResNet: two blocks for each width, the first of the later ones with a projection."""
    make = Maker()
    x = make.node('Relu', make.conv_norm('image', 3, widths[0], 7, strides=[2, 2]))
    x = make.node('MaxPool', x, kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    before = widths[0]
    for width in widths:
        for block in range(2):
            stride = 2 if block == 0 and width != before else 1
            branch = make.node('Relu', make.conv_norm(x, before, width, 3, strides=[stride] * 2))
            branch = make.conv_norm(branch, width, width, 3)
            if width != before:
                x = make.conv_norm(x, before, width, strides=[stride] * 2)
            x, before = make.node('Relu', make.node('Add', branch, x)), width
    x = make.node('Flatten', make.node('GlobalAveragePool', x))
    found = make.node('Gemm', x, make.weight(before, 10), make.weight(10))
    make.nodes[-1].output[0] = 'classes'
    assert found
    return make.save(file, {'image': [1, 3, 64, 64]}, {'classes': [1, 10]}, **options)


def inception(file: Path, modules: int = 2, width: int = 16) -> Path:
    """Write a GoogLeNet: modules of four branches between a fork and a concatenation."""
    make = Maker()
    x, before = make.conv_relu('image', 3, width, 3, strides=[2, 2]), width
    for _ in range(modules):
        pooled = make.node('MaxPool', x, kernel_shape=[3, 3], strides=[1, 1], pads=[1] * 4)
        branches = [
            make.conv_relu(x, before, width),
            make.conv_relu(make.conv_relu(x, before, width), width, width, 3),
            make.conv_relu(make.conv_relu(x, before, width), width, width, 5),
            make.conv_relu(pooled, before, width),
        ]
        x, before = make.node('Concat', *branches, axis=1), 4 * width
    x = make.node('Flatten', make.node('GlobalAveragePool', x))
    make.node('Gemm', x, make.weight(before, 10), make.weight(10))
    make.nodes[-1].output[0] = 'classes'
    return make.save(file, {'image': [1, 3, 48, 48]}, {'classes': [1, 10]})


def transformer(file: Path, layers: int = 3, width: int = 32, tokens: int = 24) -> Path:
    """Write a ViT: attention and a feed-forward part in each layer, normalised before both."""
    make, heads = Maker(), 4
    make.nodes.append(helper.make_node('Identity', ['tokens'], ['first']))
    x = make.dense('first', width, width)
    for _ in range(layers):
        y = _normalised(make, x, width)
        parts = [_head(make, make.dense(y, width, width), heads, width) for _ in range(3)]
        keys = make.node('Transpose', parts[1], perm=[0, 1, 3, 2])
        scores = make.node('MatMul', parts[0], keys)
        scale = make.constant(np.float32(np.sqrt(width / heads)))
        shares = make.node('Softmax', make.node('Div', scores, scale), axis=-1)
        mixed = make.node('Transpose', make.node('MatMul', shares, parts[2]), perm=[0, 2, 1, 3])
        mixed = make.node('Reshape', mixed, make.constant(np.array([0, -1, width])))
        x = make.node('Add', make.dense(mixed, width, width), x)
        y = make.dense(_normalised(make, x, width), width, 4 * width)
        x = make.node('Add', make.dense(_gelu(make, y), 4 * width, width), x)
    make.nodes.append(helper.make_node('Identity', [_normalised(make, x, width)], ['features']))
    shape = [1, tokens, width]
    return make.save(file, {'tokens': shape}, {'features': shape})


def _normalised(make: Maker, x: str, width: int) -> str:
    scale = make.constant(np.ones(width, np.float32))
    return make.node('LayerNormalization', x, scale, make.constant(np.zeros(width, np.float32)))


def _head(make: Maker, x: str, heads: int, width: int) -> str:
    shape = make.constant(np.array([0, -1, heads, width // heads]))
    return make.node('Transpose', make.node('Reshape', x, shape), perm=[0, 2, 1, 3])


def _gelu(make: Maker, x: str) -> str:
    """Add the activation as exporters write it, which ONNX Runtime makes one operator."""
    root = make.node('Div', x, make.constant(np.float32(np.sqrt(2))))
    grown = make.node('Add', make.node('Erf', root), make.constant(np.float32(1)))
    return make.node('Mul', make.node('Mul', x, grown), make.constant(np.float32(0.5)))


def random_network(file: Path, seed: int) -> Path:
    """Write a network of random operators, all of which its answer needs."""
    make, random = Maker(seed), np.random.default_rng(seed)
    planes = int(random.choice([8, 12, 16, 20, 32]))
    tensors = ['image']
    for _ in range(random.integers(4, 20)):
        x, y = random.choice(tensors[-3:]), random.choice(tensors[-4:])
        tensors.append(_random_operator(make, random, str(x), str(y), planes))
    taken = {name for node in make.nodes for name in node.input}
    loose = [name for name in tensors if name not in taken]
    found = make.node('Concat', *loose, axis=1)
    make.nodes.append(helper.make_node('Softplus', [found], ['answer']))
    size = [8, 10]
    answer = [1, planes * len(loose), *size]
    return make.save(file, {'image': [1, planes, *size]}, {'answer': answer})


def _random_operator(make: Maker, random: np.random.Generator, x: str, y: str, planes: int) -> str:
    """Add an operator, or a group that ONNX Runtime may fuse, that keeps the shape."""
    around = {'kernel_shape': [3, 3], 'pads': [1] * 4}
    grown = make.constant(np.array([1, 1, 2, 2], np.float32))
    mode = str(random.choice(['nearest', 'linear']))
    ways = [
        lambda: make.conv(x, planes, planes, 3),
        lambda: make.conv_relu(x, planes, planes, 1),
        lambda: make.conv_norm(x, planes, planes, 3),
        lambda: make.node('Add', x, y),
        lambda: make.node('Add', make.conv(x, planes, planes), y),
        lambda: make.node('Mul', x, y),
        lambda: make.node(str(random.choice(['Sigmoid', 'Relu', 'Tanh'])), x),
        lambda: make.node('Mul', x, make.node('Sigmoid', x)),
        lambda: make.node('MaxPool', x, **around),
        lambda: make.node('AveragePool', x, **around),
        lambda: make.conv(make.node('Concat', x, y, axis=1), 2 * planes, planes),
        lambda: make.node('Mul', x, make.node('GlobalAveragePool', x)),
        lambda: make.node('Resize', _halved(make, x), '', grown, mode=mode),
    ]
    return ways[random.integers(len(ways))]()


def _halved(make: Maker, x: str) -> str:
    return make.node('MaxPool', x, kernel_shape=[2, 2], strides=[2, 2])
