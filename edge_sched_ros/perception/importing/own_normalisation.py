# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What a graph does itself to the pixels of its input: scale, mean, order of colours.

Some exporters put a part of the preparation into the graph: isl-org/MiDaS tf/make_onnx_model.py
(mean and deviation), meituan/YOLOv6 yolov6/models/end2end.py (``with_preprocess``: colours and
1/255), torchvision's detectors (mean and deviation), Keras (``Rescaling``, ``Normalization``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_sched_ros.execution.onnx_graph import Node
from edge_sched_ros.execution.onnx_graph import onnx_file
from edge_sched_ros.perception.importing.convention_rules import UNIT_SCALE

#: operators that leave values as they are
_PASSED = {'Cast', 'Identity', 'Transpose', 'Unsqueeze', 'Squeeze', 'Slice'}
_PASSED |= {'QuantizeLinear', 'DequantizeLinear'}
_RESHAPED = {'Cast', 'Identity', 'Reshape', 'Unsqueeze'}
_SWAPPED = (2.0, 1.0, 0.0)
#: a mean of pixels from 0 to 1 is less
_MOST_SHARE = 2.0
#: pixels of 0 to 255 are divided by at least this much
_LEAST_DIVISOR = 50.0
#: mean of ImageNet's pixels in the order red, green, blue, and how far others may be from it
_MEAN, _NEAR = (0.485, 0.456, 0.406), 0.004
#: operators that are looked at
_MOST_STEPS = 16


@dataclass(frozen=True, slots=True)
class OwnNormalisation:
    """
    What the first operators of a graph do.

    :param mean: what is subtracted from each channel; empty for nothing
    :param scale: factor before that
    :param divisor: the greatest number that values are divided by
    :param swaps: whether the first and the last channel change places
    """

    mean: tuple[float, ...] = ()
    scale: float = 1.0
    divisor: float = 1.0
    swaps: bool = False

    @property
    def takes_bytes(self) -> bool:
        """Whether the graph takes pixels of 0 to 255."""
        greatest = max(map(abs, self.mean), default=0.0)
        return greatest > _MOST_SHARE or max(self.divisor, 1 / self.scale) > _LEAST_DIVISOR

    @property
    def colour(self) -> str:
        """The order of colours that the mean of ImageNet's pixels tells; empty if none does."""
        mean = [
            value / (255 if self.takes_bytes and self.scale == 1 else 1) for value in self.mean
        ]
        for order, colour in ((1, 'rgb'), (-1, 'bgr')):
            if len(mean) == 3 and all(
                abs(one - other) < _NEAR for one, other in zip(mean, _MEAN[::order])
            ):
                return {'rgb': 'bgr', 'bgr': 'rgb'}[colour] if self.swaps else colour
        return ''

    def __str__(self) -> str:
        """Return what it does, for people."""
        does = ['exchanges the first and the last colour'] if self.swaps else []
        if self.takes_bytes:
            does.append('takes pixels of 0 to 255')
        if self.mean:
            values = ', '.join(f'{value:.4g}' for value in self.mean)
            does.append(f'subtracts a mean ({values})')
        return ' and '.join(does)

    @property
    def is_none(self) -> bool:
        """Whether the graph leaves pixels as they are."""
        return not (self.mean or self.swaps or self.takes_bytes)

    def left_of(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the keys of ``input`` without what the graph does itself."""
        left = dict(values)
        if self.mean or self.takes_bytes:
            for key in ('scale', 'mean', 'std'):
                left.pop(key, None)
        if self.mean and not self.takes_bytes:
            left['scale'] = UNIT_SCALE
        swapped = {'rgb': 'bgr', 'bgr': 'rgb'}.get(left.get('colour', ''), '')
        colour = self.colour or (swapped if self.swaps else '')
        return {**left, 'colour': colour} if colour else left


def own_normalisation(file: Path, picture: str) -> OwnNormalisation:
    """
    Return what a graph does to the pixels of its input.

    :param picture: name of the input
    """
    try:
        with onnx_file(file) as opened:
            nodes, constants = list(opened.nodes()), opened.constants()
    except (OSError, ValueError):
        return OwnNormalisation()
    for node in nodes:
        # a constant may get further axes before it is used
        if node.operator in _RESHAPED and constants.keys() & set(node.inputs[:1]):
            constants[node.outputs[0]] = constants[node.inputs[0]]
    users: dict[str, list[Node]] = {}
    for node in nodes:
        if node.operator != 'Shape':
            for name in node.inputs:
                users.setdefault(name, []).append(node)
    found = OwnNormalisation()
    for _ in range(_MOST_STEPS):
        using = users.get(picture, [])
        after = _after(found, using[0], picture, constants) if len(using) == 1 else None
        if after is None:
            break
        found, picture = after, using[0].outputs[0]
    return found


def _after(
    found: OwnNormalisation, node: Node, picture: str, constants: Mapping[str, tuple[float, ...]]
) -> OwnNormalisation | None:
    """Return what is done after one more node; ``None`` where the network begins."""
    others = [constants.get(name, ()) for name in node.inputs if name != picture]
    values = next((one for one in others if len(one) in (1, 3)), ())
    if node.operator in _PASSED:
        return found
    if node.operator == 'Gather':
        swaps = found.swaps != (values == _SWAPPED)
        return OwnNormalisation(found.mean, found.scale, found.divisor, swaps)
    first = node.inputs[0] == picture
    if not values or not all(values) or (node.operator in ('Sub', 'Div') and not first):
        return None
    sign = {'Sub': 1, 'Add': -1}.get(node.operator)
    if sign and not found.mean:
        mean = tuple(sign * value for value in values)
        return OwnNormalisation(mean, found.scale, found.divisor, found.swaps)
    if node.operator not in ('Mul', 'Div'):
        return None
    least = min(map(abs, values))
    divisor = least if node.operator == 'Div' else 1 / max(map(abs, values))
    scale = found.scale if found.mean else found.scale / divisor
    return OwnNormalisation(found.mean, scale, max(found.divisor, divisor), found.swaps)
