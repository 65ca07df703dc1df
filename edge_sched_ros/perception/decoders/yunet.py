# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""YuNet: faces with five landmarks, in four outputs for each of three strides."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.base import centre_to_corners
from edge_sched_ros.perception.decoders.boxes import BoxDecoder
from edge_sched_ros.perception.decoders.grids import grid_of
from edge_sched_ros.perception.decoders.recognition import CERTAIN
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.values import check_varies
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.results import Detections

_STRIDES = (8, 16, 32)
_PARTS = ('cls', 'obj', 'bbox', 'kps')
_COLUMNS = (1, 1, 4, 10)


class Yunet(BoxDecoder):
    """
    Reads ``cls``, ``obj``, ``bbox`` and ``kps`` of strides 8, 16 and 32 (opencv_zoo, March 2023).

    score = sqrt(cls * obj), centre = (cell + raw) * stride, size = exp(raw) * stride, landmark =
    (cell + raw) * stride: right eye, left eye, nose, right and left corner of the mouth. Source:
    opencv/modules/objdetect/src/face_detect.cpp. Landmarks are the keypoints of a result, with the
    score of their face. Without labels the class is ``face``.
    """

    extras = ('keypoints',)
    keypoint_names = ('right_eye', 'left_eye', 'nose', 'right_mouth', 'left_mouth')

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise the twelve names."""
        return None if _find(outputs) is None else Recognition(CERTAIN, classes=1)

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Find the outputs of every stride by their names."""
        found = _find(outputs)
        if found is None:
            raise self.misfit('cls_8, obj_8, bbox_8, kps_8 and the same of 16 and 32', outputs)
        sizes = zip(_PARTS, _COLUMNS)
        if not all(self._fits(outputs, found[part], columns) for part, columns in sizes):
            raise self.misfit('of each stride 1xNx1, 1xNx1, 1xNx4 and 1xNx10 for N cells', outputs)
        self._found = found
        self._boxes, self._scores = found['bbox'][0], found['cls'][0]
        self._classes = self._scores
        self.check_labels(1)
        self.labels = self.labels or ('face',)

    def _fits(self, outputs: tuple[TensorInfo, ...], indices: list[int], columns: int) -> bool:
        """Whether the outputs of a part have one row for each cell of their stride."""
        for index, stride in zip(indices, _STRIDES):
            cells = len(grid_of(*self._input_size, (stride,), round_up=True)[0])
            sizes = [size for size in outputs[index].shape if size is not None]
            known = len(sizes) == len(outputs[index].shape)
            if known and math.prod(sizes) != cells * columns:
                return False
        return True

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> Detections:
        """Return the faces of one picture."""
        chances, objectness, boxes, points = (
            np.concatenate([outputs[index].reshape(-1, columns) for index in self._found[part]])
            for part, columns in zip(_PARTS, _COLUMNS)
        )
        check_varies(chances, self.output_names[self._scores])
        cells, strides = grid_of(*self._input_size, _STRIDES, round_up=True)
        for part, rows in zip(_PARTS, (chances, objectness, boxes, points)):
            if len(rows) != len(cells):
                name = self.output_names[self._found[part][0]]
                raise InvalidOutputError(name, f'{len(rows)} rows for {len(cells)} cells')
        for rows in (chances, objectness):
            self.possible(rows[:, 0])
        scores = np.sqrt(np.clip(chances[:, 0], 0, 1) * np.clip(objectness[:, 0], 0, 1))
        alive = self.strongest(scores)
        cells, strides = cells[alive], strides[alive]
        centres = (cells + boxes[alive, :2]) * strides
        sizes = np.exp(np.minimum(boxes[alive, 2:], 10)) * strides
        corners = centre_to_corners(np.concatenate([centres, sizes], axis=1))
        landmarks = (cells[:, None] + points[alive].reshape(-1, 5, 2)) * strides[:, None]
        certain = np.repeat(scores[alive, None, None], 5, axis=1)
        return self.select(
            corners,
            scores[alive],
            np.zeros(len(alive), np.int64),
            transform,
            keypoints=np.concatenate([landmarks, certain], axis=2),
        )


def _find(outputs: tuple[TensorInfo, ...]) -> dict[str, list[int]] | None:
    """Return part -> indices of its outputs, by stride; ``None`` if one is not there."""
    indices = {info.name: index for index, info in enumerate(outputs)}
    found = {part: [indices.get(f'{part}_{stride}', -1) for stride in _STRIDES] for part in _PARTS}
    return None if any(-1 in one for one in found.values()) else found


DECODER = Yunet
