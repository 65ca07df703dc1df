# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Draws a network's result over its picture."""

from __future__ import annotations

from typing import Any

import numpy as np

from edge_sched_ros.execution.frame import CameraModel
from edge_sched_ros.perception.drawing.objects import draw_cuboids
from edge_sched_ros.perception.drawing.objects import draw_detections
from edge_sched_ros.perception.drawing.planes import blend
from edge_sched_ros.perception.drawing.planes import blend_numbers
from edge_sched_ros.perception.drawing.planes import depth_colours
from edge_sched_ros.perception.drawing.planes import in_source
from edge_sched_ros.perception.drawing.text import colour_of
from edge_sched_ros.perception.drawing.text import Picture
from edge_sched_ros.perception.drawing.text import WHITE
from edge_sched_ros.perception.drawing.text import write_lines
from edge_sched_ros.perception.drawing.text import write_text
from edge_sched_ros.perception.results import Classes
from edge_sched_ros.perception.results import ClassMap
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.results import Detections3D

#: smallest side of the drawing in pixels: text on a smaller one cannot be read
_LEAST_SIDE = 480
#: maximum number of classes that are listed
_MOST_CLASSES, _MOST_NAMES = 20, 5


def draw(picture: Picture, result: Any) -> Picture:
    """
    Return a picture with a result over it, large enough for text; depth stands beside it.

    :param picture: HxWx3 BGR
    """
    if isinstance(result, DepthMap):
        colours, known, told = depth_colours(result, picture)
        if known.any():
            write_text(colours, told, 4, 18, WHITE)
        return np.concatenate([picture, colours], axis=1)
    canvas, scale = scaled(picture, max(1.0, _LEAST_SIDE / min(picture.shape[:2])))
    draw_over(canvas, result, scale)
    return canvas


def scaled(picture: Picture, scale: float) -> tuple[Picture, float]:
    """Return a copy of a picture in another size, and its pixels per pixel of the picture."""
    import cv2

    if scale == 1.0:
        return picture.copy(), scale
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, size, interpolation=how), np.uint8), scale


def draw_over(
    canvas: Picture, result: Any, scale: float, camera: CameraModel | None = None
) -> None:
    """
    Draw a result over a picture; results of unknown kinds leave it as it is.

    :param scale: pixels of the canvas per pixel of the source
    :param camera: of the source, for boxes in space
    """
    if isinstance(result, Detections):
        if result.masks is not None:
            numbers = in_source(result.masks.numbers(), result.masks, canvas, scale)
            blend_numbers(canvas, numbers, hide_zero=True)
        draw_detections(canvas, result, scale)
    elif isinstance(result, Detections3D):
        draw_cuboids(canvas, result, scale, camera)
    elif isinstance(result, DepthMap):
        colours, known, told = depth_colours(result, canvas, scale)
        blend(canvas, colours, known)
        write_lines(canvas, [told], [WHITE])
    elif isinstance(result, ClassMap):
        blend_numbers(canvas, in_source(result.class_ids, result, canvas, scale))
        shown_ids = [int(one) for one in np.unique(result.class_ids)[:_MOST_CLASSES]]
        names = [result.labels[n] if n < len(result.labels) else str(n) for n in shown_ids]
        write_lines(canvas, names, [colour_of(number) for number in shown_ids])
    elif isinstance(result, Classes):
        shown = range(min(_MOST_NAMES, len(result)))
        lines = [f'{result.label(index)} {result.scores[index]:.2f}' for index in shown]
        write_lines(canvas, lines, [WHITE] * len(lines))
