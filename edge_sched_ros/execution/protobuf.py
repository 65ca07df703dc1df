# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Fields of messages in protobuf's wire encoding, read in small pieces.

A message may have gigabytes: what a reader does not ask for is skipped.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import BinaryIO

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_PIECE = 64 << 10
#: a tag and a length, each a number of at most ten bytes
_HEAD = 20


class Source:
    """A file with one piece in memory."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._size = size
        self._piece = b''
        self._begin = 0

    def bytes(self, at: int, size: int) -> bytes:
        """Return a few bytes; fewer at the end of the file."""
        if not self._begin <= at <= at + size <= self._begin + len(self._piece):
            self._piece = os.pread(self._file.fileno(), max(_PIECE, size), at)
            self._begin = at
        return self._piece[at - self._begin : at - self._begin + size]


def fields(source: Source, begin: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield number, start and end of every field of bytes; others cannot contain messages."""
    for number, kind, at, size in _fields(source, begin, end):
        if kind == _BYTES:
            yield number, at, at + size


def numbers(source: Source, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield number and value of every field that is a whole number."""
    for number, kind, _, value in _fields(source, begin, end):
        if kind == _VARINT:
            yield number, value


def _fields(source: Source, begin: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Yield number, wire type, start of the content, and its length or value."""
    at = begin
    while at < end:
        head = source.bytes(at, min(_HEAD, end - at))
        tag, used = _varint(head, 0)
        number, kind = tag >> 3, tag & 7
        if not number:
            raise ValueError('no field has the number 0')
        size = 0
        if kind in (_VARINT, _BYTES):
            size, used = _varint(head, used)
        if kind in (_FIXED64, _FIXED32):
            used += 8 if kind == _FIXED64 else 4
        elif kind not in (_VARINT, _BYTES):
            raise ValueError(f'wire type {kind}')
        at += used
        if kind == _BYTES and at + size > end:
            raise ValueError('ends within a field')
        yield number, kind, at, size
        if kind == _BYTES:
            at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the number that starts at a position, and its end."""
    value = shift = 0
    for index in range(at, min(len(data), at + 10)):
        byte = data[index]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, index + 1
        shift += 7
    raise ValueError('a number without an end')
