# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""YOLOv7 with its selection in the graph: one output Nx7 of picture, box, class and score."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.boxes import BoxDecoder
from edge_sched_ros.perception.decoders.recognition import LIKELY
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.results import Detections

_COLUMNS = 7


class Yolov7Nms(BoxDecoder):
    """
    Reads ``--end2end --max-wh`` exports of YOLOv7: as many rows as there are objects.

    A row is (picture, x0, y0, x1, y1, class id, score), boxes in pixels of the input. Source:
    yolov7/models/experimental.py, ``ONNX_ORT``.
    """

    lists_objects = True

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise a table of seven columns."""
        if len(outputs) != 1 or len(outputs[0].shape) != 2 or outputs[0].shape[1] != _COLUMNS:
            return None
        return Recognition(LIKELY)

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Check that the first output has seven columns."""
        shape = outputs[0].shape
        if len(shape) != 2 or shape[1] not in (_COLUMNS, None):
            raise self.misfit('one output Nx7', outputs)

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> Detections:
        """Return the detections of one picture."""
        raw = outputs[0].astype(np.float32)
        class_ids = self.whole_classes(raw[:, 5])
        return self.select(raw[:, 1:5], raw[:, 6], class_ids, transform, suppress=False)


DECODER = Yolov7Nms
