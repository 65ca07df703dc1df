# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""YOLOv5-seg: rows of boxes, objectness, classes and mask coefficients, and prototypes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.base import centre_to_corners
from edge_sched_ros.perception.decoders.base import one_picture
from edge_sched_ros.perception.decoders.boxes import best_class
from edge_sched_ros.perception.decoders.metadata import task_of
from edge_sched_ros.perception.decoders.recognition import LIKELY
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.ultralytics_rows import Candidates
from edge_sched_ros.perception.decoders.ultralytics_rows import MOST_SELECTED
from edge_sched_ros.perception.decoders.values import check_varies
from edge_sched_ros.perception.decoders.yolo_seg import pair_of
from edge_sched_ros.perception.decoders.yolo_seg import YoloSeg

#: numbers of a row before its classes: box and objectness
_BEFORE = 5


class Yolov5Seg(YoloSeg):
    """
    Reads 1xNx(5+classes+P) and prototypes 1xPxHxW, in any order.

    Source: ultralytics/yolov5, models/yolo.py (``Segment``). The score is objectness times class.
    """

    needs = 'two outputs, 1xNx(5+classes+P) and prototypes 1xPxHxW'

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise prototypes beside more rows than an export selects."""
        pair = pair_of(outputs)
        if pair is None or task_of(metadata):
            return None
        (count, columns), prototypes = outputs[pair[0]].shape[1:], outputs[pair[1]].shape[1]
        if count is None or columns is None or prototypes is None or count <= MOST_SELECTED:
            return None
        classes = columns - _BEFORE - prototypes
        return Recognition(LIKELY, classes=classes) if classes > 0 and columns < count else None

    def check_rows(self, info: TensorInfo, rest: int) -> bool:
        """Check the form of the rows; :raises ConfigError: when the labels do not match."""
        if not one_picture(info) or len(info.shape) != 3:
            return False
        rows, columns = info.shape[1:]
        if columns is None or columns <= _BEFORE + rest or (rows is not None and rows < columns):
            return False
        self._count = columns - _BEFORE - rest
        self.check_labels(self._count)
        return True

    def candidates(self, raw: NDArray[Any]) -> Candidates:
        """Return the candidates of one picture; the parameters and errors are those of a head."""
        check_varies(raw, self.output_names[self._rows])
        alive = raw[self.possible(raw[:, 4])].astype(np.float32)
        last = _BEFORE + (self._count or 0)
        scores, class_ids = best_class(alive[:, _BEFORE:last])
        return Candidates(alive[:, :4], scores * alive[:, 4], class_ids, alive[:, last:])

    def corners(self, found: Candidates) -> NDArray[np.float32]:
        """Return the corners of boxes."""
        return centre_to_corners(found.boxes)


DECODER = Yolov5Seg
