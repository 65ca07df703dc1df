# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""YOLOv8-seg, 11-seg, 26-seg: boxes with mask coefficients, and prototypes of masks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.metadata import task_of
from edge_sched_ros.perception.decoders.prototypes import prototype_masks
from edge_sched_ros.perception.decoders.recognition import CERTAIN
from edge_sched_ros.perception.decoders.recognition import LIKELY
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.ultralytics_rows import is_selected
from edge_sched_ros.perception.decoders.ultralytics_rows import SELECTED
from edge_sched_ros.perception.decoders.ultralytics_rows import UltralyticsRows
from edge_sched_ros.perception.decoders.values import check_boxes
from edge_sched_ros.perception.decoders.values import check_varies
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.results import Detections

_NEEDS = (
    'two outputs, 1x(4+classes+P)xN or 1xNx(6+P) and prototypes 1xPxHxW that its input is a whole '
    'number of times as large as'
)


class YoloSeg(UltralyticsRows):
    """
    Reads rows of boxes, classes and coefficients, and prototypes, in any order.

    Masks have the pixels of the network's input without its padding.
    """

    extras = ('masks',)
    #: what the outputs must be, for messages
    needs: ClassVar[str] = _NEEDS

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise prototypes beside rows that have a coefficient for each."""
        pair, task = pair_of(outputs), task_of(metadata)
        if pair is None or task not in ('', 'segment'):
            return None
        rows, prototypes = (outputs[index] for index in pair)
        count = prototypes.shape[1]
        if count is None or None in rows.shape[1:]:
            return Recognition(CERTAIN) if task else None
        sure = CERTAIN if task else LIKELY
        if is_selected(rows):
            return Recognition(sure) if rows.shape[2] == SELECTED + count else None
        classes = (rows.shape[1] or 0) - 4 - count
        if classes < 1 or (rows.shape[2] or 0) < (rows.shape[1] or 0):
            return None
        return Recognition(sure, classes=classes)

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Identify the outputs."""
        pair = pair_of(outputs)
        if pair is None:
            raise self.misfit(self.needs, outputs)
        self._rows, self._prototypes = pair
        self._boxes = self._scores = self._classes = self._rows
        shape = outputs[self._prototypes].shape
        sizes = (self.spec.input.height, self.spec.input.width)
        whole = all(
            small is None or (small > 0 and size % small == 0)
            for small, size in zip(shape[2:], sizes)
        )
        if not whole or shape[1] is None or not self.check_rows(outputs[self._rows], shape[1]):
            raise self.misfit(self.needs, outputs)

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> Detections:
        """Return the detections of one picture, with their masks."""
        found = self.candidates(outputs[self._rows][0])
        corners = self.corners(found)
        rows = self.choose(corners, found.scores, found.class_ids, suppress=not self._selected)
        boxes = transform.to_source(corners[rows])
        real = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        rows = rows[real]
        detections = Detections(
            boxes[real].astype(np.float32), found.scores[rows], found.class_ids[rows], self.labels
        )
        prototypes, name = outputs[self._prototypes][0], self.output_names[self._prototypes]
        check_varies(prototypes, name)
        self._check_size(prototypes, found.rest.shape[1])
        check_boxes(found.rest[rows], self.output_names[self._rows], 'coefficients')
        # a sum is not finite if a part is not, and makes no array of its own
        if not np.isfinite(prototypes.sum(dtype=np.float32)):
            raise InvalidOutputError(name, 'NaN or infinite', 'masks')
        size = (self.spec.input.width, self.spec.input.height)
        masks = prototype_masks(found.rest[rows], corners[rows], prototypes, size, transform)
        return replace(detections, masks=masks)

    def _check_size(self, prototypes: NDArray[Any], count: int) -> None:
        """Check what the graph may have left open: number and size of the prototypes."""
        planes, height, width = prototypes.shape
        spec = self.spec.input
        if planes != count or spec.width % width or spec.height % height:
            kind = f'{planes}x{height}x{width}, for {count} coefficients'
            raise InvalidOutputError(self.output_names[self._prototypes], kind, 'prototypes')


def pair_of(outputs: tuple[TensorInfo, ...]) -> tuple[int, int] | None:
    """Return the indices of rows and prototypes; ``None`` if there are not just these."""
    rows = [index for index, info in enumerate(outputs) if len(info.shape) == 3]
    planes = [index for index, info in enumerate(outputs) if len(info.shape) == 4]
    if len(rows) != 1 or len(planes) != 1:
        return None
    batch = outputs[planes[0]].shape[0]
    return (rows[0], planes[0]) if batch in (1, None) else None


DECODER = YoloSeg
