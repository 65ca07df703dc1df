# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Which part of a camera's full picture an image shows, according to its ``CameraInfo``.

Width, height and matrices of a ``sensor_msgs/CameraInfo`` are those of the full picture at full
resolution. The region of interest is a window of it; binning reduces the window's size.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.core.errors import EdgeSchedError

#: tolerance for rounding of a side by drivers, in pixels
_ROUNDING_PX = 1.0


class MisfitError(EdgeSchedError):
    """A ``CameraInfo`` that cannot belong to the image."""


@dataclass(frozen=True, slots=True)
class FittedInfo:
    """
    A ``CameraInfo`` and the position of an image in the full picture.

    ``u_image = scale * (u_full - offset + 0.5) - 0.5``; pixel centres are whole numbers.

    :param info: the message
    :param size: width and height of the image
    :param exact: whether the image has the described size; otherwise it was resized
    """

    info: Any
    size: tuple[int, int]
    scale_x: float
    scale_y: float
    offset_x: int
    offset_y: int
    exact: bool


def fit_info(info: Any, size: tuple[int, int]) -> FittedInfo:
    """
    Return the position of an image in the picture that a ``CameraInfo`` describes.

    An image of the same proportions counts as resized.

    :param size: width and height of the image
    :raises MisfitError: when it cannot belong to the image
    """
    _check_numbers(info)
    x, y, width, height = _window(info)
    binning_x, binning_y = max(1, info.binning_x), max(1, info.binning_y)
    told = width / binning_x, height / binning_y
    if all(abs(have - want) < _ROUNDING_PX for have, want in zip(size, told)):
        return FittedInfo(info, size, 1 / binning_x, 1 / binning_y, x, y, True)
    across, down = size[0] / told[0], size[1] / told[1]
    resized = (
        abs(size[1] - told[1] * across) <= _ROUNDING_PX
        or abs(size[0] - told[0] * down) <= _ROUNDING_PX
    )
    if not resized:
        raise MisfitError(
            f'it describes images of {told[0]:g}x{told[1]:g} pixels, '
            f'the image has {size[0]}x{size[1]}'
        )
    return FittedInfo(info, size, across / binning_x, down / binning_y, x, y, False)


def _check_numbers(info: Any) -> None:
    """Refuse impossible matrices; all zeros mean an uncalibrated camera."""
    for name, values, columns in (('K', info.k, 3), ('P', info.p, 4), ('D', info.d, 0)):
        if not all(map(math.isfinite, values)):
            raise MisfitError(f'its {name} contains numbers that are not finite')
        if columns and any(values) and min(values[0], values[columns + 1]) <= 0:
            raise MisfitError(
                f'its {name} has focal lengths of {values[0]:g} and {values[columns + 1]:g} pixels'
            )


def _window(info: Any) -> tuple[int, int, int, int]:
    """Return x, y, width and height of the region of interest; the full picture if not set."""
    roi, full = info.roi, (int(info.width), int(info.height))
    if min(full) <= 0:
        raise MisfitError(
            f'its size is not set: it describes images of {full[0]}x{full[1]} pixels'
        )
    x, y = int(roi.x_offset), int(roi.y_offset)
    width, height = int(roi.width) or full[0] - x, int(roi.height) or full[1] - y
    if min(width, height) <= 0 or x + width > full[0] or y + height > full[1]:
        raise MisfitError(
            f'its region of interest, {roi.width}x{roi.height} at ({x}, {y}), lies outside '
            f'its {full[0]}x{full[1]} pixels'
        )
    return x, y, width, height
