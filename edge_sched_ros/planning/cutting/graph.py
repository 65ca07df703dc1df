# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A network as operators and tensors; what depends on no input is not part of it."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.planning.cutting.reading import data_inputs

#: what operators are called that change the size of pictures between pixels
INTERPOLATION = 'Interpolation'
_INTERPOLATES = (b'linear', b'cubic')


@dataclass(frozen=True, slots=True)
class Operator:
    """
    A node whose result depends on the inputs of the network.

    :param index: of the node in its file
    :param kind: the type of the node, or what stands for it
    :param inputs: tensors that depend on the network's inputs, each once
    :param outputs: tensors it gives
    """

    index: int
    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dataflow:
    """
    What the inputs of a network go through.

    :param operators: in a topological order
    """

    operators: tuple[Operator, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    def consumers(self) -> dict[str, list[int]]:
        """Return tensor -> places in ``operators`` of those that take it."""
        found: dict[str, list[int]] = {}
        for place, operator in enumerate(self.operators):
            for name in operator.inputs:
                found.setdefault(name, []).append(place)
        return found


def dataflow(graph: Any) -> Dataflow:
    """Return the operators of a graph that depend on its inputs and that its outputs need."""
    inputs = tuple(value.name for value in data_inputs(graph))
    depends = set(inputs)
    found = []
    for index, node in enumerate(graph.node):
        taken = tuple(dict.fromkeys(name for name in names_taken(node) if name in depends))
        if not taken:
            continue
        given = tuple(name for name in node.output if name)
        depends.update(given)
        found.append(Operator(index, _kind(node), taken, given))
    outputs = tuple(value.name for value in graph.output)
    return Dataflow(_needed(found, outputs), inputs, outputs)


def _needed(operators: Sequence[Operator], outputs: Iterable[str]) -> tuple[Operator, ...]:
    """Return the operators without those whose results nothing takes."""
    needed = set(outputs)
    found = []
    for operator in reversed(operators):
        if not needed.isdisjoint(operator.outputs):
            needed.update(operator.inputs)
            found.append(operator)
    return tuple(reversed(found))


def _kind(node: Any) -> str:
    """Return what an operator is; one that interpolates is not one that repeats pixels."""
    kind: str = node.op_type
    if kind in ('Resize', 'Upsample') and any(a.s in _INTERPOLATES for a in node.attribute):
        return INTERPOLATION
    return kind


def names_taken(node: Any) -> list[str]:
    """Return the tensors a node takes, those that its inner graphs take from outside, too."""
    return [name for name in node.input if name] + [
        name for inner in _inner_graphs(node) for name in _taken_from_outside(inner)
    ]


def _inner_graphs(node: Any) -> Iterator[Any]:
    """Yield the bodies of ``If``, ``Loop`` and ``Scan``."""
    for attribute in node.attribute:
        if attribute.HasField('g'):
            yield attribute.g
        yield from attribute.graphs


def _taken_from_outside(graph: Any) -> list[str]:
    own = {value.name for value in graph.input} | {weight.name for weight in graph.initializer}
    found = []
    for node in graph.node:
        found += [name for name in names_taken(node) if name not in own]
        own.update(node.output)
    found += [value.name for value in graph.output if value.name not in own]
    return found
