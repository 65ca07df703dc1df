# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Objects that a real network found, as outputs of heads whose networks are not at hand.

Dense heads get every candidate of the real network, heads with a selection of their own the
selected objects.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from reference_heads import Found

Outputs = dict[str, NDArray[Any]]
#: rows of heads with a fixed number of objects
_ROWS = 300


@dataclass(frozen=True)
class Candidates:
    """
    What a real network found in one picture.

    :param size: width and height of its input
    :param boxes: Nx4 (centre x, centre y, width, height) in pixels of its input
    :param objectness: N
    :param chances: NxC of each class, if there is an object
    :param selected: the objects after suppression
    """

    size: tuple[int, int]
    boxes: NDArray[np.float32]
    objectness: NDArray[np.float32]
    chances: NDArray[np.float32]
    selected: list[Found]

    @property
    def scores(self) -> NDArray[np.float32]:
        """NxC: objectness times chance."""
        return self.objectness[:, None] * self.chances

    @property
    def scale(self) -> NDArray[np.float32]:
        """Width, height, width, height of the input."""
        return np.array([*self.size] * 2, np.float32)


def _corners(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    half = boxes[:, 2:] / 2
    return np.concatenate([boxes[:, :2] - half, boxes[:, :2] + half], axis=1)


def _table(seen: Candidates, rows: int = _ROWS) -> NDArray[np.float32]:
    """Return rows of x0, y0, x1, y1, score, class; zeros after the last object."""
    table = np.zeros((rows, 6), np.float32)
    for row, (box, score, class_id) in enumerate(seen.selected[:rows]):
        table[row] = [*box, score, class_id]
    return table


def _query_rows(seen: Candidates) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return normalised centre boxes and scores of the selected objects."""
    table, count = _table(seen), seen.chances.shape[1]
    boxes = np.zeros((_ROWS, 4), np.float32)
    boxes[:, :2] = (table[:, :2] + table[:, 2:4]) / 2 / seen.size
    boxes[:, 2:] = (table[:, 2:4] - table[:, :2]) / seen.size
    scores = np.full((_ROWS, count), 0.001, np.float32)
    some = len(seen.selected[:_ROWS])
    scores[np.arange(some), table[:some, 5].astype(int)] = table[:some, 4]
    return boxes, scores


def _distribution(distance: float, bins: int = 8) -> NDArray[np.float64]:
    below = min(int(distance), bins - 2)
    logits = np.full(bins, -60.0)
    logits[below : below + 2] = np.log(np.maximum([1 - distance + below, distance - below], 1e-12))
    return logits


def _levels(seen: Candidates, offset: float) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """Return scores and logits of distances for strides 8 to 64, an object in one cell each."""
    width, height = seen.size
    strides, count = (8, 16, 32, 64), seen.chances.shape[1]
    found = []
    for stride in strides:
        cells = math.ceil(width / stride) * math.ceil(height / stride)
        scores = np.full((cells, count), 0.001, np.float32)
        scores[0, 0] = 0.002
        found.append((scores, np.zeros((cells, 32), np.float32)))
    for box, score, class_id in seen.selected:
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        reach = max(box[2] - box[0], box[3] - box[1]) / 2
        for level, stride in enumerate(strides):
            columns, rows = math.ceil(width / stride), math.ceil(height / stride)
            column, row = int(x / stride), int(y / stride)
            inside = 0 <= column < columns and 0 <= row < rows
            scores, logits = found[level]
            if not inside or reach + stride >= 7 * stride:
                continue
            at = row * columns + column
            if scores[at].max() > 0.01:
                continue
            scores[at, class_id] = score
            point = (column + offset) * stride, (row + offset) * stride
            sides = (point[0] - box[0], point[1] - box[1], box[2] - point[0], box[3] - point[1])
            if min(sides) < 0:
                scores[at, class_id] = 0.001
                continue
            logits[at] = np.concatenate([_distribution(side / stride) for side in sides])
            break
    return found


def _yolov5(seen: Candidates) -> Outputs:
    parts = [seen.boxes, seen.objectness[:, None], seen.chances]
    return {'output0': np.concatenate(parts, axis=1)[None].astype(np.float32)}


def _yolov8(seen: Candidates) -> Outputs:
    return {'output0': np.concatenate([seen.boxes, seen.scores], axis=1).T[None].copy()}


def _yolov4(seen: Candidates) -> Outputs:
    boxes = (_corners(seen.boxes) / seen.scale)[None, :, None]
    return {'boxes': boxes.astype(np.float32), 'confs': seen.scores[None]}


def _ssd(seen: Candidates) -> Outputs:
    scores = np.concatenate([1 - seen.scores.max(axis=1, keepdims=True), seen.scores], axis=1)
    return {'boxes': (_corners(seen.boxes) / seen.scale)[None], 'scores': scores[None]}


def _tensorflow(seen: Candidates) -> Outputs:
    table = _table(seen, 100)
    boxes = (table[:, :4] / seen.scale)[:, [1, 0, 3, 2]]
    return {
        'detection_boxes': boxes[None].astype(np.float32),
        'detection_classes': table[None, :, 5] + 1,
        'detection_scores': table[None, :, 4],
        'num_detections': np.array([min(100, len(seen.selected))], np.float32),
    }


def _efficient_nms(seen: Candidates) -> Outputs:
    table = _table(seen, 100)
    return {
        'num_dets': np.array([[min(100, len(seen.selected))]], np.int32),
        'det_boxes': table[None, :, :4],
        'det_scores': table[None, :, 4],
        'det_classes': table[None, :, 5].astype(np.int32),
    }


def _rtdetr(seen: Candidates) -> Outputs:
    table = _table(seen)
    return {
        'labels': table[None, :, 5].astype(np.int64),
        'boxes': table[None, :, :4],
        'scores': table[None, :, 4],
    }


def _detr(seen: Candidates) -> Outputs:
    boxes, scores = _query_rows(seen)
    return {'logits': np.log(scores / (1 - scores))[None], 'pred_boxes': boxes[None]}


def _rtdetr_rows(seen: Candidates) -> Outputs:
    return {'output0': np.concatenate(_query_rows(seen), axis=1)[None]}


def _yolov7_nms(seen: Candidates) -> Outputs:
    table = _table(seen)[: len(seen.selected)]
    zeros = np.zeros((len(table), 1), np.float32)
    return {'output': np.concatenate([zeros, table[:, [0, 1, 2, 3, 5, 4]]], axis=1)}


def _paddle_nms(seen: Candidates) -> Outputs:
    count = np.array([len(seen.selected)], np.int32)
    return {'boxes': _table(seen)[:, [5, 4, 0, 1, 2, 3]], 'count': count}


def _nanodet(seen: Candidates) -> Outputs:
    rows = [np.concatenate(pair, axis=1) for pair in _levels(seen, 0.0)]
    return {'output': np.concatenate(rows)[None]}


def _picodet(seen: Candidates) -> Outputs:
    levels = _levels(seen, 0.5)
    scores = {f's{index}': one[None] for index, (one, _) in enumerate(levels)}
    return scores | {f'd{index}': one[None] for index, (_, one) in enumerate(levels)}


#: decoder -> its outputs, as names and arrays
ENCODED: dict[str, Callable[[Candidates], Outputs]] = {
    'yolox_decoded': _yolov5,
    'yolov5': _yolov5,
    'yolov8': _yolov8,
    'yolov4': _yolov4,
    'yolo_end2end': lambda seen: {'output0': _table(seen)[None]},
    'yolov7_nms': _yolov7_nms,
    'efficient_nms': _efficient_nms,
    'paddle_nms': _paddle_nms,
    'ssd': _ssd,
    'ssd, TensorFlow': _tensorflow,
    'detr': _detr,
    'rtdetr': _rtdetr,
    'rtdetr_rows': _rtdetr_rows,
    'nanodet': _nanodet,
    'picodet': _picodet,
}
