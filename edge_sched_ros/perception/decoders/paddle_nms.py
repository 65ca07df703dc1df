# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""PaddleDetection with its selection in the graph: Nx6 of class, score and box."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.more_inputs import SCALE_FACTOR
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.boxes import BoxDecoder
from edge_sched_ros.perception.decoders.recognition import LIKELY
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.values import number_of_boxes
from edge_sched_ros.perception.results import Detections

_COLUMNS = 6


class PaddleNms(BoxDecoder):
    """
    Reads exports of PaddleDetection (PicoDet, PP-YOLOE, RT-DETR): Nx6, and the number of boxes.

    A row is (class id, score, x0, y0, x1, y1); boxes are in pixels of the camera's picture, which
    the input ``scale_factor`` leads to (the key ``inputs`` of the network's file), or of the
    network's input without it. Source: PaddleDetection deploy/python/infer.py.
    """

    lists_objects = True

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise a table of six columns, and a count of whole numbers."""
        tables = [info for info in outputs if len(info.shape) == 2 and info.shape[1] == _COLUMNS]
        counts = [
            info for info in outputs if len(info.shape) <= 1 and info.dtype.startswith('int')
        ]
        if len(tables) != 1 or len(tables) + len(counts) != len(outputs):
            return None
        return Recognition(LIKELY)

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Find the table, and the count if there is one."""
        tables = [i for i, info in enumerate(outputs) if len(info.shape) == 2]
        if not tables or outputs[tables[0]].shape[1] not in (_COLUMNS, None):
            raise self.misfit('a table Nx6, and optionally the number of boxes', outputs)
        self._boxes = self._scores = self._classes = tables[0]
        others = [i for i in range(len(outputs)) if i != tables[0]]
        self._count = others[0] if others else None

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> Detections:
        """Return the detections of one picture."""
        raw = outputs[self._boxes].astype(np.float32)
        if self._count is not None and outputs[self._count].size:
            counts, name = outputs[self._count], self.output_names[self._count]
            raw = raw[: number_of_boxes(counts, name, most=len(raw))]
        # a row without an object has the class -1
        class_ids = self.whole_classes(raw[:, 0])
        raw, class_ids = raw[class_ids >= 0], class_ids[class_ids >= 0]
        boxes = raw[:, 2:]
        if any(one.source == SCALE_FACTOR for one in self.spec.inputs):
            # the graph has divided by it
            scale = np.array([transform.scale_x, transform.scale_y] * 2, np.float32)
            boxes = boxes * scale
        return self.select(boxes, raw[:, 1], class_ids, transform, suppress=False)


DECODER = PaddleNms
