# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Makes an ONNX model of a segment: its nodes, and the weights and constants they need."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.installation.missing import need
from edge_sched_ros.planning.cutting.graph import names_taken
from edge_sched_ros.planning.cutting.segments import SegmentPlan
from edge_sched_ros.planning.cutting.sessions import MOST_BYTES

_MIB = 1 << 20


def extract(model: Any, segment: SegmentPlan, where: str) -> bytes:
    """
    Return the ONNX file of a segment.

    Unlike ``onnx.utils.Extractor`` it follows what the inner graphs of ``If`` and ``Loop`` take
    from outside. Weights that several segments need are in each of them.

    :param where: what messages call the network
    :raises ConfigError: when the file would be too large
    """
    onnx = need('onnx')
    graph = model.graph
    nodes, names = _with_constants(graph, segment)
    values = {value.name: value for value in (*graph.value_info, *graph.input, *graph.output)}
    ends = {*segment.inputs, *segment.outputs}
    weights = {weight.name for weight in graph.initializer} & names
    # ONNX Runtime takes weights that are inputs for no constants, and fuses less
    replaceable = [value for value in graph.input if value.name in weights]
    part = onnx.helper.make_graph(
        [graph.node[index] for index in nodes],
        segment.name,
        [values[name] for name in segment.inputs] + replaceable,
        [values[name] for name in segment.outputs],
        initializer=[weight for weight in graph.initializer if weight.name in names],
        value_info=[
            value for value in graph.value_info if value.name in names and value.name not in ends
        ],
    )
    made = onnx.helper.make_model(
        part,
        producer_name='edge_sched_ros',
        opset_imports=model.opset_import,
        ir_version=model.ir_version,
    )
    if made.ByteSize() > MOST_BYTES:
        problem = f'would be of {made.ByteSize() // _MIB} MiB, above the 2 GiB of an ONNX file'
        raise ConfigError(where, f'{segment.name} {problem}: more parts are needed')
    onnx.checker.check_model(made)
    data: bytes = made.SerializeToString(deterministic=True)
    return data


def _with_constants(graph: Any, segment: SegmentPlan) -> tuple[list[int], set[str]]:
    """Return the nodes, with those that give constants to them, and all tensors around them."""
    producer = {name: index for index, node in enumerate(graph.node) for name in node.output}
    found, waiting, names = set(segment.nodes), list(segment.nodes), set[str]()
    while waiting:
        node = graph.node[waiting.pop()]
        taken = names_taken(node)
        names.update(taken, node.output)
        for name in taken:
            index = producer.get(name)
            if index is not None and index not in found and name not in segment.inputs:
                found.add(index)
                waiting.append(index)
    return sorted(found), names
