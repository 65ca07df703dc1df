# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The motion of boxes between two pictures, by the flow of points inside them.

Source of the method: Kalal, Mikolajczyk, Matas, "Forward-Backward Error: Automatic Detection of
Tracking Failures", ICPR 2010: a point is valid if the flow back from its new position leads to the
old one; a box moves by the median of its points and grows by the median change of their distances.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.vision import Picture

#: number of points searched in a box
POINTS_PER_BOX = 24
#: maximum forward-backward error of a valid point, pixels
BACK_PX = 1.0
#: minimum number of valid points
LEAST_POINTS = 4
#: share of a box's sides in which points are searched: its edge shows the background
_INNER = 0.8
#: maximum factor by which a box grows or shrinks from one frame to the next
_MOST_GROWTH = 1.15
_SMALLEST_SIDE_PX = 4.0


class PointFlow(Protocol):
    """Tracks points from one picture to the next, like ``execution.vision.VisionOps``."""

    def point_flow(
        self, previous: Picture, following: Picture, points: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Return positions in the next picture, and which of them were found."""


@dataclass(frozen=True, slots=True)
class Moved:
    """
    The motion of boxes.

    :param boxes: Nx4 float32
    :param shares: N, share of a box's points that are valid, 0..1; 0 if too few are
    """

    boxes: NDArray[np.float32]
    shares: NDArray[np.float32]


def move_boxes(
    before: NDArray[np.uint8],
    after: NDArray[np.uint8],
    boxes: NDArray[np.float32],
    vision: PointFlow,
    last_shifts: NDArray[np.float32],
) -> Moved:
    """
    Return the positions of boxes of one grey picture in another.

    A box of which nothing is known moves as it did last, or, where that is not known either, as
    the others do, which is what it does when the camera turns.

    :param boxes: Nx4, pixels
    :param last_shifts: Nx2, how boxes moved from the picture before, pixels; NaN when not known
    """
    if not len(boxes):
        return Moved(boxes.astype(np.float32), np.zeros(0, np.float32))
    points, owners = _points(before, boxes)
    there, good = _flow(before, after, points, vision)
    common = np.median((there - points)[good], axis=0) if good.any() else np.zeros(2)
    moved = np.empty((len(boxes), 4), np.float32)
    shares = np.zeros(len(boxes), np.float32)
    for index, box in enumerate(boxes):
        mine = owners == index
        counting = mine & good
        if counting.sum() >= LEAST_POINTS:
            moved[index] = _move(box, points[counting], there[counting])
            shares[index] = counting.sum() / mine.sum()
        else:
            last = last_shifts[index]
            moved[index] = box + np.tile(last if np.isfinite(last).all() else common, 2)
    return Moved(moved, shares)


def _points(
    grey: NDArray[np.uint8], boxes: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return points worth following, Nx2, and the index of the box each lies in."""
    found = [_points_in(grey, box) for box in boxes]
    owners = np.repeat(np.arange(len(boxes)), [len(points) for points in found])
    return np.concatenate(found), owners


def _points_in(grey: NDArray[np.uint8], box: NDArray[np.float32]) -> NDArray[np.float32]:
    import cv2

    height, width = grey.shape
    centre, half = (box[:2] + box[2:]) / 2, (box[2:] - box[:2]) / 2 * _INNER
    left, top = np.clip(np.floor(centre - half), 0, (width, height)).astype(int)
    right, bottom = np.clip(np.ceil(centre + half), 0, (width, height)).astype(int)
    if right - left < _SMALLEST_SIDE_PX or bottom - top < _SMALLEST_SIDE_PX:
        return np.zeros((0, 2), np.float32)
    part = grey[top:bottom, left:right]
    apart = max(2.0, (part.size / POINTS_PER_BOX) ** 0.5 / 2)
    found = cv2.goodFeaturesToTrack(part, POINTS_PER_BOX, 0.02, apart, blockSize=3)
    if found is None:
        return np.zeros((0, 2), np.float32)
    corners: NDArray[np.float32] = (found.reshape(-1, 2) + (left, top)).astype(np.float32)
    return corners


def _flow(
    before: NDArray[np.uint8],
    after: NDArray[np.uint8],
    points: NDArray[np.float32],
    vision: PointFlow,
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return where points went, and which of them came back when followed backwards."""
    there, found = vision.point_flow(before, after, points)
    back, returned = vision.point_flow(after, before, there)
    height, width = after.shape
    inside = ((there >= 0) & (there < (width, height))).all(axis=1)
    close = np.abs(back - points).max(axis=1, initial=0) < BACK_PX
    return there, found & returned & inside & close


def _move(
    box: NDArray[np.float32], points: NDArray[np.float32], there: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return a box moved and scaled like its points."""
    shift = np.median(there - points, axis=0)
    growth = _growth(points, there)
    # the box grows around the centre of its points
    pivot = np.median(points, axis=0)
    corners = box.reshape(2, 2)
    moved: NDArray[np.float32] = ((corners - pivot) * growth + pivot + shift).reshape(4)
    return moved


def _growth(points: NDArray[np.float32], there: NDArray[np.float32]) -> float:
    first, second = np.triu_indices(len(points), 1)
    old = np.hypot(*(points[first] - points[second]).T)
    new = np.hypot(*(there[first] - there[second]).T)
    apart = old > 2
    if not apart.any():
        return 1.0
    return float(np.clip(np.median(new[apart] / old[apart]), 1 / _MOST_GROWTH, _MOST_GROWTH))
