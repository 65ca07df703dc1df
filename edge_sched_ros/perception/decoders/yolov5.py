# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""YOLOv5 and v7: one output 1xNx(5+C) of boxes in pixels, objectness, classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.base import centre_to_corners
from edge_sched_ros.perception.decoders.base import one_picture
from edge_sched_ros.perception.decoders.boxes import best_class
from edge_sched_ros.perception.decoders.boxes import BoxDecoder
from edge_sched_ros.perception.decoders.grids import grid_of
from edge_sched_ros.perception.decoders.metadata import class_names
from edge_sched_ros.perception.decoders.metadata import task_of
from edge_sched_ros.perception.decoders.recognition import CERTAIN
from edge_sched_ros.perception.decoders.recognition import grid_cells
from edge_sched_ros.perception.decoders.recognition import LIKELY
from edge_sched_ros.perception.decoders.recognition import only
from edge_sched_ros.perception.decoders.recognition import POSSIBLE
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.values import check_varies
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.decoders.yolox import looks_raw
from edge_sched_ros.perception.results import Detections

_STRIDES = (8, 16, 32)
_MOST_CLASSES = 1000
_UNKNOWN_ROWS = 'The number of boxes is not that of three anchors for each cell of 8, 16 and 32.'


class Yolov5(BoxDecoder):
    """Reads exports of ultralytics/yolov5: (centre x, centre y, width, height) in pixels."""

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise one row per anchor, three for each cell."""
        info = only(outputs, 3)
        rows, columns = (None, None) if info is None else info.shape[1:]
        if columns is None or columns < 6 or task_of(metadata):
            return None
        names, cells = class_names(metadata), grid_cells(input_size)
        if names and len(names) == columns - 5:
            return Recognition(CERTAIN, classes=columns - 5)
        if cells and rows == 3 * cells:
            return Recognition(LIKELY, classes=columns - 5)
        many = rows is None or rows > max(columns, 1000) or rows == cells
        if many and columns < 5 + _MOST_CLASSES:
            return Recognition(POSSIBLE, doubts=(_UNKNOWN_ROWS,), classes=columns - 5)
        return None

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Check that the first output is a list of boxes."""
        shape = outputs[0].shape
        if not one_picture(outputs[0]) or len(shape) != 3 or (shape[2] or 6) < 6:
            raise self.misfit('one output 1xNx(5+classes)', outputs)
        # so many classes are implausible: rows and columns are swapped, as in yolov8
        if (shape[2] or 0) > max(shape[1] or 0, 5 + _MOST_CLASSES):
            raise self.misfit('one output 1xNx(5+classes)', outputs)
        self.check_labels(None if shape[2] is None else shape[2] - 5)

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> Detections:
        """Return the detections of one picture."""
        raw = outputs[0][0]
        check_varies(raw, self.output_names[0])
        self._check_decoded(raw[:, :2])
        objectness = np.ascontiguousarray(raw[:, 4])
        self.check_dense(objectness)
        # most places are empty: classes are compared only where there can be an object
        alive = self.possible(objectness)
        scores, class_ids = best_class(raw[alive, 5:])
        scores = scores * objectness[alive]
        best = self.strongest(scores)
        boxes = centre_to_corners(raw[alive[best], :4])
        return self.select(boxes, scores[best], class_ids[best], transform)

    def _check_decoded(self, centres: NDArray[np.float32]) -> None:
        """Check that a row for each cell holds pixels; :raises InvalidOutputError: if not."""
        grid = grid_of(*self._input_size, _STRIDES)
        if len(centres) == len(grid[0]) and looks_raw(centres, grid):
            name = self.output_names[0]
            raise InvalidOutputError(name, 'relative to cells', 'boxes', 'yolox would fit')


DECODER = Yolov5
