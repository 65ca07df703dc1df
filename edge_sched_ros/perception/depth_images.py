# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Depth images of depth cameras (REP 118) as depth maps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.brief import brief
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.perception.results import DepthMap

#: encoding -> type of its pixels, and metres in one
_ENCODINGS: dict[str, tuple[str, float]] = {
    '16UC1': ('u2', 1e-3),
    'mono16': ('u2', 1e-3),
    '32FC1': ('f4', 1.0),
}
#: difference of heights, as a share, that rounded sizes of one view may have (424x240, 1280x720)
_SLACK = 0.02


def depth_map(message: Any, size: tuple[int, int]) -> DepthMap:
    """
    Return the depth of an image, registered to a picture: both show the same view.

    :param message: a ``sensor_msgs/Image`` of 16UC1 in millimetres, 0 where unknown, or 32FC1 in
        metres, NaN where unknown
    :param size: width and height of the picture, which may be another than that of the depth
    :raises FrameError: when it is no such image, or has other proportions than the picture
    """
    known = _ENCODINGS.get(message.encoding)
    if known is None:
        told = f'{brief(message.encoding)} is no encoding of depth ({", ".join(_ENCODINGS)})'
        raise FrameError('unknown_encoding', told, about=message.encoding)
    name, unit_m = known
    values = _pixels(message, np.dtype(name).newbyteorder('>' if message.is_bigendian else '<'))
    if unit_m == 1.0:
        depth_m = values.astype(np.float32, copy=False)
    else:
        depth_m = np.where(values > 0, values * np.float32(unit_m), np.float32(np.nan))
    height, width = depth_m.shape
    expected = width * size[1] / size[0]
    if abs(height - expected) > max(1.0, _SLACK * expected):
        told = f'the depth image is {width}x{height}, the picture {size[0]}x{size[1]} pixels: '
        raise FrameError('unequal_sizes', f'{told}they do not show the same view')
    return DepthMap(depth_m, width / size[0], height / size[1])


def _pixels(message: Any, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return the pixels without copying them; :raises FrameError: when some are missing."""
    width, height, step = int(message.width), int(message.height), int(message.step)
    if width <= 0 or height <= 0:
        raise FrameError('zero_size', f'the depth image is {width}x{height} pixels')
    row_bytes = width * dtype.itemsize
    if step < row_bytes:
        raise FrameError('bad_step', f'step is {step} bytes, {width} pixels need {row_bytes}')
    flat = np.frombuffer(message.data, np.uint8)
    needed = step * (height - 1) + row_bytes
    if flat.size < needed:
        raise FrameError('short_data', f'data has {flat.size} bytes, the image needs {needed}')
    view: NDArray[Any] = np.ndarray(
        (height, width), dtype, flat.data, strides=(step, dtype.itemsize)
    )
    return view
