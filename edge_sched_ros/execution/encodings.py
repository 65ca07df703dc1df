# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Image encodings of ``sensor_msgs/Image``, and how each becomes BGR."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_U8 = np.dtype(np.uint8)
_U16 = np.dtype(np.uint16)


@dataclass(frozen=True, slots=True)
class Encoding:
    """
    How pixels lie in memory.

    :param to_bgr: from rows x width x channels to HxWx3 BGR uint8
    :param planar: chroma planes follow the luma rows (half as many again)
    """

    channels: int
    to_bgr: Callable[[NDArray[Any]], NDArray[np.uint8]]
    dtype: np.dtype[Any] = _U8
    planar: bool = False
    width_multiple: int = 1
    height_multiple: int = 1


def _as_is(data: NDArray[Any]) -> NDArray[np.uint8]:
    return data


def _by_code(name: str) -> Callable[[NDArray[Any]], NDArray[np.uint8]]:
    """Return a conversion by OpenCV's colour code of that name."""

    def convert(data: NDArray[Any]) -> NDArray[np.uint8]:
        import cv2

        return cv2.cvtColor(data, getattr(cv2, name))  # type: ignore[return-value]

    return convert


def _mono16(data: NDArray[Any]) -> NDArray[np.uint8]:
    """Keep the upper byte, as image viewers do."""
    import cv2

    return cv2.cvtColor((data >> 8).astype(np.uint8), cv2.COLOR_GRAY2BGR)  # type: ignore[return-value]


_MONO = Encoding(1, _by_code('COLOR_GRAY2BGR'))
_BGR = Encoding(3, _as_is)

#: by name, as in sensor_msgs/image_encodings.hpp
ENCODINGS = {
    'bgr8': _BGR,
    'rgb8': Encoding(3, _by_code('COLOR_RGB2BGR')),
    'mono8': _MONO,
    'mono16': Encoding(1, _mono16, dtype=_U16),
    'rgba8': Encoding(4, _by_code('COLOR_RGBA2BGR')),
    'bgra8': Encoding(4, _by_code('COLOR_BGRA2BGR')),
    '8UC1': _MONO,
    '8UC3': _BGR,
    'nv12': Encoding(
        1, _by_code('COLOR_YUV2BGR_NV12'), planar=True, width_multiple=2, height_multiple=2
    ),
    'yuv422': Encoding(2, _by_code('COLOR_YUV2BGR_UYVY'), width_multiple=2),
    'uyvy': Encoding(2, _by_code('COLOR_YUV2BGR_UYVY'), width_multiple=2),
    'yuv422_yuy2': Encoding(2, _by_code('COLOR_YUV2BGR_YUY2'), width_multiple=2),
    'yuyv': Encoding(2, _by_code('COLOR_YUV2BGR_YUY2'), width_multiple=2),
}
