# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors and answers from other devices."""

from __future__ import annotations

import json

import numpy as np

from edge_sched_ros.fleet.wire.frame_key import FrameKey
from edge_sched_ros.fleet.wire.results import pack
from edge_sched_ros.fleet.wire.tensor_record import TensorRecord
from edge_sched_ros.fleet.wire.tensors import decode
from edge_sched_ros.fleet.wire.tensors import RESULT
from edge_sched_ros.perception.masks import masks_of
from edge_sched_ros.perception.results import Classes
from edge_sched_ros.perception.results import ClassMap
from edge_sched_ros.perception.results import DepthMap
from edge_sched_ros.perception.results import Detections
from fuzz.target import Target


def _record(kind: str, dtype: str, shape: tuple[int, ...], data: bytes) -> TensorRecord:
    return TensorRecord(
        session=1,
        job=1,
        frame=FrameKey('camera', 1),
        of_frame=False,
        tensor='t',
        source='left',
        target='right',
        kind=kind,
        dtype=dtype,
        shape=shape,
        sent_ns=0,
        data=data,
    )


def _answer(data: bytes) -> None:
    decode(_record(RESULT, 'uint8', (len(data),), data))


def _tensor(data: bytes) -> None:
    """Read a line of JSON as what a message says, and the rest as its data."""
    line, _, rest = data.partition(b'\n')
    try:
        kind, dtype, shape = json.loads(line)
        # a message has no other types
        texts = isinstance(kind, str) and isinstance(dtype, str)
        numbers = all(type(size) is int and abs(size) < 2**63 for size in shape)
    except (ValueError, TypeError, RecursionError):
        return
    if texts and numbers:
        decode(_record(kind, dtype, tuple(shape), rest))


_BOXES = np.ones((2, 4), np.float32)
_PARTS = [np.ones((2, 2), bool), np.ones((1, 2), bool)]
_SCORES, _IDS = np.ones(2, np.float32), np.zeros(2, np.int64)
#: answers of every kind
ANSWERS = (
    pack(Detections(_BOXES, _SCORES, _IDS, ('person',), _IDS)) or b'',
    pack(
        Detections(
            _BOXES,
            _SCORES,
            _IDS,
            angles_rad=_SCORES,
            keypoints=np.ones((2, 5, 3), np.float32),
            masks=masks_of([(0, 0, 2, 2), (1, 0, 3, 1)], _PARTS, (3, 2), (1, 1, 0, 0)),
        )
    )
    or b'',
    pack(ClassMap(np.ones((3, 2), np.uint8), 1.0, 1.0, labels=('road',))) or b'',
    pack(Classes(_IDS, _SCORES, ('person',))) or b'',
    pack(DepthMap(np.ones((3, 2), np.float32), 1.0, 1.0)) or b'',
)

TARGETS = (
    Target(
        'answer',
        ANSWERS,
        _answer,
    ),
    Target(
        'tensor',
        (
            b'["tensor", "float32", [1, 2, 2]]\n' + bytes(16),
            b'["image", "bgr8", [2, 2, 6, 0]]\n' + bytes(12),
            b'["image", "nv12", [2, 2, 2, 0]]\n' + bytes(6),
        ),
        _tensor,
    ),
)
