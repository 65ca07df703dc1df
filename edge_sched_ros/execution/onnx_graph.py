# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Nodes, inputs and outputs of an ONNX file, read without the onnx package and without its weights.

ONNX Runtime reads no file with operators that it does not have. Field numbers are those of
onnx.proto (ModelProto, GraphProto, NodeProto, FunctionProto, ValueInfoProto, TypeProto).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from struct import calcsize
from struct import iter_unpack

from edge_sched_ros.execution.protobuf import fields
from edge_sched_ros.execution.protobuf import numbers
from edge_sched_ros.execution.protobuf import Source
from edge_sched_ros.execution.tensors import TensorInfo

_GRAPH, _FUNCTION = 7, 25
_NODE, _INITIALIZER, _INPUT, _OUTPUT = 1, 5, 11, 12
_TYPES = {1: 'float32', 2: 'uint8', 3: 'int8', 5: 'int16', 6: 'int32', 7: 'int64', 9: 'bool'}
_TYPES |= {10: 'float16', 11: 'float64', 12: 'uint32', 13: 'uint64'}
_FLOATS, _RAW = 4, 9
#: type of a tensor -> format of its raw values
_FORMS = {1: 'f', 7: 'q', 10: 'e', 11: 'd'}
_Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Node:
    """
    A node of a graph.

    :param operator: its ``op_type``
    :param domain: empty for the operators of ONNX
    """

    operator: str
    domain: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


class OnnxFile:
    """
    The graph of an ONNX file that is open.

    All methods raise ValueError where the file is cut off or not ONNX.
    """

    def __init__(self, source: Source, size: int) -> None:
        self._source = source
        self._parts: dict[int, list[_Range]] = {}
        for number, begin, end in fields(source, 0, size):
            if number in (_GRAPH, _FUNCTION):
                self._parts.setdefault(number, []).append((begin, end))

    def _graph(self, number: int) -> Iterator[_Range]:
        for begin, end in self._parts.get(_GRAPH, [])[-1:]:
            for found, at, until in fields(self._source, begin, end):
                if found == number:
                    yield at, until

    def nodes(self) -> Iterator[Node]:
        """Yield the nodes in the order of the file, not those of graphs inside of nodes."""
        for begin, end in self._graph(_NODE):
            texts = self._texts(begin, end, (1, 2, 4, 7))
            operator, domain = (''.join(texts[number][-1:]) for number in (4, 7))
            yield Node(operator, domain, tuple(texts[1]), tuple(texts[2]))

    def functions(self) -> set[tuple[str, str]]:
        """Return domain and name of the operators that the file defines itself."""
        texts = [self._texts(*part, (1, 10)) for part in self._parts.get(_FUNCTION, [])]
        return {(''.join(one[10][-1:]), ''.join(one[1][-1:])) for one in texts}

    def inputs(self) -> tuple[TensorInfo, ...]:
        """Return the inputs, without those that are weights."""
        weights = {''.join(self._texts(*at, (8,))[8][-1:]) for at in self._graph(_INITIALIZER)}
        found = (self._tensor(*at) for at in self._graph(_INPUT))
        return tuple(info for info in found if info.name not in weights)

    def outputs(self) -> tuple[TensorInfo, ...]:
        """Return the outputs."""
        return tuple(self._tensor(*at) for at in self._graph(_OUTPUT))

    def constants(self, most: int = 16) -> dict[str, tuple[float, ...]]:
        """
        Return name -> values of the weights and constants with few values.

        :param most: greatest number of values
        """
        found = {}
        tensors = [(self._texts(*at, (8,))[8], at) for at in self._graph(_INITIALIZER)]
        for begin, end in self._graph(_NODE):
            texts = self._texts(begin, end, (2, 4))
            inside = self._inside((begin, end), 5, 5)
            if texts[4] == ['Constant'] and inside is not None:
                tensors.append((texts[2], inside))
        for names, at in tensors:
            values = self._values(*at, most)
            if values:
                found[''.join(names[-1:])] = values
        return found

    def _values(self, begin: int, end: int, most: int) -> tuple[float, ...]:
        """Return the values of a tensor; none for too many, or for types that are rare here."""
        kind = dict(numbers(self._source, begin, end)).get(2, 0)
        form = _FORMS.get(kind)
        if form is None:
            return ()
        for number, at, until in fields(self._source, begin, end):
            size = until - at
            # packed floats are encoded as raw ones are
            if number in (_RAW, _FLOATS) and 0 < size <= most * calcsize(form):
                data = self._source.bytes(at, size)
                return tuple(float(one) for (one,) in iter_unpack(f'<{form}', data))
        return ()

    def _texts(self, begin: int, end: int, wanted: tuple[int, ...]) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {number: [] for number in wanted}
        for number, at, until in fields(self._source, begin, end):
            if number in found:
                found[number].append(self._source.bytes(at, until - at).decode())
        return found

    def _inside(self, part: _Range, *path: int) -> _Range | None:
        """Return the message at a path of field numbers."""
        for wanted in path:
            found = [(a, b) for number, a, b in fields(self._source, *part) if number == wanted]
            if not found:
                return None
            part = found[-1]
        return part

    def _tensor(self, begin: int, end: int) -> TensorInfo:
        name = ''.join(self._texts(begin, end, (1,))[1][-1:])
        kind = self._inside((begin, end), 2, 1)
        numbers_of_kind = {} if kind is None else dict(numbers(self._source, *kind))
        sizes = None if kind is None else self._inside(kind, 2)
        shape = () if sizes is None else tuple(self._sizes(*sizes))
        return TensorInfo(name, shape, _TYPES.get(numbers_of_kind.get(1, 0), 'unknown'))

    def _sizes(self, begin: int, end: int) -> Iterator[int | None]:
        for number, at, until in fields(self._source, begin, end):
            if number == 1:
                size = dict(numbers(self._source, at, until)).get(1)
                yield size if size is not None else size_of(self._texts(at, until, (2,))[2][-1:])


def size_of(name: list[str] | str) -> int | None:
    """
    Return the size that the name of a dimension is; ``None`` for a name.

    yolov7/export.py writes the sizes of its last outputs as names, '1', '100' and '4'.
    """
    text = ''.join(name)
    return int(text) if text.isascii() and text.isdigit() and int(text) > 0 else None


@contextmanager
def onnx_file(path: Path) -> Iterator[OnnxFile]:
    """
    Open an ONNX file.

    :raises OSError: when it cannot be opened
    :raises ValueError: when it is cut off or not ONNX
    """
    with path.open('rb', buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        yield OnnxFile(Source(file, size), size)
