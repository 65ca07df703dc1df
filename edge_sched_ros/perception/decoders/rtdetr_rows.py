# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""RT-DETR of Ultralytics: one output of normalised boxes with scores, or score and class."""

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
from edge_sched_ros.perception.decoders.metadata import class_names
from edge_sched_ros.perception.decoders.metadata import is_rtdetr
from edge_sched_ros.perception.decoders.metadata import task_of
from edge_sched_ros.perception.decoders.recognition import CERTAIN
from edge_sched_ros.perception.decoders.recognition import grid_cells
from edge_sched_ros.perception.decoders.recognition import only
from edge_sched_ros.perception.decoders.recognition import POSSIBLE
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.values import check_shares
from edge_sched_ros.perception.decoders.values import check_varies
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.results import Detections

_MOST_ROWS = 1000
#: numbers of a row of box, score and class id
_SELECTED = 6
#: boxes of which none reaches farther are shares of the input
_MOST_SHARE = 1.5
#: share of boxes whose size is less than the place of their centre
_MANY_TURNED = 0.25


class RtdetrRows(BoxDecoder):
    """
    Reads Ultralytics' exports of RT-DETR, whose boxes are centre and size from 0 to 1.

    Since 8.4 a row is a detection: (centre x, centre y, width, height, score, class id), best
    first. Before, it was a query: the box, and a score after the sigmoid for each class. No
    suppression is needed. Source: ultralytics/ultralytics, ultralytics/nn/modules/head.py
    (``RTDETRDecoder.forward``, ``postprocess``) and models/rtdetr/predict.py.
    """

    lists_objects = True

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise fewer rows than a grid has cells, of boxes and many classes or just two."""
        info = only(outputs, 3)
        rows, columns = (None, None) if info is None else info.shape[1:]
        if info is None or task_of(metadata) not in ('', 'detect'):
            return None
        if is_rtdetr(metadata) and columns == _SELECTED:
            return Recognition(CERTAIN)
        if rows is None or columns is None or rows > _MOST_ROWS or columns < _SELECTED:
            return None
        names = class_names(metadata)
        if rows == grid_cells(input_size):
            return None
        if names and len(names) == columns - 4:
            return Recognition(CERTAIN, classes=columns - 4)
        return Recognition(POSSIBLE, classes=None if columns == _SELECTED else columns - 4)

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Check that the first output has a row per query, or per detection."""
        shape = outputs[0].shape
        if not one_picture(outputs[0]) or len(shape) != 3 or (shape[2] or 5) < 5:
            raise self.misfit('one output 1xNx(4+classes) or 1xNx6', outputs)
        # two classes and a detection have as many numbers
        many = shape[2] is not None and shape[2] != _SELECTED
        self.check_labels(shape[2] - 4 if many and shape[2] is not None else None)

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> Detections:
        """Return the detections of one picture."""
        raw = outputs[0][0].astype(np.float32)
        check_varies(raw, self.output_names[0])
        if _are_selected(raw):
            if _are_corners(raw) and not is_rtdetr(self.metadata):
                kind, cause = 'corners, scores and class ids', 'yolo_end2end would fit'
                raise InvalidOutputError(self.output_names[0], kind, 'rows', cause)
            scores, class_ids = raw[:, 4], self.whole_classes(raw[:, 5])
        else:
            scores, class_ids = best_class(raw[:, 4:])
            self.check_dense(scores)
        check_shares(raw[self.possible(scores), :4], self.output_names[0])
        size = np.array([self.spec.input.width, self.spec.input.height] * 2, np.float32)
        boxes = centre_to_corners(raw[:, :4] * size)
        return self.select(boxes, scores, class_ids, transform, suppress=False)


def are_queries(raw: NDArray[np.float32]) -> bool:
    """
    Return whether rows of a box, a score and a class id have centre and size, from 0 to 1.

    :param raw: Nx6, also those of low scores, of which many are no corners then
    """
    boxes = raw[:, :4]
    inside = bool(boxes.size) and float(boxes.min()) >= 0 and float(boxes.max()) <= _MOST_SHARE
    return inside and float(_turned(boxes).mean()) > _MANY_TURNED


def _are_selected(raw: NDArray[np.float32]) -> bool:
    """Whether rows have a class id: scores after a sigmoid are no whole numbers."""
    ids = raw[:, -1]
    return raw.shape[1] == _SELECTED and bool((ids == np.rint(ids)).all())


def _are_corners(raw: NDArray[np.float32]) -> bool:
    """Whether all boxes may be corners: no box of all is narrower than its centre is far."""
    return not _turned(raw[:, :4]).any()


def _turned(boxes: NDArray[np.float32]) -> NDArray[np.bool_]:
    turned: NDArray[np.bool_] = (boxes[:, 2:] < boxes[:, :2]).any(axis=1)
    return turned


DECODER = RtdetrRows
