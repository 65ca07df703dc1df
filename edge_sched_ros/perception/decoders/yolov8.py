# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""YOLOv8, 11 and later: one output 1x(4+C)xN of boxes in pixels and classes."""

from __future__ import annotations

from typing import Any

import numpy as np
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


class Yolov8(BoxDecoder):
    """Reads exports of ultralytics: rows (centre x, centre y, width, height, classes...)."""

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
        check_varies(raw, self.output_names[0])
        best = raw[4:].max(axis=0)
        check_scores(best, self.output_names[0])
        alive = np.flatnonzero(best >= self.options['score_threshold'])
        columns = raw[:, alive].T
        scores, class_ids = best_class(columns[:, 4:])
        return self.select(centre_to_corners(columns[:, :4]), scores, class_ids, transform)


DECODER = Yolov8
