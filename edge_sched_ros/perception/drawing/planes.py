# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Values of every pixel (masks, classes, depth) as colours over a picture."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.perception.drawing.text import colour_of
from edge_sched_ros.perception.drawing.text import Picture
from edge_sched_ros.perception.results import DepthMap

#: share of the colours over the picture
_OPACITY = 0.5
_NEAREST_PERCENT, _FARTHEST_PERCENT = 2, 98


def in_source(
    plane: NDArray[Any], place: Any, picture: Picture, scale: float = 1.0
) -> NDArray[Any]:
    """
    Return a plane at every pixel of a picture: its nearest value.

    :param place: has the plane's scale and offset in the source
    :param scale: pixels of the picture per pixel of the source
    """
    height, width = picture.shape[:2]
    rows = (np.arange(height) + 0.5) / scale * place.scale_y + place.offset_y
    columns = (np.arange(width) + 0.5) / scale * place.scale_x + place.offset_x
    found: NDArray[Any] = plane[
        np.clip(rows.astype(np.int64), 0, plane.shape[0] - 1)[:, None],
        np.clip(columns.astype(np.int64), 0, plane.shape[1] - 1)[None],
    ]
    return found


def blend_numbers(canvas: Picture, numbers: NDArray[Any], *, hide_zero: bool = False) -> None:
    """
    Colour every pixel by its number.

    :param hide_zero: whether pixels with number 0 keep the picture
    """
    table = np.array([colour_of(one) for one in range(int(numbers.max()) + 1)], np.uint8)
    blend(canvas, table[numbers], numbers != 0 if hide_zero else None)


def blend(canvas: Picture, colours: Picture, where: NDArray[np.bool_] | None = None) -> None:
    """
    Lay colours over a picture, half and half.

    :param where: the pixels to colour; ``None`` for all
    """
    import cv2

    mixed = cv2.addWeighted(canvas, 1 - _OPACITY, colours, _OPACITY, 0.0)
    if where is None:
        canvas[:] = mixed
    else:
        np.copyto(canvas, mixed, where=where[:, :, None])


def depth_colours(
    depth: DepthMap, picture: Picture, scale: float = 1.0
) -> tuple[Picture, NDArray[np.bool_], str]:
    """
    Return depth in colours (red is near, blue is far), where it is known, and its range in words.

    :param scale: pixels of the picture per pixel of the source
    """
    import cv2

    values = in_source(depth.depth_m, depth, picture, scale)
    known = np.isfinite(values)
    if not known.any():
        return np.zeros_like(picture), known, 'no depth is known'
    near, far = np.percentile(values[known], (_NEAREST_PERCENT, _FARTHEST_PERCENT))
    share = np.clip((values - near) / max(float(far - near), 1e-9), 0, 1)
    grey = np.where(known, 255 * (1 - share), 0).astype(np.uint8)
    colours = np.asarray(cv2.applyColorMap(grey, cv2.COLORMAP_JET), np.uint8)
    colours[~known] = 0
    return colours, known, f'{near:.2f} m (red) to {far:.2f} m (blue)'
