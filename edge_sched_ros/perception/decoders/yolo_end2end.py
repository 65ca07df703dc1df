# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""YOLO with its selection in the graph: one output 1xNx6 of boxes, score and class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.base import one_picture
from edge_sched_ros.perception.decoders.boxes import BoxDecoder
from edge_sched_ros.perception.decoders.metadata import is_rtdetr
from edge_sched_ros.perception.decoders.metadata import suppresses
from edge_sched_ros.perception.decoders.metadata import task_of
from edge_sched_ros.perception.decoders.recognition import CERTAIN
from edge_sched_ros.perception.decoders.recognition import grid_cells
from edge_sched_ros.perception.decoders.recognition import LIKELY
from edge_sched_ros.perception.decoders.recognition import only
from edge_sched_ros.perception.decoders.recognition import POSSIBLE
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.rtdetr_rows import are_queries
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.results import Detections

_COLUMNS = 6
#: more rows than any export selects
_MOST_ROWS = 1000
_UNIT = 'The graph does not tell whether its boxes are pixels or from 0 to 1 (normalised: true).'


class YoloEnd2end(BoxDecoder):
    """
    Reads YOLOv10, YOLO26 and any Ultralytics export with ``nms=True``: rows of the best boxes.

    A row is (x0, y0, x1, y1) in pixels of the input, score, class id; rows without an object have
    a score near 0. Source: ultralytics/nn/modules/head.py (``Detect.postprocess``) and
    engine/exporter.py (``NMSModel``). Option ``normalised``: boxes are 0..1 instead.
    """

    lists_objects = True

    defaults: ClassVar[dict[str, Any]] = {**BoxDecoder.defaults, 'normalised': False}

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise rows of six numbers, fewer than a network has candidates."""
        info = only(outputs, 3)
        if info is None or info.shape[2] != _COLUMNS or is_rtdetr(metadata):
            return None
        rows, task, cells = info.shape[1], task_of(metadata), grid_cells(input_size)
        if task not in ('', 'detect') or rows in (cells or None, 3 * cells or None):
            return None
        if suppresses(metadata):
            return Recognition(CERTAIN)
        if rows is None:
            return Recognition(POSSIBLE)
        if rows > _MOST_ROWS:
            return None
        return Recognition(CERTAIN) if task else Recognition(LIKELY, doubts=(_UNIT,))

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Check that the first output has six columns."""
        shape = outputs[0].shape
        if not one_picture(outputs[0]) or len(shape) != 3 or shape[2] not in (_COLUMNS, None):
            raise self.misfit('one output 1xNx6', outputs)

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> Detections:
        """Return the detections of one picture."""
        raw = outputs[0][0].astype(np.float32, copy=False)
        quick = self.natively('decode_end2end', transform, raw, self.options['normalised'])
        if quick is not None:
            return quick
        class_ids = self.whole_classes(raw[:, 5])
        if len(self.possible(raw[:, 4])) and are_queries(raw):
            kind = 'centre and size from 0 to 1'
            raise InvalidOutputError(self.output_names[0], kind, 'rows', 'rtdetr_rows would fit')
        boxes = self.in_pixels(raw[:, :4], raw[:, 4])
        return self.select(boxes, raw[:, 4], class_ids, transform, suppress=False)


DECODER = YoloEnd2end
