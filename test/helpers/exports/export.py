# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A graph that looks like an exporter's: it gives zeros, whatever it is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import helper
from onnx import numpy_helper
from onnx import TensorProto

#: sizes; a text for one that may vary
Shape = tuple[int | str, ...]
#: number that a size that may vary has in the answer
_VARYING = 1


@dataclass(frozen=True)
class Export:
    """
    Names, shapes and metadata of an exported network.

    :param name: of its file
    :param title: of its row in docs/networks.md
    :param inputs: name -> shape; ``uint8`` before a name says its type
    :param outputs: name -> shape; the same
    :param decoder: decoder that reads it
    :param input: keys of ``input`` that belong to it
    :param labels: number of labels that its files tell
    :param prepares: what the graph does to its picture first: operator, and its numbers
    :param beside: file name -> text, of files that the exporter writes beside it
    """

    name: str
    title: str
    inputs: Mapping[str, Shape]
    outputs: Mapping[str, Shape]
    decoder: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    producer: str = 'pytorch'
    input: Mapping[str, object] = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)
    labels: int = 0
    prepares: tuple[tuple[str, tuple[float, ...]], ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict)

    def write(self, folder: Path, name: str = '') -> Path:
        """Write the ONNX file, and the files beside it, and return its path."""
        nodes: list[Any] = []
        infos, first = [], next(iter(self.inputs))
        for key, shape in self.outputs.items():
            kind, output = _typed(key)
            sizes = [size if isinstance(size, int) else _VARYING for size in shape]
            sizes_name = f'{output}_sizes'
            nodes += [
                *_sizes(sizes_name, sizes, varies=sizes != list(shape), of=_typed(first)[1]),
                helper.make_node(
                    'ConstantOfShape',
                    [sizes_name],
                    [output],
                    value=helper.make_tensor('zero', kind, [1], [0]),
                ),
            ]
            infos.append(helper.make_tensor_value_info(output, kind, shape))
        takes = []
        for key, shape in self.inputs.items():
            kind, name_ = _typed(key)
            takes.append(helper.make_tensor_value_info(name_, kind, shape))
        nodes += self._first_nodes(_typed(first)[1])
        model = helper.make_model(
            helper.make_graph(nodes, 'export', takes, infos),
            opset_imports=[helper.make_opsetid('', 17)],
            producer_name=self.producer,
        )
        model.ir_version = 8
        helper.set_model_props(model, dict(self.metadata))
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f'{name or self.name}.onnx'
        onnx.save(model, str(file))
        for beside, text in self.beside.items():
            (folder / beside).write_text(text, encoding='utf-8')
        return file

    def _first_nodes(self, picture: str) -> list[Any]:
        nodes = []
        for step, (operator, values) in enumerate(self.prepares):
            name, after = f'numbers_{step}', f'prepared_{step}'
            if operator == 'Gather':
                array, keys = np.array(values, np.int64), {'axis': 1}
            else:
                array, keys = np.array(values, np.float32).reshape(1, -1, 1, 1), {}
            value = numpy_helper.from_array(array)
            nodes += [
                helper.make_node('Constant', [], [name], value=value),
                helper.make_node(operator, [picture, name], [after], **keys),
            ]
            picture = after
        return nodes


def _sizes(name: str, sizes: list[int], *, varies: bool, of: str) -> list[Any]:
    """Return the nodes that give sizes; those that vary depend on an input, as in a network."""
    if not varies:
        return [helper.make_node('Constant', [], [name], value_ints=sizes)]
    return [
        helper.make_node('Constant', [], [f'{name}_fixed'], value_ints=sizes),
        helper.make_node('Constant', [], [f'{name}_none'], value_ints=[0]),
        helper.make_node('Shape', [of], [f'{name}_input']),
        helper.make_node('ReduceSum', [f'{name}_input'], [f'{name}_sum'], keepdims=1),
        helper.make_node('Mul', [f'{name}_sum', f'{name}_none'], [f'{name}_zero']),
        helper.make_node('Add', [f'{name}_fixed', f'{name}_zero'], [name]),
    ]


def _typed(key: str) -> tuple[int, str]:
    word, _, name = key.rpartition(' ')
    kind = {'': 'FLOAT', 'float16': 'FLOAT16'}.get(word, word.upper())
    return getattr(TensorProto, kind), name


def picture(side: int, width: int | None = None) -> Shape:
    """Return the shape of one picture, channels first."""
    return (1, 3, side, width or side)
