# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What a network takes beside its picture, by the names that exporters give the inputs.

Sources: RT-DETR and D-FINE, tools of their repositories (``orig_target_sizes``, width first);
PaddleDetection, ppdet/engine/export_utils.py (``im_shape``, ``scale_factor``, height first); ONNX
model zoo, yolov3 (``image_shape``, height first); optimum, DETR (``pixel_mask``, ones).

Sizes are those of the network's own input, so that it gives boxes in pixels of that, which the
decoder takes back to the source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from math import prod
from typing import Any

from edge_sched_ros.execution import more_inputs as kinds
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.importing.graph import OnnxGraph
from edge_sched_ros.perception.importing.picture_input import PictureInput

_WIDTH_FIRST = re.compile(r'orig_target_sizes?|orig_sizes?|target_sizes?')
_SIZE = re.compile(r'(im|img|image|input)_?(shape|size|hw)s?')
_FACTOR = re.compile(r'(im_?|img_?)?scale(_factors?)?')
_CAMERA = re.compile(r'k|intrinsics?|camera(_matrix|_info|_intrinsics)?|cam_k')
_MASK = re.compile(r'(pixel_|attention_|img_|image_)?masks?')
_RIGHT = re.compile(r'.*right.*')
_EARLIER = re.compile(r'.*(prev|previous|past|earlier).*')
#: end of the name of a state before a run -> after it
_STATES = (('_in', '_out'), ('in', 'out'), ('i', 'o'), ('_input', '_output'), ('0', 'n'))


@dataclass(frozen=True, slots=True)
class ExtraInputs:
    """
    The key ``inputs`` of a network.

    :param values: name of an input -> where its values come from
    :param states: names of the outputs that the next run takes
    :param doubts: one sentence for each input that is not certain
    """

    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    states: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def extra_inputs(graph: OnnxGraph, picture: PictureInput) -> ExtraInputs:
    """Return where the values of the inputs beside the picture come from, as far as known."""
    values: dict[str, Mapping[str, Any]] = {}
    states, doubts = [], []
    for info in picture.others:
        state = _state_of(info, graph)
        found = {'from': kinds.STATE, 'output': state} if state else _by_name(info, picture)
        if found is None:
            doubts.append(f"Nothing tells the input {info}: describe it under 'inputs'.")
            continue
        values[info.name] = found
        if state:
            states.append(state)
        source = ', '.join(f'{key}: {value}' for key, value in found.items())
        doubts.append(f'The input {info.name} is taken by its name for ({source}).')
    return ExtraInputs(values, tuple(states), tuple(doubts))


def _by_name(info: TensorInfo, picture: PictureInput) -> dict[str, Any] | None:
    name = info.name.lower().removesuffix(':0')
    count = prod(size or 1 for size in info.shape)
    if len(info.shape) == 4 and info.shape[1:] == picture.info.shape[1:]:
        if _RIGHT.fullmatch(name):
            return {'from': kinds.SECOND_IMAGE}
        return {'from': kinds.PREVIOUS_IMAGE} if _EARLIER.fullmatch(name) else None
    if count == 2 and _WIDTH_FIRST.fullmatch(name):
        return {'from': kinds.IMAGE_SIZE, 'of': 'network', 'order': 'wh'}
    if count == 2 and _SIZE.fullmatch(name):
        return {'from': kinds.IMAGE_SIZE, 'of': 'network', 'order': 'hw'}
    if count in (1, 2) and _FACTOR.fullmatch(name):
        return {'from': kinds.CONSTANT, 'value': 1}
    if count in (4, 9) and _CAMERA.fullmatch(name):
        return {'from': kinds.CAMERA_INFO}
    if _MASK.fullmatch(name):
        return {'from': kinds.CONSTANT, 'value': 1}
    return None


def _state_of(info: TensorInfo, graph: OnnxGraph) -> str:
    """Return the output that the next run takes as an input; empty for none."""
    outputs = {output.name: output for output in graph.outputs}
    for before, after in _STATES:
        name = info.name.removesuffix(before) + after
        if info.name.endswith(before) and name in outputs and outputs[name].fits(info):
            return name
    return ''
