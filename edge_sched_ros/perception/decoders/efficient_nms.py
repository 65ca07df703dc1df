# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""TensorRT's EfficientNMS: number of detections, boxes, scores and classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.boxes import BoxDecoder
from edge_sched_ros.perception.decoders.named_outputs import named
from edge_sched_ros.perception.decoders.recognition import CERTAIN
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.values import number_of_boxes
from edge_sched_ros.perception.results import Detections

_NEEDS = 'num_dets 1x1, det_boxes 1xNx4, det_scores 1xN and det_classes 1xN'


class EfficientNms(BoxDecoder):
    """
    Reads the four outputs of ``EfficientNMS_TRT``, as exports for TensorRT end.

    Only the first ``num_dets`` rows count; boxes are (x0, y0, x1, y1) in pixels of the input.
    Names: ``num_dets``, ``det_boxes``, ``det_scores``, ``det_classes`` (yolov7/export.py) or
    ``num_detections``, ``detection_boxes``, ... (TensorRT's samples). Source: TensorRT
    plugin/efficientNMSPlugin/README.md. Options: ``normalised`` (boxes are 0..1), ``order``
    (``xyxy`` or ``yxyx``).
    """

    lists_objects = True

    defaults: ClassVar[dict[str, Any]] = {
        **BoxDecoder.defaults,
        'normalised': False,
        'order': 'xyxy',
    }

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise the names and the whole numbers of count and classes."""
        found = _find(outputs)
        if found is None:
            return None
        whole = all(outputs[found[part]].dtype.startswith('int') for part in ('num', 'class'))
        return Recognition(CERTAIN) if whole else None

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Identify the outputs by their names."""
        if self.options['order'] not in ('xyxy', 'yxyx'):
            raise self.bad_option('order', 'must be xyxy or yxyx')
        found = _find(outputs)
        if found is None:
            raise self.misfit(_NEEDS, outputs)
        self._count, self._boxes = found['num'], found['box']
        self._scores, self._classes = found['score'], found['class']

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> Detections:
        """Return the detections of one picture."""
        raw = outputs[self._boxes].reshape(-1, 4)
        name = self.output_names[self._count]
        count = number_of_boxes(outputs[self._count], name, most=len(raw))
        boxes = raw[:count].astype(np.float32)
        scores = outputs[self._scores].reshape(-1)[:count].astype(np.float32)
        class_ids = self.whole_classes(outputs[self._classes].reshape(-1)[:count])
        if self.options['order'] == 'yxyx':
            boxes = boxes[:, [1, 0, 3, 2]]
        boxes = self.in_pixels(boxes, scores)
        return self.select(boxes, scores, class_ids, transform, suppress=False)


def _find(outputs: tuple[TensorInfo, ...]) -> dict[str, int] | None:
    """Return part of a name -> index of its output; ``None`` if one is not there."""
    found = {}
    for part in ('num', 'box', 'score', 'class'):
        indices = named(outputs, part)
        if len(indices) != 1 or len(outputs) != 4:
            return None
        found[part] = indices[0]
    shape = outputs[found['box']].shape
    if len(shape) != 3 or shape[2] not in (4, None):
        return None
    shapes = [outputs[found[part]].shape for part in ('box', 'score', 'class')]
    rows = {one[1] for one in shapes if len(one) > 1} - {None}
    return found if len(rows) < 2 else None


DECODER = EfficientNms
