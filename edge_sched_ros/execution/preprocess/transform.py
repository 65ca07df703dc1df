# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Transforms from the network's pixels back to the source's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.network import InputSpec

#: most pixels of a picture before it is cropped, per pixel of the network's input, and in any
#: case allowed: one of 1x5000 would become one of gigabytes
_MOST_CROPPED = 64
_ALWAYS_CROPPED = 2**22


@dataclass(frozen=True, slots=True)
class Transform:
    """
    The position of the source in the network's input: ``input = source * scale + offset``.

    :param source_width: pixels
    :param source_height: pixels
    """

    scale_x: float
    scale_y: float
    offset_x: float
    offset_y: float
    source_width: int
    source_height: int

    def to_source(self, boxes_xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return Nx4 boxes in source pixels, clipped to the source."""
        offset = np.array([self.offset_x, self.offset_y] * 2, np.float32)
        scale = np.array([self.scale_x, self.scale_y] * 2, np.float32)
        limit = np.array([self.source_width, self.source_height] * 2, np.float32)
        return np.clip((boxes_xyxy - offset) / scale, 0, limit)


def fit(spec: InputSpec, width: int, height: int) -> Transform:
    """
    Return the transform of a source of this size into the network's input.

    :raises FrameError: ``too_long`` when nearly all of the picture would be cropped
    """
    return _fit(spec, width, height, multiple=1)


def fit_even(spec: InputSpec, width: int, height: int) -> Transform:
    """
    Return the transform of a source of this size for units that make only even sizes.

    The picture becomes at most a pixel narrower or lower than with :func:`fit`; the transform is
    exact.
    """
    return _fit(spec, width, height, multiple=2)


def _fit(spec: InputSpec, width: int, height: int, *, multiple: int) -> Transform:
    ratio_x, ratio_y = spec.width / width, spec.height / height
    if spec.resize == 'stretch':
        return Transform(ratio_x, ratio_y, 0.0, 0.0, width, height)
    ratio = min(ratio_x, ratio_y) if spec.resize == 'letterbox' else max(ratio_x, ratio_y)
    # whole pixels, so that the transform matches the picture exactly
    new_width, new_height = (
        max(multiple, round(side * ratio) // multiple * multiple) for side in (width, height)
    )
    if spec.resize == 'crop':
        # no side may be shorter than the network's
        new_width = max(new_width, -(-spec.width // multiple) * multiple)
        new_height = max(new_height, -(-spec.height // multiple) * multiple)
        most = max(_ALWAYS_CROPPED, _MOST_CROPPED * spec.width * spec.height)
        if new_width * new_height > most:
            size, used = f'{width}x{height}', f'{spec.width}x{spec.height}'
            told = f'an image of {size} is too long or too high for resize: crop to {used}'
            raise FrameError('too_long', told, about=size)
    centred = spec.align == 'center' or spec.resize == 'crop'
    offset_x = (spec.width - new_width) // 2 if centred else 0
    offset_y = (spec.height - new_height) // 2 if centred else 0
    return Transform(
        new_width / width, new_height / height, float(offset_x), float(offset_y), width, height
    )
