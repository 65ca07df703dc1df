# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""YOLOv8-obb, 11-obb, 26-obb: oriented boxes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.base import centre_to_corners
from edge_sched_ros.perception.decoders.metadata import suppresses
from edge_sched_ros.perception.decoders.metadata import task_of
from edge_sched_ros.perception.decoders.oriented import in_source
from edge_sched_ros.perception.decoders.oriented import suppressed
from edge_sched_ros.perception.decoders.recognition import CERTAIN
from edge_sched_ros.perception.decoders.recognition import only
from edge_sched_ros.perception.decoders.recognition import POSSIBLE
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.ultralytics_rows import is_selected
from edge_sched_ros.perception.decoders.ultralytics_rows import may_be_dense
from edge_sched_ros.perception.decoders.ultralytics_rows import SELECTED
from edge_sched_ros.perception.decoders.ultralytics_rows import UltralyticsRows
from edge_sched_ros.perception.decoders.ultralytics_rows import UNKNOWN_COUNT
from edge_sched_ros.perception.decoders.values import check_boxes
from edge_sched_ros.perception.results import Detections

#: classes of DOTA 1.0 and 1.5, which the published weights are trained on
_DOTA = (15, 16)
_OTHER_ROWS = 'Its last row may be a class instead of an angle: no metadata tells.'


class YoloObb(UltralyticsRows):
    """
    Reads (centre x, centre y, width, height), classes and an angle in radians.

    Angles are clockwise in the picture. ``nms_iou`` is the probabilistic IoU of oriented boxes.
    """

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise rows with an angle by metadata; others may have one."""
        info, task = only(outputs, 3), task_of(metadata)
        if info is None or task not in ('', 'obb'):
            return None
        selected = is_selected(info) or suppresses(metadata)
        rows = info.shape[2] if selected else info.shape[1]
        classes = None if selected or rows is None else rows - 5
        if task:
            return Recognition(CERTAIN, {}, (), classes)
        form = rows == SELECTED + 1 if selected else may_be_dense(info, rest=1)
        known = selected or classes in _DOTA
        doubts = (_OTHER_ROWS,) if known else (_OTHER_ROWS, UNKNOWN_COUNT)
        return Recognition(POSSIBLE, {}, doubts, classes) if form else None

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Check that the rows are those of boxes, classes and an angle."""
        if not self.check_rows(outputs[0], 1):
            raise self.misfit('one output 1x(4+classes+1)xN or 1xNx7', outputs)
        if self.spec.input.resize == 'stretch':
            raise ConfigError(
                f'{self.spec.source}: input.resize',
                'must be letterbox or crop: stretching makes oriented boxes skew',
            )

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> Detections:
        """Return the oriented boxes of one picture."""
        found = self.candidates(outputs[0][0])
        order = self.strongest(found.scores)
        boxes = np.concatenate([found.boxes, found.rest], axis=1)[order]
        check_boxes(boxes, self.output_names[0])
        self.check_classes(found.class_ids[order])
        most = self.options['max_detections']
        kept = np.arange(len(order))[:most]
        if not self._selected:
            kept = suppressed(boxes, found.class_ids[order], self.options['nms_iou'], most)
        turned = in_source(boxes[kept], transform)
        detections = Detections(
            centre_to_corners(turned[:, :4]),
            found.scores[order][kept],
            found.class_ids[order][kept],
            self.labels,
            angles_rad=turned[:, 4],
        )
        return _inside(detections, transform)


def _inside(found: Detections, way: Transform) -> Detections:
    """Return the boxes that are not wholly outside the picture, as in the padding."""
    around = found.upright_boxes()
    size = np.array([way.source_width, way.source_height])
    real = (around[:, :2] < size).all(axis=1) & (around[:, 2:] > 0).all(axis=1)
    return found if real.all() else found.take(np.flatnonzero(real))


DECODER = YoloObb
