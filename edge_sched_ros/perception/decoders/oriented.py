# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Oriented boxes: their overlap, suppression, and way back to the source."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.transform import Transform

_TINY = 1e-7


def suppressed(
    boxes: NDArray[np.float32],
    class_ids: NDArray[np.int64],
    most_overlap: float,
    most: int,
) -> NDArray[np.int64]:
    """
    Return the rows to keep: of one class, none overlaps one before it by more than allowed.

    :param boxes: Nx5 (centre x, centre y, width, height, angle in radians), best first
    :param most_overlap: greatest probabilistic IoU, 0..1
    :param most: greatest number of rows
    """
    spread = _spread(boxes)
    left = np.arange(len(boxes))
    kept: list[int] = []
    while len(left) and len(kept) < most:
        first, left = int(left[0]), left[1:]
        kept.append(first)
        overlap = _overlap(boxes, spread, first, left)
        left = left[(overlap <= most_overlap) | (class_ids[left] != class_ids[first])]
    return np.array(kept, np.int64)


def _spread(boxes: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the covariance (xx, yy, xy) of a point anywhere in each box, Nx3."""
    _, _, width, height, angle = boxes.T.astype(np.float64)
    along, across = width**2 / 12, height**2 / 12
    cos, sin = np.cos(angle), np.sin(angle)
    return np.stack(
        [
            along * cos**2 + across * sin**2,
            along * sin**2 + across * cos**2,
            (along - across) * cos * sin,
        ],
        axis=1,
    )


def _overlap(
    boxes: NDArray[np.float32], spread: NDArray[np.float64], one: int, others: NDArray[np.int64]
) -> NDArray[np.float64]:
    """
    Return the probabilistic IoU of one box with others: 1 minus the Hellinger distance.

    Source: Llerena et al., "Gaussian Bounding Boxes and Probabilistic Intersection-over-Union",
    arXiv 2106.06072: boxes as normal distributions, by their Bhattacharyya distance. Ultralytics
    suppresses oriented boxes by it, too.
    """
    xx, yy, xy = (spread[others] + spread[one]).T
    dx, dy = (boxes[others, :2].astype(np.float64) - boxes[one, :2]).T
    area = np.maximum(xx * yy - xy**2, _TINY)
    own = spread[:, 0] * spread[:, 1] - spread[:, 2] ** 2
    both = np.sqrt(np.maximum(own[others] * own[one], 0.0))
    apart = (yy * dx**2 - 2 * xy * dx * dy + xx * dy**2) / area / 4
    unlike = np.log(area / (4 * both + _TINY) + _TINY) / 2
    distance = np.clip(apart + unlike, _TINY, 100.0)
    near: NDArray[np.float64] = 1 - np.sqrt(1 - np.exp(-distance) + _TINY)
    return near


def in_source(boxes: NDArray[np.float32], way: Transform) -> NDArray[np.float32]:
    """
    Return Nx5 boxes in source pixels, with angles above -pi/2 and at most pi/2.

    Scales that differ by a little, as when a letterboxed picture has whole pixels, also change
    the angle.
    """
    x, y, width, height, angle = boxes.T.astype(np.float64)
    cos, sin = np.cos(angle), np.sin(angle)
    along_x, along_y = cos / way.scale_x, sin / way.scale_y
    turned = np.arctan2(along_y, along_x)
    turned = turned - np.pi * np.ceil(turned / np.pi - 0.5)
    found: NDArray[np.float32] = np.stack(
        [
            (x - way.offset_x) / way.scale_x,
            (y - way.offset_y) / way.scale_y,
            width * np.hypot(along_x, along_y),
            height * np.hypot(sin / way.scale_x, cos / way.scale_y),
            turned,
        ],
        axis=1,
    ).astype(np.float32)
    return found
