# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""FastestDet: one output 1x(5+C)xHxW of objectness, box and classes of each cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.base import centre_to_corners
from edge_sched_ros.perception.decoders.base import one_picture
from edge_sched_ros.perception.decoders.base import sigmoid
from edge_sched_ros.perception.decoders.boxes import best_class
from edge_sched_ros.perception.decoders.boxes import BoxDecoder
from edge_sched_ros.perception.decoders.recognition import LIKELY
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.values import check_scores
from edge_sched_ros.perception.decoders.values import check_varies
from edge_sched_ros.perception.results import Detections


class Fastestdet(BoxDecoder):
    """
    Reads exports of dog-qiuqiu/FastestDet, whose only grid has cells of 16 pixels.

    Objectness is after the sigmoid, classes are after the softmax; score = objectness^0.6 *
    class^0.4, centre = (cell + tanh(raw)) / grid, size = sigmoid(raw), 0..1. Source:
    FastestDet/module/custom_layers.py and utils/tool.py.
    """

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise planes a sixteenth of the input's size."""
        if len(outputs) != 1 or len(outputs[0].shape) != 4 or input_size is None:
            return None
        planes, height, width = outputs[0].shape[1:]
        if planes is None or planes < 6 or (width, height) != _grid(input_size):
            return None
        return Recognition(LIKELY, classes=planes - 5)

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Check that there is a plane for each number of a cell."""
        shape = outputs[0].shape
        if not one_picture(outputs[0]) or len(shape) != 4 or (shape[1] or 6) < 6:
            raise self.misfit('one output 1x(5+classes)xHxW', outputs)
        self.check_labels(None if shape[1] is None else shape[1] - 5)

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> Detections:
        """Return the detections of one picture."""
        height, width = outputs[0].shape[2:]
        raw = outputs[0][0].reshape(outputs[0].shape[1], -1).T.astype(np.float32)
        check_varies(raw, self.output_names[0])
        objectness = np.ascontiguousarray(raw[:, 0])
        self.check_dense(objectness)
        alive = self.possible(objectness ** np.float32(0.6))
        raw = raw[alive]
        best, class_ids = best_class(raw[:, 5:])
        check_scores(best, self.output_names[0])
        scores = np.maximum(raw[:, 0], 0) ** 0.6 * np.maximum(best, 0) ** 0.4
        cells = np.stack([alive % width, alive // width], axis=1)
        centres = (cells + np.tanh(raw[:, 1:3])) / (width, height)
        sizes = sigmoid(raw[:, 3:5])
        size = np.array([self.spec.input.width, self.spec.input.height] * 2, np.float32)
        boxes = centre_to_corners(np.concatenate([centres, sizes], axis=1) * size)
        return self.select(
            boxes.astype(np.float32), scores.astype(np.float32), class_ids, transform
        )


def _grid(size: tuple[int, int]) -> tuple[int, int]:
    return size[0] // 16, size[1] // 16


DECODER = Fastestdet
