# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Boxes out of a message, as a tracking node reads what a detection node sent."""

from __future__ import annotations

from typing import Any

import numpy as np

from edge_sched_ros.perception.results import Detections


def detections_of(message: Any, labels: tuple[str, ...]) -> Detections:
    """
    Return what a ``vision_msgs/Detection2DArray`` says.

    :param labels: the detector's class names, in the order of class ids
    """
    boxes = np.empty((len(message.detections), 4), np.float32)
    scores = np.empty(len(boxes), np.float32)
    classes = np.empty(len(boxes), np.int64)
    for index, found in enumerate(message.detections):
        centre = found.bbox.center.position
        half_x, half_y = found.bbox.size_x / 2, found.bbox.size_y / 2
        boxes[index] = centre.x - half_x, centre.y - half_y, centre.x + half_x, centre.y + half_y
        best = found.results[0].hypothesis
        scores[index], classes[index] = best.score, int(best.class_id)
    return Detections(boxes, scores, classes, labels)
