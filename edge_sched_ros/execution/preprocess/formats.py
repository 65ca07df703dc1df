# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Image formats by VPI's names, and conversions by the CPU while copying in or out.

A picture is a list of its planes. Luma and chroma are those of full-range BT.601 (JPEG), which
``_ER`` (extended range) stands for.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Planes = Sequence[NDArray[Any]]

_CHANNELS = {
    'U8': 1,
    'Y8_ER': 1,
    'Y8_ER_BL': 1,
    'S16': 1,
    'S16_BL': 1,
    'U16': 1,
    'BGR8': 3,
    'RGB8': 3,
    'BGRA8': 4,
    'RGBA8': 4,
}
_DTYPES = {'S16': np.int16, 'S16_BL': np.int16, 'U16': np.uint16}
#: luma plane, then interleaved chroma at half the size
SEMI_PLANAR = ('NV12_ER',)


def plane_shapes(name: str, size: tuple[int, int]) -> tuple[tuple[int, ...], ...]:
    """
    Return the shapes of a format's planes.

    :param size: width and height
    :raises KeyError: for a format that this package does not use
    """
    width, height = size
    if name in SEMI_PLANAR:
        return (height, width), (height // 2, width // 2, 2)
    channels = _CHANNELS[name]
    return ((height, width) if channels == 1 else (height, width, channels),)


def dtype_of(name: str) -> Any:
    """Return the type of a format's numbers."""
    return _DTYPES.get(name, np.uint8)


def format_of(picture: NDArray[np.uint8]) -> str:
    """
    Return the format of a picture in OpenCV's form.

    :raises ValueError: when it has another form
    """
    channels = 1 if picture.ndim == 2 else picture.shape[2]
    try:
        return {1: 'U8', 3: 'BGR8', 4: 'BGRA8'}[channels]
    except KeyError:
        raise ValueError(f'a picture has 1, 3 or 4 channels, not {channels}') from None


def _copy(source: Planes, target: Planes) -> None:
    for plane, into in zip(source, target):
        into[...] = plane


def _by_code(name: str) -> Callable[[Planes, Planes], None]:
    """Return a conversion by OpenCV's colour code that writes into a given array."""

    def convert(source: Planes, target: Planes) -> None:
        import cv2

        made = cv2.cvtColor(source[0], getattr(cv2, name), dst=target[0])
        if made is not target[0]:
            target[0][...] = made

    return convert


def _bgr_to_nv12(source: Planes, target: Planes) -> None:
    import cv2

    parts = cv2.cvtColor(source[0], cv2.COLOR_BGR2YCrCb)
    target[0][...] = parts[..., 0]
    half = (target[1].shape[1], target[1].shape[0])
    # Cb first, then Cr
    target[1][...] = cv2.resize(parts[..., 2:0:-1], half, interpolation=cv2.INTER_AREA)


def _nv12_to_bgr(source: Planes, target: Planes) -> None:
    import cv2

    full = (source[0].shape[1], source[0].shape[0])
    blue_red = cv2.resize(np.asarray(source[1]), full, interpolation=cv2.INTER_LINEAR)
    parts = np.dstack([source[0], blue_red[..., 1], blue_red[..., 0]])
    target[0][...] = cv2.cvtColor(parts, cv2.COLOR_YCrCb2BGR)


def _grey_to_nv12(source: Planes, target: Planes) -> None:
    target[0][...] = source[0]
    target[1][...] = 128


#: (from, to) -> conversion by the CPU
_HOST: dict[tuple[str, str], Callable[[Planes, Planes], None]] = {
    ('BGR8', 'BGRA8'): _by_code('COLOR_BGR2BGRA'),
    ('BGR8', 'RGB8'): _by_code('COLOR_BGR2RGB'),
    ('BGR8', 'NV12_ER'): _bgr_to_nv12,
    ('BGR8', 'U8'): _by_code('COLOR_BGR2GRAY'),
    ('BGRA8', 'BGR8'): _by_code('COLOR_BGRA2BGR'),
    ('RGB8', 'BGR8'): _by_code('COLOR_RGB2BGR'),
    ('NV12_ER', 'BGR8'): _nv12_to_bgr,
    ('NV12_ER', 'U8'): _copy,
    ('U8', 'NV12_ER'): _grey_to_nv12,
    ('U8', 'Y8_ER'): _copy,
    ('Y8_ER', 'U8'): _copy,
    ('U8', 'S16'): _copy,
    ('U8', 'BGR8'): _by_code('COLOR_GRAY2BGR'),
}
#: conversions that keep the picture's content, with their cost; the planner may insert them
KEEPING = {
    ('U8', 'Y8_ER'): 0,
    ('Y8_ER', 'U8'): 0,
    ('BGR8', 'BGRA8'): 1,
    ('BGRA8', 'BGR8'): 1,
    ('U8', 'S16'): 1,
    ('U8', 'NV12_ER'): 1,
    ('NV12_ER', 'U8'): 1,
    ('BGR8', 'NV12_ER'): 3,
    ('NV12_ER', 'BGR8'): 3,
}


def write_planes(source: Planes, source_format: str, target: Planes, target_format: str) -> None:
    """
    Fill planes from a picture, changing its format on the way.

    :raises KeyError: when the CPU has no such conversion
    """
    if source_format == target_format:
        _copy(source, target)
    else:
        _HOST[source_format, target_format](source, target)


def read_planes(source: Planes, source_format: str, target_format: str) -> list[NDArray[Any]]:
    """
    Return a picture's planes in another format; never a view of the source.

    :raises KeyError: when the CPU has no such conversion
    """
    size = (source[0].shape[1], source[0].shape[0])
    target = [
        np.empty(shape, dtype_of(target_format)) for shape in plane_shapes(target_format, size)
    ]
    write_planes(source, source_format, target, target_format)
    return target


def convert_on_host(picture: Any, source: str, target: str) -> Any:
    """
    Return a picture in another format; one of several planes is a list of them.

    :raises KeyError: when the CPU has no such conversion
    """
    planes = list(picture) if source in SEMI_PLANAR else [picture]
    made = read_planes(planes, source, target)
    return made if target in SEMI_PLANAR else made[0]
