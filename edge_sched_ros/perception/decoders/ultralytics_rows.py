# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Heads of Ultralytics with more than boxes: mask coefficients, keypoints, an angle.

Source: ultralytics/nn/modules/head.py and engine/exporter.py. Exports are either dense, 1xRxN with
R rows (centre x, centre y, width, height in pixels, a score for each class, the rest), or they
select themselves (YOLO26, ``nms=True``), 1xNx(6 + rest): box, score, class, the rest. The boxes of
the latter are corners, those of oriented boxes centre and size as before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.base import centre_to_corners
from edge_sched_ros.perception.decoders.base import one_picture
from edge_sched_ros.perception.decoders.boxes import best_class
from edge_sched_ros.perception.decoders.boxes import BoxDecoder
from edge_sched_ros.perception.decoders.values import check_scores
from edge_sched_ros.perception.decoders.values import check_varies

#: most rows of an export that selects its detections itself (``max_det`` is 300)
MOST_SELECTED = 1000
#: numbers of a selected detection before the rest: box, score, class
SELECTED = 6
_BOX = 4
#: a doubt of a recognition
UNKNOWN_COUNT = 'Its number of rows is not one of published weights.'


@dataclass(frozen=True, slots=True)
class Candidates:
    """
    Candidates that pass the threshold.

    :param boxes: Nx4 in the network's pixels, as the head gives them
    :param scores: N
    :param class_ids: N
    :param rest: NxE, what the head gives beside them
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    rest: NDArray[np.float32]


def is_selected(info: TensorInfo) -> bool:
    """Whether an output has a row for each detection, instead of a column for each candidate."""
    rows, columns = info.shape[1:]
    return columns is not None and (rows is None or columns < rows <= MOST_SELECTED)


def may_be_dense(info: TensorInfo, rest: int) -> bool:
    """Whether an output can have a column for each candidate, with so many more rows at least."""
    rows, columns = info.shape[1:]
    return rows is not None and rows > _BOX + rest and (columns is None or columns > rows)


class UltralyticsRows(BoxDecoder):
    """Reads one output that is dense or selected; subclasses say what the rest is."""

    #: whether the rows are selected detections
    _selected = False
    #: number of classes of a dense head; ``None`` until it is known
    _count: int | None = None
    #: index of the output with the rows
    _rows = 0

    def check_rows(self, info: TensorInfo, rest: int) -> bool:
        """
        Check the form of the rows, and note it; return whether they can be.

        :param rest: how many numbers follow the scores of classes
        :raises ConfigError: when the labels do not match
        """
        if not one_picture(info) or len(info.shape) != 3:
            return False
        self._selected = is_selected(info)
        rows, columns = info.shape[1:]
        if self._selected:
            return columns == SELECTED + rest
        if rows is None or rows <= _BOX + rest or (columns is not None and columns < rows):
            return False
        self._count = rows - _BOX - rest
        self.check_labels(self._count)
        return True

    def candidates(self, raw: NDArray[Any]) -> Candidates:
        """
        Return the candidates of one picture.

        :param raw: the output, without the dimension of pictures
        :raises InvalidOutputError: when nothing can be concluded from it
        """
        name = self.output_names[self._rows]
        if self._selected:
            # zeros stand for no object, so that all may be the same
            check_scores(raw[:, 4], name)
            rows = raw[self.possible(raw[:, 4])].astype(np.float32)
            classes = self.whole_classes(rows[:, 5])
            return Candidates(rows[:, :4], rows[:, 4], classes, rows[:, SELECTED:])
        check_varies(raw, name)
        last = _BOX + (self._count or 0)
        best = raw[_BOX:last].max(axis=0)
        check_scores(best, name)
        self.check_dense(best)
        columns = raw[:, self.possible(best)].T.astype(np.float32)
        scores, class_ids = best_class(columns[:, _BOX:last])
        return Candidates(columns[:, :_BOX], scores, class_ids, columns[:, last:])

    def corners(self, found: Candidates) -> NDArray[np.float32]:
        """Return the corners of boxes that are not oriented."""
        return found.boxes if self._selected else centre_to_corners(found.boxes)
