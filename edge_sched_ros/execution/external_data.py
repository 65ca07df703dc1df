# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Files with the external weights of an ONNX file, found without the onnx package.

A tensor may have its values in a file of any name, given by the entry ``location`` of its
``external_data``. Field numbers are those of onnx.proto, the format is protobuf's wire encoding.
The file is read in small pieces, skipping weights, since it may have gigabytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from edge_sched_ros.core.errors import ConfigError

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

#: message -> field -> message in it; for all fields that may contain a tensor
_INSIDE = {
    'model': {7: 'graph', 25: 'function'},
    'graph': {1: 'node', 5: 'tensor', 15: 'sparse'},
    'function': {7: 'node', 11: 'attribute'},
    'node': {5: 'attribute'},
    'attribute': {5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse'},
    'sparse': {1: 'tensor', 2: 'tensor'},
    'tensor': {13: 'entry'},
}
_KEY, _VALUE = 1, 2
_PIECE = 64 << 10
#: a tag and a length, each a number of at most ten bytes
_HEAD = 20
#: maximum length of a path
_LONGEST = 4096


def external_files(path: Path) -> list[Path]:
    """
    Return the files with an ONNX file's weights, each once, sorted.

    :param path: a file that is not ONNX gives none; loading it reports the error
    :raises ConfigError: when it cannot be read, or names a file outside its own folder
    """
    try:
        with path.open('rb', buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            locations = sorted(set(_locations('model', _Source(file, size), 0, size)))
    except OSError as error:
        raise ConfigError(str(path), f'cannot be read: {error.strerror}') from None
    except (ValueError, RecursionError):
        return []
    return [_beside(path, location) for location in locations]


def _beside(path: Path, location: str) -> Path:
    parts = Path(location).parts
    if not parts or Path(location).is_absolute() or '..' in parts or '\0' in location:
        shown = location if location.isprintable() else ascii(location).strip("'")
        problem = f"its weights are in '{shown[:200]}', outside its folder"
        raise ConfigError(str(path), problem)
    return path.parent / location


class _Source:
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


def _locations(message: str, source: _Source, begin: int, end: int) -> Iterator[str]:
    if message == 'entry':
        fields = {
            number: source.bytes(at, until - at)
            for number, at, until in _fields(source, begin, end)
            if until - at <= _LONGEST
        }
        if fields.get(_KEY) == b'location':
            yield fields.get(_VALUE, b'').decode()
        return
    inside = _INSIDE[message]
    for number, at, until in _fields(source, begin, end):
        if number in inside:
            yield from _locations(inside[number], source, at, until)


def _fields(source: _Source, begin: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield number, start and end of every field of bytes; others cannot contain messages."""
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
        if kind == _BYTES:
            if at + size > end:
                raise ValueError('ends within a field')
            yield number, at, at + size
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
