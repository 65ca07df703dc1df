# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Compressed pictures and raw ones."""

from __future__ import annotations

import cv2
import numpy as np

from edge_sched_ros.execution.coded_size import coded_size
from edge_sched_ros.execution.frame import SourceImage
from fuzz.target import Target

#: small, so that a picture within the limit is within the limit of memory, too
_MOST_PIXELS = 1 << 18
_PIXELS = np.arange(16 * 12 * 3, dtype=np.uint8).reshape(12, 16, 3)
_CORPUS = tuple(
    cv2.imencode(suffix, _PIXELS)[1].tobytes()
    for suffix in ('.jpg', '.png', '.webp', '.tiff', '.bmp', '.ppm')
)


def _decode(data: bytes) -> None:
    SourceImage.from_compressed(data, 'jpeg', max_pixels=_MOST_PIXELS).bgr()


def _size(data: bytes) -> None:
    coded_size(memoryview(data))


TARGETS = (
    Target('compressed_picture', _CORPUS, _decode),
    Target('coded_size', _CORPUS, _size, ()),
)
