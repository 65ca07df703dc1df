# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How alike found and true objects are: turned boxes, masks, keypoints."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: deviations of people who mark keypoints, as shares of the object's size: nose, eyes, ears,
#: shoulders, elbows, wrists, hips, knees, ankles (COCO's evaluation of keypoints)
_COCO_SIGMAS = (
    0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072, 0.062, 0.062, 0.107, 0.107,
    0.087, 0.087, 0.089, 0.089,
)  # fmt: skip


def turned_iou(found: NDArray[np.float64], true: NDArray[np.float64]) -> NDArray[np.float64]:
    """
    Return the overlap of oriented boxes, NxM, 0..1.

    :param found: Nx5: centre x and y, width, height, angle in radians; ``true`` is Mx5
    """
    import cv2

    overlap = np.zeros((len(found), len(true)))
    ours, theirs = _rectangles(found), _rectangles(true)
    for row, one in enumerate(ours):
        for column, other in enumerate(theirs):
            _, corners = cv2.rotatedRectangleIntersection(one, other)
            if corners is None:
                continue
            shared = float(cv2.contourArea(cv2.convexHull(corners)))
            whole = one[1][0] * one[1][1] + other[1][0] * other[1][1] - shared
            overlap[row, column] = shared / max(whole, 1e-9)
    return np.clip(overlap, 0, 1)


def _rectangles(
    boxes: NDArray[np.float64],
) -> list[tuple[tuple[float, float], tuple[float, float], float]]:
    return [
        ((x, y), (width, height), float(np.degrees(angle)))
        for x, y, width, height, angle in boxes.tolist()
    ]


def mask_iou(found: NDArray[np.bool_], true: NDArray[np.bool_]) -> NDArray[np.float64]:
    """
    Return the overlap of masks, NxM, 0..1.

    :param found: NxHxW; ``true`` is MxHxW
    """
    ours, theirs = (
        masks.reshape(len(masks), int(np.prod(masks.shape[1:]))).astype(np.float32)
        for masks in (found, true)
    )
    shared = (ours @ theirs.T).astype(np.float64)
    whole = ours.sum(axis=1)[:, None] + theirs.sum(axis=1)[None, :] - shared
    overlap: NDArray[np.float64] = shared / np.maximum(whole, 1e-9)
    return overlap


def keypoint_likeness(
    found: NDArray[np.float64], true: NDArray[np.float64], areas: NDArray[np.float64]
) -> NDArray[np.float64]:
    """
    Return the object keypoint similarity (OKS) of COCO, NxM, 0..1.

    The deviations are COCO's for its 17 points; other sets of points have 0.05 for each.

    :param found: NxKx2 pixels
    :param true: MxKx3: pixels, and a score above 0 where a point is marked
    :param areas: M, of the true objects, pixels; COCO takes the areas of their masks
    """
    count = true.shape[1]
    sigmas = np.array(_COCO_SIGMAS if count == len(_COCO_SIGMAS) else [0.05] * count)
    away = ((found[:, None, :, :2] - true[None, :, :, :2]) ** 2).sum(axis=-1)
    scale = 2 * np.maximum(areas, 1e-9)[None, :, None] * (2 * sigmas) ** 2
    marked = true[None, :, :, 2] > 0
    alike = np.where(marked, np.exp(-away / scale), 0.0).sum(axis=-1)
    likeness: NDArray[np.float64] = alike / np.maximum(marked.sum(axis=-1), 1)
    return likeness
