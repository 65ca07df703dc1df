# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Detections as ``foxglove_msgs/ImageAnnotations``, drawn by the viewer over the source image."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.perception.drawing.objects import corners_of
from edge_sched_ros.perception.drawing.objects import KEYPOINT_SCORE
from edge_sched_ros.perception.drawing.objects import number_of
from edge_sched_ros.perception.drawing.objects import text_of
from edge_sched_ros.perception.drawing.text import Colour
from edge_sched_ros.perception.drawing.text import colour_of
from edge_sched_ros.perception.drawing.text import DARK
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.pipeline.debug.picture import border_colour
from edge_sched_ros.pipeline.debug.picture import lines
from edge_sched_ros.pipeline.messages import header
from edge_sched_ros.pipeline.messages import Make

ANNOTATIONS = 'foxglove_msgs/msg/ImageAnnotations'
#: of PointsAnnotation.msg
_POINTS, _LINE_LOOP = 1, 2
_FONT_PX, _LINE_PX = 12.0, 16.0


def image_annotations(make: Make, end: JobEnd) -> Any:
    """Return boxes, labels and keypoints of a job's result, and its lateness in words."""
    stamp = header(make, end.frame).stamp
    points, texts = [], []
    found = end.result
    if isinstance(found, Detections):
        for index in range(len(found)):
            colour = colour_of(number_of(found, index))
            corners = corners_of(found, index)
            points.append(_points(make, stamp, _LINE_LOOP, corners, colour))
            left, top = corners.min(axis=0).tolist()
            texts.append(_text(make, stamp, text_of(found, index), left, top, colour))
            if found.keypoints is not None:
                seen = found.keypoints[index]
                sure = seen[seen[:, 2] >= KEYPOINT_SCORE, :2]
                points.append(_points(make, stamp, _POINTS, sure, colour))
    for row, line in enumerate(lines(end, {}), 1):
        texts.append(_text(make, stamp, line, 0.0, row * _LINE_PX, border_colour(end)))
    return make(ANNOTATIONS, points=points, texts=texts)


def _points(make: Make, stamp: Any, kind: int, places: NDArray[np.float32], own: Colour) -> Any:
    return make(
        'foxglove_msgs/msg/PointsAnnotation',
        timestamp=stamp,
        type=kind,
        points=[_point(make, x, y) for x, y in places.tolist()],
        outline_color=_colour(make, own),
        thickness=2.0 if kind == _LINE_LOOP else 5.0,
    )


def _text(make: Make, stamp: Any, text: str, x: float, y: float, behind: Colour) -> Any:
    return make(
        'foxglove_msgs/msg/TextAnnotation',
        timestamp=stamp,
        position=_point(make, x, y),
        text=text,
        font_size=_FONT_PX,
        text_color=_colour(make, DARK),
        background_color=_colour(make, behind),
    )


def _point(make: Make, x: float, y: float) -> Any:
    return make('foxglove_msgs/msg/Point2', x=x, y=y)


def _colour(make: Make, colour: Colour) -> Any:
    blue, green, red = (part / 255 for part in colour)
    return make('foxglove_msgs/msg/Color', r=red, g=green, b=blue, a=1.0)
