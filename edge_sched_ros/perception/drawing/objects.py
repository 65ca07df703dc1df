# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Draws detected objects: boxes, turned boxes, ids, labels, keypoints, boxes in space."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.frame import CameraModel
from edge_sched_ros.perception.drawing.text import colour_of
from edge_sched_ros.perception.drawing.text import Picture
from edge_sched_ros.perception.drawing.text import WHITE
from edge_sched_ros.perception.drawing.text import write_text
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.results import Detections3D

#: score of a keypoint from which it is drawn
KEYPOINT_SCORE = 0.3
#: corners of a cuboid by the halves of its sides that lead there, and the edges between them
_CORNERS = np.array([[x, y, z] for z in (-1, 1) for y in (-1, 1) for x in (-1, 1)], np.float32)
_EDGES = [(a, b) for a in range(8) for b in range(a) if bin(a ^ b).count('1') == 1]
#: objects nearer than this are not drawn: a part of them is behind the camera
_NEAREST_M = 0.05


def draw_detections(canvas: Picture, found: Detections, scale: float) -> None:
    """
    Draw the objects, the best in front.

    :param scale: pixels of the canvas per pixel of the source
    """
    for index in range(len(found) - 1, -1, -1):
        _draw(canvas, found, index, scale)


def corners_of(found: Detections, index: int) -> NDArray[np.float32]:
    """Return the four corners of an object's box, in source pixels."""
    import cv2

    x0, y0, x1, y1 = (float(side) for side in found.boxes_xyxy[index])
    if found.angles_rad is None:
        return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
    degrees = float(np.degrees(found.angles_rad[index]))
    box = (((x0 + x1) / 2, (y0 + y1) / 2), (x1 - x0, y1 - y0), degrees)
    return np.asarray(cv2.boxPoints(box), np.float32)


def text_of(found: Detections | Detections3D, index: int) -> str:
    """Return the label of an object: track, class, score."""
    track = '' if found.track_ids is None else f'#{int(found.track_ids[index])} '
    return f'{track}{found.label(index)} {found.scores[index]:.2f}'


def number_of(found: Detections | Detections3D, index: int) -> int:
    """Return the number that an object is coloured by: its track, or else its class."""
    numbers = found.class_ids if found.track_ids is None else found.track_ids
    return int(numbers[index])


def _draw(canvas: Picture, found: Detections, index: int, scale: float) -> None:
    import cv2

    colour = colour_of(number_of(found, index))
    corners = _drawable(corners_of(found, index) * scale)
    cv2.polylines(canvas, [corners], True, colour, 2, cv2.LINE_AA)
    if found.keypoints is not None:
        points = found.keypoints[index]
        for x, y in _drawable(points[points[:, 2] >= KEYPOINT_SCORE, :2] * scale).tolist():
            cv2.circle(canvas, (x, y), 3, WHITE, -1, cv2.LINE_AA)
            cv2.circle(canvas, (x, y), 3, colour, 1, cv2.LINE_AA)
    left, top = int(corners[:, 0].min()), int(corners[:, 1].min())
    write_text(canvas, text_of(found, index), left, top - 4, colour)


def draw_cuboids(
    canvas: Picture, found: Detections3D, scale: float, camera: CameraModel | None
) -> None:
    """
    Draw boxes in space as the camera sees them; without a camera, list them.

    :param scale: pixels of the canvas per pixel of the source
    """
    import cv2

    for index in range(len(found) - 1, -1, -1):
        colour = colour_of(number_of(found, index))
        text = f'{text_of(found, index)} {found.positions_m[index][2]:.2f} m'
        corners = found.positions_m[index] + _CORNERS * found.sizes_m[index] / 2
        if camera is None or corners[:, 2].min() < _NEAREST_M:
            write_text(canvas, text, 4, 18 + 20 * index, colour)
            continue
        seen = corners @ camera.matrix.T
        points = _drawable(seen[:, :2] / seen[:, 2:] * scale)
        for one, other in _EDGES:
            cv2.line(canvas, points[one].tolist(), points[other].tolist(), colour, 2, cv2.LINE_AA)
        left, top = int(points[:, 0].min()), int(points[:, 1].min())
        write_text(canvas, text, left, top - 4, colour)


def _drawable(points: NDArray[Any]) -> NDArray[np.int32]:
    """Return points as whole pixels; OpenCV cannot draw to some far away."""
    whole: NDArray[np.int32] = (
        np.clip(np.nan_to_num(points), -30_000, 30_000).round().astype(np.int32)
    )
    return whole
