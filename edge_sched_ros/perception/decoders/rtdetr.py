# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""RT-DETR, D-FINE and DEIM as their authors export them: labels, boxes and scores."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.more_inputs import IMAGE_SIZE
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.boxes import BoxDecoder
from edge_sched_ros.perception.decoders.named_outputs import named
from edge_sched_ros.perception.decoders.recognition import CERTAIN
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.results import Detections


class Rtdetr(BoxDecoder):
    """
    Reads ``labels`` 1xN, ``boxes`` 1xNx4 (x0, y0, x1, y1) and ``scores`` 1xN, best first.

    Boxes are in pixels of the picture whose size the input ``orig_target_sizes`` tells (the key
    ``inputs`` of the network's file). Sources: RT-DETR/rtdetrv2_pytorch/tools/export_onnx.py and
    D-FINE/tools/deployment/export_onnx.py.
    """

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise the three names and their shapes."""
        found = _find(outputs)
        if found is None or not outputs[found[0]].dtype.startswith('int'):
            return None
        if not outputs[found[1]].name.lower().startswith('box'):
            return None  # bboxes: SSD of the ONNX model zoo
        return Recognition(CERTAIN)

    def check(self, outputs: tuple[TensorInfo, ...]) -> None:
        """Identify the outputs by their names."""
        found = _find(outputs)
        if found is None:
            raise self.misfit('labels 1xN, boxes 1xNx4 and scores 1xN', outputs)
        self._classes, self._boxes, self._scores = found

    def decode(self, outputs: list[NDArray[Any]], transform: Transform) -> Detections:
        """Return the detections of one picture."""
        boxes = outputs[self._boxes].reshape(-1, 4).astype(np.float32)
        scores = outputs[self._scores].reshape(-1).astype(np.float32)
        class_ids = self.whole_classes(outputs[self._classes].reshape(-1))
        boxes = boxes * self._in_input(transform)
        return self.select(boxes, scores, class_ids, transform, suppress=False)

    def _in_input(self, transform: Transform) -> NDArray[np.float32]:
        """Return pixels of the input per pixel of the picture whose size the network got."""
        told = [one.of for one in self.spec.inputs if one.source == IMAGE_SIZE]
        width, height = self._input_size
        if not told or told[0] == 'network':
            size = (float(width), float(height))
        elif told[0] == 'source':
            size = (float(transform.source_width), float(transform.source_height))
        else:
            size = (
                transform.source_width * transform.scale_x,
                transform.source_height * transform.scale_y,
            )
        return np.array([width / size[0], height / size[1]] * 2, np.float32)


def _find(outputs: tuple[TensorInfo, ...]) -> tuple[int, int, int] | None:
    """Return the indices of labels, boxes and scores; ``None`` if one is not there."""
    found = [named(outputs, word) for word in ('label', 'box', 'score')]
    if any(len(indices) != 1 for indices in found):
        return None
    labels, boxes, scores = (indices[0] for indices in found)
    sizes = [len(outputs[index].shape) for index in (labels, boxes, scores)]
    if sizes != [2, 3, 2] or outputs[boxes].shape[2] not in (4, None):
        return None
    rows = {outputs[index].shape[1] for index in (labels, boxes, scores)} - {None}
    return (labels, boxes, scores) if len(rows) < 2 else None


DECODER = Rtdetr
