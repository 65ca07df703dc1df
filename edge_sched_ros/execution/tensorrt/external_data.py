# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Files beside an ONNX file that its weights lie in, found without the onnx package.

A tensor may keep its values in a file of any name, which its ``external_data`` tells as an entry
``location``. Field numbers are those of onnx.proto, the format those of protobuf's wire encoding.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5

#: message -> field -> message in it; of everything that may lead to a tensor
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


def external_files(path: Path, content: bytes) -> list[Path]:
    """
    Return the files that an ONNX file's weights lie in, each once, sorted.

    :param content: of the file; what is no ONNX names none, its reader will say so
    :raises ConfigError: when it names a file outside of its own folder
    """
    try:
        locations = sorted(set(_locations('model', memoryview(content))))
    except (ValueError, IndexError, RecursionError):
        return []
    return [_beside(path, location) for location in locations]


def _beside(path: Path, location: str) -> Path:
    if not location or Path(location).is_absolute() or '..' in Path(location).parts:
        raise ConfigError(str(path), f"its weights are in '{location}', outside of its folder")
    return path.parent / location


def _locations(message: str, data: memoryview) -> Iterator[str]:
    if message == 'entry':
        fields = {number: bytes(value) for number, value in _fields(data)}
        if fields.get(_KEY) == b'location':
            yield fields.get(_VALUE, b'').decode()
        return
    inside = _INSIDE[message]
    for number, value in _fields(data):
        if number in inside:
            yield from _locations(inside[number], value)


def _fields(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yield number and content of every field that has bytes; others cannot hold messages."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            _, at = _varint(data, at)
        elif kind in (_FIXED64, _FIXED32):
            at += 8 if kind == _FIXED64 else 4
        elif kind == _BYTES:
            size, at = _varint(data, at)
            if at + size > len(data):
                raise ValueError('ends within a field')
            yield number, data[at : at + size]
            at += size
        else:
            raise ValueError(f'wire type {kind}')


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    """Return the number that begins at a place, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError('a number of more than ten bytes')
