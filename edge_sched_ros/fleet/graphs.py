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
from edge_sched_ros.fleet.wire.result_forms import ANSWERS
from edge_sched_ros.fleet.wire.tensors import Expected

IMAGE, GEOMETRY, RESULT = 'image', 'geometry', 'result'
#: what only the home device has: the frame with its message, and what the task before found
FRAME, BEFORE = 'frame', 'before'
_TAKEN = (IMAGE, GEOMETRY, RESULT, FRAME, BEFORE)
#: numbers that say how a picture lies in a network's input
GEOMETRY_SIZE = 6
#: what a camera's picture takes on a link while no frame has come: 640x480 in colour
IMAGE_NBYTES = 640 * 480 * 3
#: some boxes, or a small depth map
_RESULT_NBYTES = 4096
#: objects in a picture, to tell what their crops take on a link
_OBJECTS = 8


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
    name: str = '',
    home_only: bool = False,
    image_nbytes: int = IMAGE_NBYTES,
    output: str = '',
) -> NetworkForm:
    """
    Return the form of a network whose segments are loaded, in a topological order.

    How the picture lies in the input (``geometry``) goes from preprocessing to postprocessing.

    :param outputs: names of the tensors that are the network's answer, in the decoder's order
    :param name: of the graph; that of the network when empty
    :param home_only: whether its answers may be made on the task's home device only
    :param image_nbytes: what a picture takes on a link
    :param output: kind of its answers; the class of those of an unknown kind is not checked
    """
    segments = tuple(segments)
    first = segments[0].inputs
    infos = {_name(i.name): i for one in segments for i in (*one.inputs, *one.outputs)}
    expected = {name: Expected(info.dtype, info.shape) for name, info in infos.items()}
    expected[GEOMETRY] = Expected('float64', (GEOMETRY_SIZE,))
    if output in ANSWERS:
        expected[RESULT] = Expected(answer=ANSWERS[output])
    sizes = {name: _nbytes(info) for name, info in infos.items()}
    sizes |= {GEOMETRY: 8 * GEOMETRY_SIZE, IMAGE: image_nbytes, RESULT: _RESULT_NBYTES}
    found = (
        Segment(PREPROCESS, (IMAGE,), (*_names(first), GEOMETRY)),
        *(Segment(one.name, _names(one.inputs), _names(one.outputs)) for one in segments),
        Segment(POSTPROCESS, (*map(_name, outputs), GEOMETRY), (RESULT,), home_only),
    )
    graph = NetworkGraph(
        name or spec.name, found, (IMAGE,), (RESULT,), _tensors(sizes), identity_of(spec)
    )
    return NetworkForm(graph, expected)


def crops_form(
    spec: NetworkSpec, segments: Iterable[SegmentIO], outputs: Iterable[str], *, name: str = ''
) -> NetworkForm:
    """
    Return the form of a network that works on the boxes of another task, and of its tracker.

    Crops are made and tracks are kept at home; the network itself may run anywhere. Every tensor
    has a row for each box, whatever the network takes at a time.

    :param segments: in a topological order
    :param outputs: names of the tensors that are the network's answer, in the decoder's order
    :param name: of the graph; that of the network when empty
    """
    segments = tuple(segments)
    infos = {_name(i.name): i for one in segments for i in (*one.inputs, *one.outputs)}
    expected = {
        tensor: Expected(info.dtype, (None, *info.shape[1:])) for tensor, info in infos.items()
    }
    sizes = {
        tensor: _OBJECTS * _nbytes(TensorInfo(info.name, (1, *info.shape[1:]), info.dtype))
        for tensor, info in infos.items()
    }
    sizes |= {FRAME: 0, BEFORE: 0, RESULT: _RESULT_NBYTES}
    found = (
        Segment(PREPROCESS, (FRAME, BEFORE), _names(segments[0].inputs), home_only=True),
        *(Segment(one.name, _names(one.inputs), _names(one.outputs)) for one in segments),
        Segment(POSTPROCESS, (*map(_name, outputs), BEFORE), (RESULT,), home_only=True),
    )
    graph = NetworkGraph(
        name or spec.name, found, (FRAME, BEFORE), (RESULT,), _tensors(sizes), identity_of(spec)
    )
    return NetworkForm(graph, expected)


def program_form(name: str, stages: Iterable[str], *, cascade: bool) -> NetworkForm:
    """
    Return the form of a program without a network: a chain of stages, all at home.

    What a job carries from stage to stage is a tensor that is never sent.

    :param name: of the graph, unique
    :param cascade: whether it works on what a task before it found
    """
    segments: list[Segment] = []
    inputs = taken = (FRAME, BEFORE) if cascade else (FRAME,)
    for stage in stages:
        given = (f'after {stage}',)
        segments.append(Segment(stage, taken, given, home_only=True))
        taken = given
    last = segments[-1]
    segments[-1] = Segment(last.name, last.inputs, (RESULT,), home_only=True)
    names = {tensor for one in segments for tensor in (*one.inputs, *one.outputs)}
    sizes = dict.fromkeys(sorted(names), 0)
    return NetworkForm(NetworkGraph(name, tuple(segments), inputs, (RESULT,), _tensors(sizes)))


def _tensors(sizes: Mapping[str, int]) -> dict[str, Tensor]:
    return {name: Tensor(name, nbytes) for name, nbytes in sizes.items()}


def _names(infos: Iterable[TensorInfo]) -> tuple[str, ...]:
    return tuple(_name(info.name) for info in infos)


def _name(tensor: str) -> str:
    """Return a tensor's name in the graph, apart from those that the graph has itself."""
    return f'{tensor}.' if tensor in _TAKEN else tensor


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
