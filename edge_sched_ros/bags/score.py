# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Compares a bag of results with the ground truth in its source bag."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.bags.reader import open_bag
from edge_sched_ros.bags.scene_bag import TRUE_DEPTH
from edge_sched_ros.bags.scene_bag import TRUE_DETECTIONS
from edge_sched_ros.pipeline.inputs.inputs import stamp_ns
from edge_sched_ros.reporting.accuracy import Boxes
from edge_sched_ros.reporting.accuracy import depth_abs_rel
from edge_sched_ros.reporting.accuracy import detection_map50
from edge_sched_ros.reporting.accuracy import tracking_figures
from edge_sched_ros.scenes.scene import VISIBLE_SHARE


def read_topic(bag_path: Path, topic: str) -> dict[int, Any]:
    """Return a topic's messages by the stamp of their header; empty when it does not exist."""
    found: dict[int, Any] = {}
    with open_bag(bag_path) as bag:
        connections = [c for c in bag.connections if c.topic == topic]
        for connection, _, data in bag.messages(connections):
            message = bag.deserialize(data, connection.msgtype)
            found[stamp_ns(message) or 0] = message
    return found


def score(
    results: Path, truth: Path, *, detections: str, tracks: str, depth: str
) -> dict[str, float | None]:
    """
    Return the accuracy of a run; ``None`` for outputs without results.

    :param results: bag of results
    :param truth: the source bag with its ground truth
    :param detections: topic of detections in the results; likewise tracks and depth
    """
    true_boxes = {at: _boxes(m, true=True) for at, m in read_topic(truth, TRUE_DETECTIONS).items()}
    true_depth = {at: _depth(m) for at, m in read_topic(truth, TRUE_DEPTH).items()}
    found = {at: _boxes(message) for at, message in read_topic(results, detections).items()}
    tracked = {at: _boxes(message) for at, message in read_topic(results, tracks).items()}
    depths = {at: _depth(message) for at, message in read_topic(results, depth).items()}
    tracking = tracking_figures(tracked, true_boxes) if tracked else None
    return {
        'detection_map50': _known(detection_map50(found, true_boxes)) if found else None,
        'tracking_idf1': None if tracking is None else _known(tracking['idf1']),
        'tracking_hota': None if tracking is None else _known(tracking['hota']),
        'depth_abs_rel': _known(depth_abs_rel(depths, true_depth)) if depths else None,
    }


def _known(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 4)


def _boxes(message: Any, *, true: bool = False) -> Boxes:
    """Return the boxes of a Detection2DArray; the score of true ones is their visible share."""
    boxes, labels, scores, ids = [], [], [], []
    for one in message.detections:
        centre, box = one.bbox.center.position, one.bbox
        boxes.append(
            [
                centre.x - box.size_x / 2,
                centre.y - box.size_y / 2,
                centre.x + box.size_x / 2,
                centre.y + box.size_y / 2,
            ]
        )
        labels.append(one.results[0].hypothesis.class_id)
        scores.append(one.results[0].hypothesis.score)
        ids.append(one.id)
    ignored = tuple(true and share < VISIBLE_SHARE for share in scores)
    xyxy = np.array(boxes, float).reshape(-1, 4)
    return Boxes(xyxy, tuple(labels), tuple(scores), tuple(ids), ignored)


def _depth(message: Any) -> NDArray[np.float32]:
    pixels = np.frombuffer(message.data, np.float32)
    return pixels.reshape(message.height, message.width)
