# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The size of a compressed picture in pixels, read from its header without decoding it."""

from __future__ import annotations

import struct
from collections.abc import Callable

#: maximum pixels; decoding takes about 10 ns and 3 bytes for each
MOST_PIXELS = 1 << 26
#: maximum number of segments searched for the size, which is near the start of a file
_MOST_PARTS = 1000
_TIFF_WIDTH, _TIFF_HEIGHT = 256, 257
_TIFF_SHORT = 3

Size = tuple[int, int]


def coded_size(data: memoryview) -> Size | None:
    """
    Return the width and height in a header.

    ``None`` without them: then only decoding gives the size.

    :param data: a whole JPEG, PNG, BMP, TIFF, WebP or JPEG 2000 file
    """
    start = bytes(data[:12])
    for magic, read in _READERS.items():
        if start.startswith(magic):
            try:
                return read(data)
            except struct.error:
                return None  # truncated
    return None


def _png(data: memoryview) -> Size:
    return struct.unpack_from('>II', data, 16)


def _jpeg(data: memoryview) -> Size | None:
    at = 2
    for _ in range(_MOST_PARTS):
        mark, kind = struct.unpack_from('BB', data, at)
        if mark != 0xFF:
            return None
        if kind == 0xFF:  # fill bytes
            at += 1
        elif kind == 0x01 or 0xD0 <= kind <= 0xD9:
            at += 2
        elif 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from('>HH', data, at + 5)
            return width, height
        else:
            at += 2 + struct.unpack_from('>H', data, at + 2)[0]
    return None


def _bmp(data: memoryview) -> Size:
    old = struct.unpack_from('<I', data, 14)[0] == 12
    width, height = struct.unpack_from('<HH' if old else '<ii', data, 18)
    return abs(width), abs(height)  # a negative height means rows from the top


def _tiff(data: memoryview) -> Size | None:
    order = '<' if data[0] == ord('I') else '>'
    at = struct.unpack_from(f'{order}I', data, 4)[0]
    count = struct.unpack_from(f'{order}H', data, at)[0]
    found = {}
    for number in range(min(count, _MOST_PARTS)):
        entry = at + 2 + 12 * number
        tag, kind = struct.unpack_from(f'{order}HH', data, entry)
        form = 'H' if kind == _TIFF_SHORT else 'I'
        found[tag] = struct.unpack_from(f'{order}{form}', data, entry + 8)[0]
        if _TIFF_WIDTH in found and _TIFF_HEIGHT in found:
            return found[_TIFF_WIDTH], found[_TIFF_HEIGHT]
    return None


def _webp(data: memoryview) -> Size | None:
    kind = bytes(data[12:16])
    if kind == b'VP8 ':
        width, height = struct.unpack_from('<HH', data, 26)
        return width & 0x3FFF, height & 0x3FFF
    if kind == b'VP8L':
        bits = struct.unpack_from('<I', data, 21)[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b'VP8X':
        low, high = struct.unpack_from('<IH', data, 24)
        return (low & 0xFFFFFF) + 1, (low >> 24 | high << 8) + 1
    return None


def _jpeg_2000(data: memoryview) -> Size | None:
    if data[0] == 0xFF:
        right, bottom, left, top = struct.unpack_from('>IIII', data, 8)
        return right - left, bottom - top
    at = bytes(data[:_MOST_PARTS]).find(b'ihdr')
    if at < 0:
        return None
    height, width = struct.unpack_from('>II', data, at + 4)
    return width, height


_READERS: dict[bytes, Callable[[memoryview], Size | None]] = {
    b'\x89PNG': _png,
    b'\xff\xd8\xff': _jpeg,
    b'BM': _bmp,
    b'II*\0': _tiff,
    b'MM\0*': _tiff,
    b'RIFF': _webp,
    b'\0\0\0\x0cjP  ': _jpeg_2000,
    b'\xff\x4f\xff\x51': _jpeg_2000,
}
