# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Masks as sums of prototypes, one coefficient each.

Source: Bolya et al., "YOLACT: Real-time Instance Segmentation", ICCV 2019. A pixel belongs to an
object where the weighted sum of the prototypes, enlarged to the input by linear interpolation, is
above zero (its logistic function above 0.5), inside the object's box.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.perception.decoders.planes import window_of
from edge_sched_ros.perception.masks import Masks
from edge_sched_ros.perception.masks import masks_of

_Window = tuple[int, int, int, int]


def prototype_masks(
    coefficients: NDArray[np.float32],
    boxes_xyxy: NDArray[np.float32],
    prototypes: NDArray[Any],
    input_size: tuple[int, int],
    way: Transform,
) -> Masks:
    """
    Return masks in the pixels of the network's input, without its padding.

    :param coefficients: NxP
    :param boxes_xyxy: Nx4 in the network's pixels
    :param prototypes: PxHxW, each a whole number of times smaller than the input
    :param way: from the source to the input
    """
    part = window_of(input_size, input_size, way)
    windows, pixels = [], []
    for weights, box in zip(coefficients, boxes_xyxy):
        x0, y0, x1, y1 = _window(box, (part.x0, part.y0, part.x1, part.y1))
        pixels.append(_enlarged(weights, prototypes, (x0, y0, x1, y1), input_size) > 0)
        windows.append((x0 - part.x0, y0 - part.y0, x1 - part.x0, y1 - part.y0))
    size = (part.x1 - part.x0, part.y1 - part.y0)
    return masks_of(windows, pixels, size, part.place)


def _window(box: NDArray[np.float32], limits: _Window) -> _Window:
    """Return the pixels whose number lies inside a box, within limits."""
    least_x, least_y, most_x, most_y = limits
    x0, y0, x1, y1 = (math.ceil(side) for side in box.tolist())
    x0, y0 = min(max(x0, least_x), most_x), min(max(y0, least_y), most_y)
    return x0, y0, max(x0, min(x1, most_x)), max(y0, min(y1, most_y))


def _enlarged(
    weights: NDArray[np.float32],
    prototypes: NDArray[Any],
    window: _Window,
    input_size: tuple[int, int],
) -> NDArray[np.float32]:
    """Return a weighted sum of prototypes inside a window of the input, interpolated."""
    import cv2

    x0, y0, x1, y1 = window
    if x1 <= x0 or y1 <= y0:
        return np.zeros((y1 - y0, x1 - x0), np.float32)
    _, rows, columns = prototypes.shape
    times_x, times_y = input_size[0] // columns, input_size[1] // rows
    # with a margin of one, which interpolation at the border of the window needs
    left, right = max(0, x0 // times_x - 1), min(columns, -(-x1 // times_x) + 1)
    top, bottom = max(0, y0 // times_y - 1), min(rows, -(-y1 // times_y) + 1)
    near = prototypes[:, top:bottom, left:right].astype(np.float32, copy=False)
    small = (weights @ near.reshape(len(near), -1)).reshape(bottom - top, right - left)
    size = ((right - left) * times_x, (bottom - top) * times_y)
    large: NDArray[Any] = cv2.resize(small, size, interpolation=cv2.INTER_LINEAR)
    first_x, first_y = x0 - left * times_x, y0 - top * times_y
    found: NDArray[np.float32] = large[first_y : first_y + y1 - y0, first_x : first_x + x1 - x0]
    return found
