# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Pictures with chroma stored separately from luma.

A picture is seen as rows of ``step`` bytes: first those of luma, then those of chroma.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Chroma:
    """
    The layout of chroma after luma.

    :param rows_by: total rows, as a multiple of half the rows of luma
    :param row_by: bytes of a row of chroma, as a multiple of half the width; its stride is the
        same multiple of half the step
    """

    rows_by: int
    row_by: int

    def rows(self, height: int) -> int:
        """Return the total number of rows of ``step`` bytes."""
        return height * self.rows_by // 2

    def bytes_needed(self, width: int, height: int, step: int) -> int:
        """Return the minimum size of a picture: the padding of the last row may be missing."""
        padding = step - width
        return self.rows(height) * step - min(padding, padding * self.row_by // 2)


#: blue and red interleaved, at half the size: nv12, nv21
INTERLEAVED_HALF = Chroma(rows_by=3, row_by=2)
#: the same at full size: nv24
INTERLEAVED_FULL = Chroma(rows_by=6, row_by=4)
#: a plane of blue, then a plane of red, at half the size and half the step: i420
PLANES_HALF = Chroma(rows_by=3, row_by=1)

#: from Y, Cb, Cr of limited range (BT.601, as OpenCV's YUV codes) to BGR
_TO_BGR = np.array([[1.164, 2.018, 0.0], [1.164, -0.391, -0.813], [1.164, 0.0, 1.596]])
_LIMITED = np.hstack([_TO_BGR, -_TO_BGR @ np.array([[16.0], [128.0], [128.0]])])


def nv24_to_bgr(data: NDArray[Any]) -> NDArray[np.uint8]:
    """Return BGR of luma rows followed by twice as many chroma rows."""
    import cv2

    height, width, step = data.shape[0] // 3, data.shape[1], data.strides[0]
    pairs = as_strided(data[height:], (height, width, 2), (2 * step, 2, 1), writeable=False)
    return cv2.transform(np.dstack([data[:height], pairs]), _LIMITED)  # type: ignore[return-value]


def i420_to_bgr(data: NDArray[Any]) -> NDArray[np.uint8]:
    """Return BGR of luma rows followed by planes of blue and red."""
    import cv2

    height, width, step = data.shape[0] * 2 // 3, data.shape[1], data.strides[0]
    if step != width:
        # OpenCV accepts only planes without padding
        both = as_strided(data[height:], (height, width // 2), (step // 2, 1), writeable=False)
        flat = np.concatenate([data[:height].reshape(-1), both.reshape(-1)])
        data = flat.reshape(height * 3 // 2, width)
    return cv2.cvtColor(data, cv2.COLOR_YUV2BGR_I420)  # type: ignore[return-value]
