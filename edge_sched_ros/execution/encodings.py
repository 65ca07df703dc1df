# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Image encodings of ``sensor_msgs/Image``, and their conversion to BGR."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.chroma_planes import Chroma
from edge_sched_ros.execution.chroma_planes import i420_to_bgr
from edge_sched_ros.execution.chroma_planes import INTERLEAVED_FULL
from edge_sched_ros.execution.chroma_planes import INTERLEAVED_HALF
from edge_sched_ros.execution.chroma_planes import nv24_to_bgr
from edge_sched_ros.execution.chroma_planes import PLANES_HALF

_U8 = np.dtype(np.uint8)
_U16 = np.dtype(np.uint16)

ToBgr = Callable[[NDArray[Any]], NDArray[np.uint8]]


@dataclass(frozen=True, slots=True)
class Encoding:
    """
    The layout of pixels in memory.

    :param to_bgr: from rows x width x channels to HxWx3 BGR uint8
    :param chroma: layout of chroma after the rows of luma, if they are separate
    :param width_multiple: widths are multiples of it; heights likewise
    :param least_px: minimum width and height
    :param has_colours: whether it can be converted to BGR
    """

    channels: int
    to_bgr: ToBgr
    dtype: np.dtype[Any] = _U8
    chroma: Chroma | None = None
    width_multiple: int = 1
    height_multiple: int = 1
    least_px: int = 1
    has_colours: bool = True


def _as_is(data: NDArray[Any]) -> NDArray[np.uint8]:
    return data


def _by_code(name: str) -> ToBgr:
    """Return a conversion by OpenCV's colour code of this name."""

    def convert(data: NDArray[Any]) -> NDArray[np.uint8]:
        import cv2

        return cv2.cvtColor(data, getattr(cv2, name))  # type: ignore[return-value]

    return convert


def _upper_bytes(to_bgr: ToBgr) -> ToBgr:
    """Return a conversion that keeps the upper byte of 16 bits, like image viewers."""

    def convert(data: NDArray[Any]) -> NDArray[np.uint8]:
        return to_bgr((data >> 8).astype(np.uint8))

    return convert


def _in_16_bits(encoding: Encoding) -> Encoding:
    return Encoding(
        encoding.channels,
        _upper_bytes(encoding.to_bgr),
        dtype=_U16,
        least_px=encoding.least_px,
    )


_MONO = Encoding(1, _by_code('COLOR_GRAY2BGR'))
_BGR = Encoding(3, _as_is)
_RGB = Encoding(3, _by_code('COLOR_RGB2BGR'))
_RGBA = Encoding(4, _by_code('COLOR_RGBA2BGR'))
_BGRA = Encoding(4, _by_code('COLOR_BGRA2BGR'))
_UYVY = Encoding(2, _by_code('COLOR_YUV2BGR_UYVY'), width_multiple=2)
_YUYV = Encoding(2, _by_code('COLOR_YUV2BGR_YUY2'), width_multiple=2)
_I420 = Encoding(1, i420_to_bgr, chroma=PLANES_HALF, width_multiple=2, height_multiple=2)


def _half_plane(code: str) -> Encoding:
    return Encoding(
        1, _by_code(code), chroma=INTERLEAVED_HALF, width_multiple=2, height_multiple=2
    )


def _bayer(code: str) -> Encoding:
    return Encoding(1, _by_code(code), least_px=3)


#: the mosaic's first two rows, as in ROS -> OpenCV's name, after the second row's second and third
#: pixel
_MOSAICS = {'rggb': 'BG', 'bggr': 'RG', 'gbrg': 'GR', 'grbg': 'GB'}
_BAYER = {name: _bayer(f'COLOR_Bayer{code}2BGR') for name, code in _MOSAICS.items()}

#: encodings by name, of sensor_msgs/image_encodings.hpp and further ones of camera drivers
ENCODINGS = {
    'bgr8': _BGR,
    'rgb8': _RGB,
    'mono8': _MONO,
    'rgba8': _RGBA,
    'bgra8': _BGRA,
    'bgr16': _in_16_bits(_BGR),
    'rgb16': _in_16_bits(_RGB),
    'mono16': _in_16_bits(_MONO),
    'rgba16': _in_16_bits(_RGBA),
    'bgra16': _in_16_bits(_BGRA),
    '8UC1': _MONO,
    '8UC3': _BGR,
    '8UC4': _BGRA,
    '16UC3': _in_16_bits(_BGR),
    '16UC4': _in_16_bits(_BGRA),
    **{f'bayer_{name}8': encoding for name, encoding in _BAYER.items()},
    **{f'bayer_{name}16': _in_16_bits(encoding) for name, encoding in _BAYER.items()},
    'nv12': _half_plane('COLOR_YUV2BGR_NV12'),
    'nv21': _half_plane('COLOR_YUV2BGR_NV21'),
    'nv24': Encoding(1, nv24_to_bgr, chroma=INTERLEAVED_FULL),
    'i420': _I420,
    'yuv420': _I420,
    'yuv422': _UYVY,
    'uyvy': _UYVY,
    'yuv422_yuy2': _YUYV,
    'yuyv': _YUYV,
}

#: pixels of many channels, as OpenCV names its types: numbers of 8 or 16 bits, or floats
_MANY = re.compile(r'(8U|16U|32F)C([1-9][0-9]?)')
_MANY_TYPES: dict[str, np.dtype[Any]] = {'8U': _U8, '16U': _U16, '32F': np.dtype(np.float32)}
_LEAST_MANY, _MOST_MANY = 5, 64


def encoding_of(name: str) -> Encoding | None:
    """Return an encoding by its name; ``None`` for one that is not supported."""
    known = ENCODINGS.get(name)
    if known is not None:
        return known
    found = _MANY.fullmatch(name)
    if found is None or not _LEAST_MANY <= int(found[2]) <= _MOST_MANY:
        return None
    return Encoding(int(found[2]), _as_is, dtype=_MANY_TYPES[found[1]], has_colours=False)


#: the supported encodings, for messages
_KINDS = '8 and 16 bit mono, rgb(a), bgr(a), bayer; yuyv, uyvy, nv12, nv21, nv24, i420'
#: depth by REP 118, in millimetres and metres
DEPTH = {'16UC1': 'millimetres', '32FC1': 'metres'}


def why_no_picture(encoding: str) -> tuple[str, str]:
    """Return the reason, as short code and text, why an encoding is not in :data:`ENCODINGS`."""
    if encoding in DEPTH:
        return 'depth_image', (
            f"'{encoding}' is depth in {DEPTH[encoding]}, not a picture"
            + ('; a grey picture of 16 bits is mono16' if encoding == '16UC1' else '')
        )
    named = f"encoding '{encoding}'" if encoding else 'an empty encoding'
    return 'unknown_encoding', f'{named} is not supported (supported: {_KINDS})'
