# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Distances between boxes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def place_distance(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.float64]:
    """
    Return (1 - DIoU) / 2 of every box of a with every box of b, NxM, 0..1.

    Source: Zheng et al., "Distance-IoU Loss", AAAI 2020. Unlike IoU it still measures distance
    when boxes do not overlap.
    """
    a, b = _columns(a)[:, :, None], _columns(b)[:, None]
    width, height = np.maximum(a[2:], b[2:]) - np.minimum(a[:2], b[:2])
    beside, below = (a[:2] + a[2:] - b[:2] - b[2:]) / 2
    diagonal = np.maximum(width * width + height * height, 1e-9)
    apart = (beside * beside + below * below) / diagonal
    distance: NDArray[np.float64] = (1 - _overlap(a, b) + apart) / 2
    return distance


def overlap(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.float64]:
    """Return the IoU of every box of a with every box of b, NxM, 0..1."""
    return _overlap(_columns(a)[:, :, None], _columns(b)[:, None])


def _columns(boxes: NDArray[Any]) -> NDArray[np.float64]:
    """Return left, top, right and bottom as rows: sums over rows of two numbers are slow."""
    return np.ascontiguousarray(boxes.T, np.float64)


def _overlap(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    width, height = np.maximum(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0)
    shared = width * height
    sizes = _areas(a) + _areas(b)
    found: NDArray[np.float64] = shared / np.maximum(sizes - shared, 1e-9)
    return found


def _areas(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = (boxes[2] - boxes[0]) * (boxes[3] - boxes[1])
    return found
