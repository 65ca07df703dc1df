# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""YOLOX with its boxes decoded by the graph: one output 1xNx(5+C) in pixels."""

from __future__ import annotations

from collections.abc import Mapping

from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.recognition import grid_cells
from edge_sched_ros.perception.decoders.recognition import LIKELY
from edge_sched_ros.perception.decoders.recognition import only
from edge_sched_ros.perception.decoders.recognition import POSSIBLE
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.yolov5 import Yolov5
from edge_sched_ros.perception.decoders.yolox import YOLOV6

_RAW = 'The graph does not tell whether its boxes are decoded already; most exports are not.'


class YoloxDecoded(Yolov5):
    """
    Reads YOLOX exports with ``--decode_in_inference``: (centre x, centre y, width, height).

    Source: YOLOX/tools/export_onnx.py and yolox/models/yolo_head.py, ``decode_outputs``: one row
    for each cell of strides 8, 16 and 32; then objectness and classes, both after the sigmoid.
    """

    @classmethod
    def recognise(
        cls,
        outputs: tuple[TensorInfo, ...],
        metadata: Mapping[str, str],
        input_size: tuple[int, int] | None,
    ) -> Recognition | None:
        """Recognise one row per cell; the graph does not tell these boxes from raw ones."""
        info = only(outputs, 3)
        rows, columns = (None, None) if info is None else info.shape[1:]
        cells = grid_cells(input_size)
        if columns is None or columns < 6 or not cells or rows != cells or metadata.get('task'):
            return None
        if info is not None and info.name == YOLOV6:
            return Recognition(LIKELY, classes=columns - 5)
        return Recognition(POSSIBLE, doubts=(_RAW,), classes=columns - 5)


DECODER = YoloxDecoded
