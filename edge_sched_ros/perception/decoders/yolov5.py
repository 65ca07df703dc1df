# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""YOLOv5 and v7: one output 1xNx(5+C) of boxes in pixels, objectness, classes."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.base import centre_to_corners
from edge_sched_ros.perception.decoders.base import one_picture
from edge_sched_ros.perception.decoders.boxes import best_class
from edge_sched_ros.perception.decoders.boxes import BoxDecoder
from edge_sched_ros.perception.decoders.values import check_scores
from edge_sched_ros.perception.decoders.values import check_varies
from edge_sched_ros.perception.results import Detections

_MOST_CLASSES = 1000


class Yolov5(BoxDecoder):
    """Reads exports of ultralytics/yolov5: (centre x, centre y, width, height) in pixels."""

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
        check_scores(raw[:, 4], self.output_names[0])
        raw = raw[raw[:, 4] >= self.options['score_threshold']]
        scores, class_ids = best_class(raw[:, 5:])
        return self.select(centre_to_corners(raw[:, :4]), scores * raw[:, 4], class_ids, transform)


DECODER = Yolov5
