# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A loaded network as a graph of segments, pre- and postprocessing among them."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field

import numpy as np

from edge_sched_ros.core.high_level.graph import NetworkGraph
from edge_sched_ros.core.high_level.graph import Segment
from edge_sched_ros.core.high_level.graph import Tensor
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.network_digest import network_sha256
from edge_sched_ros.execution.segments import POSTPROCESS
from edge_sched_ros.execution.segments import PREPROCESS
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.fleet.wire.tensors import Expected

IMAGE, GEOMETRY, RESULT = 'image', 'geometry', 'result'
#: numbers that say how a picture lies in a network's input
GEOMETRY_SIZE = 6
#: what a camera's picture takes on a link while no frame has come: 640x480 in colour
IMAGE_NBYTES = 640 * 480 * 3
#: some boxes, or a small depth map
_RESULT_NBYTES = 4096


@dataclass(frozen=True, slots=True)
class SegmentIO:
    """
    A segment of a network as its file has it.

    :param inputs: in the order its engine takes them
    """

    name: str
    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]


@dataclass(frozen=True, slots=True)
class NetworkForm:
    """
    A network's graph, and what it promises of its tensors.

    :param expected: by name in the graph
    """

    graph: NetworkGraph
    expected: Mapping[str, Expected] = field(default_factory=dict)


def form_of(
    spec: NetworkSpec,
    segments: Iterable[SegmentIO],
    outputs: Iterable[str],
    *,
    home_only: bool = False,
    image_nbytes: int = IMAGE_NBYTES,
) -> NetworkForm:
    """
    Return the form of a network whose segments are loaded, in a topological order.

    How the picture lies in the input (``geometry``) goes from preprocessing to postprocessing.

    :param outputs: names of the tensors that are the network's answer, in the decoder's order
    :param home_only: whether its answers may be made on the task's home device only
    :param image_nbytes: what a picture takes on a link
    """
    segments = tuple(segments)
    first = segments[0].inputs
    infos = {_name(i.name): i for one in segments for i in (*one.inputs, *one.outputs)}
    expected = {name: Expected(info.dtype, info.shape) for name, info in infos.items()}
    expected[GEOMETRY] = Expected('float64', (GEOMETRY_SIZE,))
    sizes = {name: _nbytes(info) for name, info in infos.items()}
    sizes |= {GEOMETRY: 8 * GEOMETRY_SIZE, IMAGE: image_nbytes, RESULT: _RESULT_NBYTES}
    found = (
        Segment(PREPROCESS, (IMAGE,), (*_names(first), GEOMETRY)),
        *(Segment(one.name, _names(one.inputs), _names(one.outputs)) for one in segments),
        Segment(POSTPROCESS, (*map(_name, outputs), GEOMETRY), (RESULT,), home_only),
    )
    graph = NetworkGraph(
        spec.name,
        found,
        (IMAGE,),
        (RESULT,),
        {name: Tensor(name, nbytes) for name, nbytes in sizes.items()},
        identity_of(spec),
    )
    return NetworkForm(graph, expected)


def _names(infos: Iterable[TensorInfo]) -> tuple[str, ...]:
    return tuple(_name(info.name) for info in infos)


def _name(tensor: str) -> str:
    """Return a tensor's name in the graph, apart from those that the graph has itself."""
    return f'{tensor}.' if tensor in (IMAGE, GEOMETRY, RESULT) else tensor


def _nbytes(info: TensorInfo) -> int:
    try:
        item = np.dtype(info.dtype).itemsize
    except TypeError:
        item = 4
    return math.prod(size or 1 for size in info.shape) * item


def identity_of(spec: NetworkSpec) -> str:
    """
    Return what must be equal on all devices for their answers to be: file, input and decoder.

    :raises ConfigError: when the network's file cannot be read
    """
    said = {
        'file': network_sha256(spec.file),
        'segments': '' if spec.segments is None else spec.segments.sha256,
        'input': asdict(spec.input),
        'decoder': spec.decoder,
        'options': {key: str(value) for key, value in sorted(spec.decoder_options.items())},
        'labels': list(spec.labels),
    }
    text = json.dumps(said, sort_keys=True)
    return f'sha256:{hashlib.sha256(text.encode()).hexdigest()}'
