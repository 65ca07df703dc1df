# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Networks of a system file as graphs of segments, which the high-level dispatcher schedules."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import replace

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.high_level.graph import NetworkGraph
from edge_sched_ros.core.high_level.graph import Segment
from edge_sched_ros.core.high_level.graph import Tensor
from edge_sched_ros.system.network import Variant
from edge_sched_ros.system.pieces import keyed_pieces
from edge_sched_ros.system.stage_costs import network_called
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.wiring import IMAGE
from edge_sched_ros.system.wiring import POSTPROCESS
from edge_sched_ros.system.wiring import PREPROCESS
from edge_sched_ros.system.wiring import RESULT
from edge_sched_ros.system.wiring import wired
from edge_sched_ros.system.workload import Piece


def network_graph(system: SystemFile, name: str) -> NetworkGraph:
    """
    Return the first variant of a network as a graph.

    Stages without tensors form a chain; a tensor without a type and a shape has size 0.

    :param name: a key of the system's networks, or of its costs
    :raises ConfigError: when there is none
    """
    network = network_called(name, system.networks, system.costs, system.at('networks'))
    return _graph(name, network.first)


def task_graph(system: SystemFile, task: str) -> NetworkGraph:
    """
    Return all that a task runs as one graph, its networks one after the other.

    Its name says which networks these are, and the unit that each is bound to.

    :raises ConfigError: for a network that is not there
    """
    pieces = keyed_pieces(system.tasks[task])
    graphs = []
    for key, piece in pieces:
        where = system.at('tasks', task, *key)
        network = network_called(piece.network, system.networks, system.costs, where)
        graphs.append(_graph(piece.network, network.first))
    *before, found = graphs
    for graph in reversed(before):
        found = _joined(_prefixed(graph), found)
    names = [segment.name for segment in found.segments]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigError(system.at('tasks', task), f"makes a second stage '{twice}'")
    return replace(found, name=pieces_name([piece for _, piece in pieces]))


def pieces_name(pieces: Sequence[Piece]) -> str:
    """Return what a graph of the networks of a task is called; one network alone by its name."""
    names = (f'{one.network}@{one.unit}' if one.unit else one.network for one in pieces)
    return '+'.join(names)


def with_programs(
    graph: NetworkGraph,
    *,
    image_nbytes: int = 0,
    result_nbytes: int = 0,
    home_only: bool = False,
) -> NetworkGraph:
    """
    Return a network with ``preprocess`` before it and ``postprocess`` after it.

    :param image_nbytes: size of the picture
    :param result_nbytes: size of the result
    :param home_only: whether ``postprocess`` keeps a state of earlier frames
    """
    before = Segment(PREPROCESS, (IMAGE,), graph.inputs)
    after = Segment(POSTPROCESS, graph.outputs, (RESULT,), home_only)
    sizes = {IMAGE: image_nbytes, RESULT: result_nbytes}
    tensors = {name: Tensor(name, nbytes) for name, nbytes in sizes.items()}
    return replace(
        graph,
        segments=(before, *graph.segments, after),
        inputs=(IMAGE,),
        outputs=(RESULT,),
        tensors={**tensors, **graph.tensors},
    )


def digest_of(variant: Variant) -> str:
    """Return what the files of a variant are known by; empty where the system does not say."""
    parts = [(stage.name, stage.digest) for stage in variant.stages if stage.digest]
    if not parts:
        return variant.digest or variant.sha256
    text = ''.join(f'{name} {digest}\n' for name, digest in parts)
    return f'sha256:{hashlib.sha256(text.encode()).hexdigest()}'


def _graph(name: str, variant: Variant) -> NetworkGraph:
    wiring = wired(variant.all_stages, variant.inputs, variant.outputs)
    given = [one for segment in wiring.segments for one in segment.outputs]
    sizes = {one: tensor.nbytes for one, tensor in variant.tensors.items()}
    tensors = {one: Tensor(one, sizes.get(one, 0)) for one in (*wiring.inputs, *given)}
    return NetworkGraph(
        name, wiring.segments, wiring.inputs, wiring.outputs, tensors, digest_of(variant)
    )


def _prefixed(graph: NetworkGraph) -> NetworkGraph:
    """Return a graph whose segments and tensors begin with its name, as no other's do."""

    def named(names: Iterable[str]) -> tuple[str, ...]:
        return tuple(f'{graph.name}_{name}' for name in names)

    segments = (
        Segment(f'{graph.name}_{one.name}', named(one.inputs), named(one.outputs), one.home_only)
        for one in graph.segments
    )
    tensors = {name: tensor for name, tensor in zip(named(graph.tensors), graph.tensors.values())}
    return NetworkGraph(
        graph.name,
        tuple(segments),
        named(graph.inputs),
        named(graph.outputs),
        {name: replace(tensor, name=name) for name, tensor in tensors.items()},
        graph.digest,
    )


def _joined(first: NetworkGraph, then: NetworkGraph) -> NetworkGraph:
    """Return one graph of two: what takes an input of the second takes the first's outputs."""
    segments = []
    for segment in then.segments:
        own = tuple(name for name in segment.inputs if name not in then.inputs)
        at_begin = len(own) < len(segment.inputs)
        segments.append(replace(segment, inputs=(*first.outputs, *own) if at_begin else own))
    tensors = {name: one for name, one in then.tensors.items() if name not in then.inputs}
    digests = [graph.digest for graph in (first, then) if graph.digest]
    return NetworkGraph(
        then.name,
        (*first.segments, *segments),
        first.inputs,
        then.outputs,
        {**first.tensors, **tensors},
        '+'.join(digests),
    )
