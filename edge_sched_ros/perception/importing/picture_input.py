# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which input of a graph takes the picture, and what its shape tells."""

from __future__ import annotations

from dataclasses import dataclass

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.importing.graph import OnnxGraph

_CHANNELS = (1, 3)
_DTYPES = ('float32', 'float16', 'uint8')
#: of a picture that a network file can describe
_MOST_CHANNELS = 64


@dataclass(frozen=True, slots=True)
class PictureInput:
    """
    The input of a graph that takes the picture.

    :param layout: ``nchw`` or ``nhwc``
    :param width: pixels; ``None`` if it may vary
    :param height: pixels; ``None`` if it may vary
    :param gray: whether it has one channel
    :param others: the other inputs
    """

    info: TensorInfo
    layout: str
    width: int | None
    height: int | None
    gray: bool
    others: tuple[TensorInfo, ...]


def picture_input(graph: OnnxGraph) -> PictureInput:
    """
    Return the first input that can take a picture.

    :raises ConfigError: when there is none
    """
    for info in graph.inputs:
        layout = _layout(info)
        if layout is None:
            continue
        others = tuple(other for other in graph.inputs if other is not info)
        if layout == 'nchw':
            channels, height, width = info.shape[1:]
        else:
            height, width, channels = info.shape[1:]
        return PictureInput(info, layout, width, height, channels == 1, others)
    seen = ', '.join(map(str, graph.inputs)) or 'none'
    raise ConfigError(
        str(graph.file),
        'has no input for one picture: four sizes, 1 or 3 of them channels, of '
        f'{", ".join(_DTYPES)}; its inputs: {seen:.200}{_hint(graph)}',
    )


def _hint(graph: OnnxGraph) -> str:
    """Return how a network file describes the input that has more channels, if there is one."""
    for info in graph.inputs:
        if len(info.shape) != 4 or info.shape[0] not in (1, None) or info.dtype not in _DTYPES:
            continue
        first, _, last = (size or _MOST_CHANNELS + 1 for size in info.shape[1:])
        # exporters of PyTorch put channels first
        channels = last if last < min(first, info.shape[2] or last + 1) else first
        if 2 <= channels <= _MOST_CHANNELS:
            return _more_channels(info, channels)
    return ''


def _more_channels(info: TensorInfo, channels: int) -> str:
    stack = f'inputs: {{{info.name}: {{from: stack, parts: [...]}}}}'
    told = (
        f'; write its YAML file (docs/networks.md): {channels} channels are several pictures, '
        f'{stack}, one of which may be a depth_image'
    )
    if channels < 4 or info.dtype == 'uint8':
        return told
    return f'{told}, or those of one camera, input: {{colour: raw, channels: {channels}}}'


def _layout(info: TensorInfo) -> str | None:
    if len(info.shape) != 4 or info.dtype not in _DTYPES:
        return None
    batch, first, _, last = info.shape
    if batch not in (1, None):
        return None
    if first in _CHANNELS:
        return 'nchw'
    if last in _CHANNELS:
        return 'nhwc'
    # every size may vary: exporters of PyTorch put channels first
    return 'nchw' if first is None and last is None else None
