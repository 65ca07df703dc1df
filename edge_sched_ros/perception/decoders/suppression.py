# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Suppression of boxes that a better one overlaps."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: boxes that are compared at a time: the time for all pairs grows with their square
_CHUNK = 300


def suppressed(boxes_xyxy: NDArray[np.float64], overlap: float, *, most: int) -> NDArray[np.intp]:
    """
    Return the rows of the boxes that no better box overlaps, best first.

    :param boxes_xyxy: Nx4, best first
    :param overlap: intersection over union above which the box with the lower score is left out
    :param most: rows after which the search ends
    """
    kept = np.zeros(0, np.intp)
    for start in range(0, len(boxes_xyxy), _CHUNK):
        rows = np.arange(start, min(start + _CHUNK, len(boxes_xyxy)))
        if len(kept):
            rows = rows[~_overlapped(boxes_xyxy[rows], boxes_xyxy[kept], overlap)]
        if len(rows):
            kept = np.concatenate([kept, rows[_among(boxes_xyxy[rows], overlap)]])
        if len(kept) >= most:
            break
    return kept


def _among(boxes: NDArray[np.float64], overlap: float) -> NDArray[np.intp]:
    import cv2

    corner_size = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
    # only the order of scores matters: these are unequal and above the threshold
    falling = np.linspace(1.0, 0.5, len(boxes)).tolist()
    found = cv2.dnn.NMSBoxes(corner_size.tolist(), falling, 0.0, overlap)
    return np.sort(np.asarray(found, np.intp).reshape(-1))


def _overlapped(
    boxes: NDArray[np.float64], better: NDArray[np.float64], overlap: float
) -> NDArray[np.bool_]:
    """Return which boxes one of the better ones overlaps."""
    left, top, right, bottom = (boxes[:, side, None] for side in range(4))
    # one side after the other: arrays of two dimensions are several times as fast as of three
    better_left, better_top, better_right, better_bottom = better.T.copy()
    width = np.minimum(right, better_right)
    width -= np.maximum(left, better_left)
    height = np.minimum(bottom, better_bottom)
    height -= np.maximum(top, better_top)
    shared = np.maximum(width, 0) * np.maximum(height, 0)
    united = (right - left) * (bottom - top)
    united = united + (better_right - better_left) * (better_bottom - better_top) - shared
    found: NDArray[np.bool_] = (shared > overlap * united).any(axis=1)
    return found
