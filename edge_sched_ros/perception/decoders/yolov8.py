# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""YOLOv8, 11 and later: one output 1x(4+C)xN of boxes in pixels and classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.base import centre_to_corners
from edge_sched_ros.perception.decoders.base import one_picture
from edge_sched_ros.perception.decoders.boxes import best_class
from edge_sched_ros.perception.decoders.boxes import BoxDecoder
from edge_sched_ros.perception.decoders.metadata import class_names
from edge_sched_ros.perception.decoders.metadata import suppresses
from edge_sched_ros.perception.decoders.metadata import task_of
from edge_sched_ros.perception.decoders.recognition import CERTAIN
from edge_sched_ros.perception.decoders.recognition import grid_cells
from edge_sched_ros.perception.decoders.recognition import LIKELY
from edge_sched_ros.perception.decoders.recognition import only
from edge_sched_ros.perception.decoders.recognition import POSSIBLE
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.values import check_varies
from edge_sched_ros.perception.results import Detections

_OTHER_ROWS = 'Some rows may be keypoints or an angle instead of classes: no metadata tells.'


class Yolov8(BoxDecoder):
    """Reads exports of ultralytics: rows (centre x, centre y, width, height, classes...)."""

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise 4 + classes rows of one column per cell."""
        info = only(outputs, 3)
        rows, columns = (None, None) if info is None else info.shape[1:]
        if (
            rows is None
            or rows < 5
            or (columns is not None and columns < rows)
            or suppresses(metadata)
        ):
            return None
        task, names = task_of(metadata), class_names(metadata)
        if task == 'detect' or (names and not task and len(names) == rows - 4):
            return Recognition(CERTAIN, classes=rows - 4)
        if task:
            return None
        doubts = (_OTHER_ROWS,) if rows > 5 else ()
        known = columns is not None and columns == grid_cells(input_size)
        return Recognition(LIKELY if known else POSSIBLE, doubts=doubts, classes=rows - 4)

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Check that rows come before candidates."""
        shape = outputs[0].shape
        rows, candidates = (shape[1], shape[2]) if len(shape) == 3 else (None, None)
        swapped = rows is not None and candidates is not None and rows > candidates
        if not one_picture(outputs[0]) or len(shape) != 3 or (rows or 5) < 5 or swapped:
            raise self.misfit('one output 1x(4+classes)xN', outputs)
        self.check_labels(None if rows is None else rows - 4)

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> Detections:
        """Return the detections of one picture."""
        raw = outputs[0][0]
        quick = self.natively('decode_yolov8', transform, raw)
        if quick is not None:
            return quick
        check_varies(raw, self.output_names[0])
        best = raw[4:].max(axis=0)
        self.check_dense(best)
        alive = self.strongest(best)
        columns = raw[:, alive].T
        scores, class_ids = best_class(columns[:, 4:])
        return self.select(centre_to_corners(columns[:, :4]), scores, class_ids, transform)


DECODER = Yolov8
