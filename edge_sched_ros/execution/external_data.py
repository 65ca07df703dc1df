# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Files with the external weights of an ONNX file, found without the onnx package.

A tensor may have its values in a file of any name, given by the entry ``location`` of its
``external_data``. Field numbers are those of onnx.proto, the format is protobuf's wire encoding.
The file is read in small pieces, skipping weights, since it may have gigabytes.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.protobuf import fields
from edge_sched_ros.execution.protobuf import Source

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
#: the key of the entry that names a file
_LOCATION = b'location'
#: bytes of the largest file that is searched as a whole
_SEARCHED = 64 << 20
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
            if _surely_none(file.fileno(), size):
                return []
            locations = sorted(set(_locations('model', Source(file, size), 0, size)))
    except OSError as error:
        raise ConfigError(str(path), f'cannot be read: {error.strerror}') from None
    except (ValueError, RecursionError):
        return []
    return [_beside(path, location) for location in locations]


def _surely_none(file: int, size: int) -> bool:
    """Return whether the key is not in a file at all, which is found out much faster."""
    if not 0 < size <= _SEARCHED:
        return False
    with mmap.mmap(file, size, access=mmap.ACCESS_READ) as content:
        return content.find(_LOCATION) < 0


def _beside(path: Path, location: str) -> Path:
    parts = Path(location).parts
    if not parts or Path(location).is_absolute() or '..' in parts or '\0' in location:
        shown = location if location.isprintable() else ascii(location).strip("'")
        problem = f"its weights are in '{shown[:200]}', outside its folder"
        raise ConfigError(str(path), problem)
    return path.parent / location


def _locations(message: str, source: Source, begin: int, end: int) -> Iterator[str]:
    if message == 'entry':
        entry = {
            number: source.bytes(at, until - at)
            for number, at, until in fields(source, begin, end)
            if until - at <= _LONGEST
        }
        if entry.get(_KEY) == _LOCATION:
            yield entry.get(_VALUE, b'').decode()
        return
    inside = _INSIDE[message]
    for number, at, until in fields(source, begin, end):
        if number in inside:
            yield from _locations(inside[number], source, at, until)
