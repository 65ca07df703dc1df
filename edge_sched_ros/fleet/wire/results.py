# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Answers as bytes: a line of JSON that names the arrays, and the arrays."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections

#: class -> its arrays with their types; everything else of it is plain JSON
_ARRAYS: dict[str, dict[str, str]] = {
    'Detections': {
        'boxes_xyxy': 'float32',
        'scores': 'float32',
        'class_ids': 'int64',
        'track_ids': 'int64',
    },
    'DepthMap': {'depth_m': 'float32'},
}
_CLASSES: dict[str, type] = {'Detections': Detections, 'DepthMap': DepthMap}
_PLACE = ('scale_x', 'scale_y', 'offset_x', 'offset_y')


def pack(result: Any) -> bytes | None:
    """Return an answer as bytes; ``None`` for what has no such form."""
    kind = type(result).__name__
    if _CLASSES.get(kind) is not type(result):
        return None
    head: dict[str, Any] = {'kind': kind, 'arrays': {}}
    parts: list[bytes] = []
    for name, dtype in _ARRAYS[kind].items():
        value = getattr(result, name)
        if value is not None:
            array = np.ascontiguousarray(value, dtype)
            head['arrays'][name] = list(array.shape)
            parts.append(array.tobytes())
    if isinstance(result, Detections):
        head['labels'] = list(result.labels)
    else:
        head['place'] = [float(getattr(result, name)) for name in _PLACE]
    return b''.join([json.dumps(head).encode(), b'\n', *parts])


def unpack(data: bytes) -> Detections | DepthMap:
    """
    Return the answer in bytes.

    :raises ValueError: when there is none, or its arrays do not fit each other
    """
    line, found, rest = data.partition(b'\n')
    head: Any = json.loads(line) if found else None
    if not isinstance(head, dict):
        raise ValueError('it has no head')
    kind = head.get('kind')
    if kind not in _ARRAYS or not isinstance(head.get('arrays'), dict):
        raise ValueError('its head names no known answer')
    arrays: dict[str, NDArray[Any]] = {}
    at = 0
    for name, dtype in _ARRAYS[kind].items():
        shape = head['arrays'].get(name)
        if shape is None:
            continue
        if not isinstance(shape, list) or not all(type(n) is int and n >= 0 for n in shape):
            raise ValueError(f'{name} has no shape')
        count = math.prod(shape)
        end = at + count * np.dtype(dtype).itemsize
        if end > len(rest):
            raise ValueError(f'{name} is cut short')
        arrays[name] = np.frombuffer(rest, dtype, count, at).reshape(shape)
        at = end
    if at != len(rest):
        raise ValueError(f'{len(rest) - at} bytes are left over')
    return _detections(head, arrays) if kind == 'Detections' else _depth(head, arrays)


def _detections(head: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Detections:
    boxes, scores, ids = (arrays[name] for name in ('boxes_xyxy', 'scores', 'class_ids'))
    tracks = arrays.get('track_ids')
    count = len(scores)
    if boxes.shape != (count, 4) or ids.shape != (count,):
        raise ValueError('boxes, scores and classes are not equally many')
    if tracks is not None and tracks.shape != (count,):
        raise ValueError('tracks and scores are not equally many')
    labels = head.get('labels')
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise ValueError('labels are no texts')
    return Detections(boxes, scores, ids, tuple(labels), tracks)


def _depth(head: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> DepthMap:
    place = head.get('place')
    if not isinstance(place, list) or len(place) != len(_PLACE):
        raise ValueError('the depth has no place in the picture')
    if arrays['depth_m'].ndim != 2:
        raise ValueError('the depth is no picture')
    return DepthMap(arrays['depth_m'], *(float(value) for value in place))
