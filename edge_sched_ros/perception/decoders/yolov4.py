# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""YOLOv4 and v4-tiny: normalised boxes 1xNx1x4 and the confidence of each class 1xNxC."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.boxes import best_class
from edge_sched_ros.perception.decoders.boxes import BoxDecoder
from edge_sched_ros.perception.decoders.named_outputs import named
from edge_sched_ros.perception.decoders.recognition import CERTAIN
from edge_sched_ros.perception.decoders.recognition import LIKELY
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.values import check_varies
from edge_sched_ros.perception.results import Detections


class Yolov4(BoxDecoder):
    """
    Reads exports of Tianxiaomo/pytorch-YOLOv4: ``boxes`` (x0, y0, x1, y1), 0..1, and ``confs``.

    A confidence is objectness times class. Source: pytorch-YOLOv4/tool/yolo_layer.py,
    ``yolo_forward``.
    """

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise the shapes of both outputs, which no other exporter has."""
        found = _find(outputs)
        if found is None:
            return None
        columns = outputs[found[1]].shape[2]
        return Recognition(CERTAIN if named(outputs, 'conf') else LIKELY, classes=columns)

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Identify the outputs by their shapes."""
        found = _find(outputs)
        if found is None:
            raise self.misfit('boxes 1xNx1x4 and confs 1xNx(classes)', outputs)
        self._boxes, self._scores = found
        self._classes = self._scores
        self.check_labels(outputs[self._scores].shape[2])

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> Detections:
        """Return the detections of one picture."""
        confidences = outputs[self._scores][0]
        check_varies(confidences, self.output_names[self._scores])
        boxes = outputs[self._boxes][0].reshape(-1, 4)
        self.check_rows_agree(boxes, confidences)
        best = confidences.max(axis=1)
        self.check_dense(best)
        alive = self.strongest(best)
        scores, class_ids = best_class(confidences[alive])
        size = np.array([self.spec.input.width, self.spec.input.height] * 2, np.float32)
        boxes = boxes[alive].astype(np.float32) * size
        return self.select(boxes, scores, class_ids, transform)


def _find(outputs: tuple[TensorInfo, ...]) -> tuple[int, int] | None:
    """Return the indices of boxes and confidences; ``None`` if they are not there."""
    boxes = [i for i, one in enumerate(outputs) if len(one.shape) == 4 and one.shape[2:] == (1, 4)]
    scores = [i for i, one in enumerate(outputs) if len(one.shape) == 3]
    if not len(boxes) == len(scores) == 1:
        return None
    rows = {outputs[boxes[0]].shape[1], outputs[scores[0]].shape[1]} - {None}
    return (boxes[0], scores[0]) if len(rows) < 2 else None


DECODER = Yolov4
