# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The size of a compressed picture in pixels, read from its header without decoding it.

A decoder allocates the whole picture before it looks at the data, so a file of some hundred bytes
can take gigabytes. The readers here take the same fields as the decoders do. Where they find no
size, the picture is not decoded at all.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

#: maximum pixels by default; decoding takes about 10 ns and 3 bytes for each, and 6 bytes more
#: in a progressive JPEG
MOST_PIXELS = 64_000_000
#: maximum number of parts searched for the size, which is near the start of a file
_MOST_PARTS = 1000
#: maximum number of chunks of a PNG; encoders write 8 KiB and more in each
_MOST_CHUNKS = 1 << 16
_TIFF_WIDTH, _TIFF_HEIGHT = 256, 257
_TIFF_TILE_WIDTH, _TIFF_TILE_HEIGHT = 322, 323
#: form of the types of a size; a decoder would read others elsewhere in the file
_TIFF_FORMS = {3: 'H', 4: 'I'}
#: pixels of a tile that need not be compared with the picture
_SMALL_TILE = 1 << 20
_PNM = re.compile(rb'P[1-6]\s(?:\s|#[^\n]*\n)*([0-9]{1,9})\s(?:\s|#[^\n]*\n)*([0-9]{1,9})\s')

Size = tuple[int, int]


def coded_size(data: memoryview) -> Size | None:
    """
    Return the width and height in a header.

    ``None`` without a plausible one: nobody knows what decoding would take.

    :param data: a whole JPEG, PNG, BMP, TIFF, WebP, JPEG 2000 or PNM file
    """
    start = bytes(data[:12])
    for magic, read in _READERS.items():
        if start.startswith(magic):
            try:
                size = read(data)
            except struct.error:
                return None  # truncated
            return size if size is not None and min(size) > 0 else None
    return None


def _png(data: memoryview) -> Size | None:
    """Return the size if all chunks are there: decoders allocate what their lengths promise."""
    if bytes(data[12:16]) != b'IHDR':
        return None
    at = 8
    for _ in range(_MOST_CHUNKS):
        length, kind = struct.unpack_from('>I4s', data, at)
        at += 12 + length  # with the check sum after it
        if at > len(data):
            return None
        if kind == b'IEND':
            return struct.unpack_from('>II', data, 16)
    return None


def _jpeg(data: memoryview) -> Size | None:
    at = 2
    for _ in range(_MOST_PARTS):
        mark, kind = struct.unpack_from('BB', data, at)
        if mark != 0xFF or kind == 0xFF:  # decoders skip bytes between segments
            at += 1
        elif kind <= 0x01 or 0xD0 <= kind <= 0xD8:
            at += 2
        elif kind in (0xD9, 0xDA):  # pixels or the end: no size can follow
            return None
        elif 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from('>HH', data, at + 5)
            return width, height
        else:
            # the length counts its own two bytes
            at += 2 + max(2, struct.unpack_from('>H', data, at + 2)[0])
    return None


def _bmp(data: memoryview) -> Size:
    old = struct.unpack_from('<I', data, 14)[0] == 12
    width, height = struct.unpack_from('<HH' if old else '<ii', data, 18)
    return abs(width), abs(height)  # a negative height means rows from the top


def _tiff(data: memoryview) -> Size | None:
    order = '<' if data[0] == ord('I') else '>'
    at = struct.unpack_from(f'{order}I', data, 4)[0]
    count = struct.unpack_from(f'{order}H', data, at)[0]
    found: dict[int, int] = {}
    for number in range(min(count, _MOST_PARTS)):
        entry = at + 2 + 12 * number
        tag, kind, values = struct.unpack_from(f'{order}HHI', data, entry)
        if tag in (_TIFF_WIDTH, _TIFF_HEIGHT, _TIFF_TILE_WIDTH, _TIFF_TILE_HEIGHT):
            if kind not in _TIFF_FORMS or values != 1:
                return None
            (value,) = struct.unpack_from(f'{order}{_TIFF_FORMS[kind]}', data, entry + 8)
            found.setdefault(tag, value)  # of a repeated tag the first counts
    if not {_TIFF_WIDTH, _TIFF_HEIGHT} <= found.keys():
        return None
    width, height = found[_TIFF_WIDTH], found[_TIFF_HEIGHT]
    # a decoder allocates a whole tile
    tile = found.get(_TIFF_TILE_WIDTH, 1) * found.get(_TIFF_TILE_HEIGHT, 1)
    return (width, height) if tile <= max(width * height, _SMALL_TILE) else None


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
    """Read the stream inside the boxes: their own size may be another one."""
    at = 0
    if data[0] != 0xFF:
        for _ in range(_MOST_PARTS):
            length, kind = struct.unpack_from('>I4s', data, at)
            head = 8
            if length == 1:
                (length,), head = struct.unpack_from('>Q', data, at + 8), 16
            if kind == b'jp2c':
                at += head
                break
            if length < head:
                return None
            at += length
    if bytes(data[at : at + 4]) != b'\xff\x4f\xff\x51':
        return None
    right, bottom, left, top = struct.unpack_from('>IIII', data, at + 8)
    return right - left, bottom - top


def _pnm(data: memoryview) -> Size | None:
    found = _PNM.match(bytes(data[:_MOST_PARTS]))
    return None if found is None else (int(found[1]), int(found[2]))


_READERS: dict[bytes, Callable[[memoryview], Size | None]] = {
    b'\x89PNG': _png,
    b'\xff\xd8\xff': _jpeg,
    b'BM': _bmp,
    b'II*\0': _tiff,
    b'MM\0*': _tiff,
    b'RIFF': _webp,
    b'\0\0\0\x0cjP  ': _jpeg_2000,
    b'\xff\x4f\xff\x51': _jpeg_2000,
    **{b'P%d' % kind: _pnm for kind in range(1, 7)},
}
