# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What exporters write into the ``metadata_props`` of an ONNX file.

Ultralytics writes ``task``, ``names``, ``stride``, ``imgsz``, ``end2end``, ``args`` and, for pose,
``kpt_shape``, each as the text of a Python literal (ultralytics/engine/exporter.py, ``metadata``).
YOLOv5 writes ``names`` and ``stride`` only (yolov5/export.py, ``export_onnx``).
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

#: a longer text is not what an exporter writes
_LONGEST = 200_000
#: key of TensorFlow-style and Ultralytics metadata with the kind of the network
_TASK = 'task'


def task_of(metadata: Mapping[str, str]) -> str:
    """Return ``detect``, ``segment``, ``pose``, ``obb`` or ``classify``; empty if not told."""
    return metadata.get(_TASK, '').strip().lower()


def class_names(metadata: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the classes in the order of their ids; empty if not told."""
    names = literal(metadata.get('names', ''))
    if isinstance(names, dict) and names.keys() == set(range(len(names))):
        names = [names[index] for index in range(len(names))]
    if not isinstance(names, (list, tuple)):
        return ()
    return tuple(map(str, names))


def suppresses(metadata: Mapping[str, str]) -> bool:
    """Whether the network selects its boxes itself: ``end2end``, or ``nms`` in ``args``."""
    arguments = literal(metadata.get('args', ''))
    nms = isinstance(arguments, dict) and arguments.get('nms') is True
    return nms or literal(metadata.get('end2end', '')) is True


def is_rtdetr(metadata: Mapping[str, str]) -> bool:
    """Whether Ultralytics' metadata tell an RT-DETR, by ``head`` (since 8.4) or description."""
    described = metadata.get('description', '').lower().replace('-', '')
    return metadata.get('head') == 'RTDETRDecoder' or 'rtdetr' in described


def keypoint_shape(metadata: Mapping[str, str]) -> tuple[int, int] | None:
    """Return the number of keypoints and the numbers of each; ``None`` if not told."""
    shape = literal(metadata.get('kpt_shape', ''))
    if isinstance(shape, (list, tuple)) and len(shape) == 2:
        count, each = shape
        if isinstance(count, int) and isinstance(each, int):
            return count, each
    return None


def literal(text: str) -> Any:
    """Return the value of a Python literal; ``None`` for other text."""
    if not text or len(text) > _LONGEST:
        return None
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None
