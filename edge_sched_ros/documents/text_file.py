# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads a text file named by the user; every error is one line."""

from __future__ import annotations

import codecs
import os
import select
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError

#: more than any valid file, and less than a small computer's memory
MOST_MIB = 64
_PIECE = 1 << 20
_OTHERS = {
    'UTF-32': (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
    'UTF-16': (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
}


def read_text(path: Path) -> str:
    """
    Return the text of a file, without a byte order mark.

    :raises ConfigError: when it cannot be read, is too large, or is not UTF-8
    """
    try:
        data = _read(path)
    except IsADirectoryError:
        raise ConfigError(str(path), 'is a folder, not a file') from None
    except (OSError, ValueError) as error:
        # a value error: a name with a zero byte
        reason = getattr(error, 'strerror', None) or str(error)
        raise ConfigError(str(path), f'cannot be read: {reason}') from None
    if len(data) > MOST_MIB * 2**20:
        raise ConfigError(str(path), f'cannot be read: it is larger than {MOST_MIB} MiB')
    for name, marks in _OTHERS.items():
        if data.startswith(marks):
            raise ConfigError(str(path), f'cannot be read: it is {name}, save it as UTF-8')
    if b'\0' in data:
        raise ConfigError(str(path), 'cannot be read: it is not text but a binary file')
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode('utf-8')
    except UnicodeDecodeError as error:
        line = data.count(b'\n', 0, error.start) + 1
        found = f'the byte 0x{data[error.start]:02x}'
        raise ConfigError(f'{path}:{line}', f'cannot be read: it is not UTF-8 ({found})') from None


def _read(path: Path) -> bytes:
    """
    Return the start of a file, up to slightly more than the maximum.

    Devices may have no end, and a pipe without a writer would block: it is opened without waiting
    for a writer, and read as long as there is one. In pieces, because one read would allocate the
    maximum for the smallest file.
    """
    with open(path, 'rb', buffering=0, opener=_at_once) as file:
        parts: list[bytes] = []
        while sum(map(len, parts)) <= MOST_MIB * 2**20:
            part = file.read(_PIECE)
            if part is None:
                # there is a writer, which has not written yet
                select.select([file], [], [])
            elif part:
                parts.append(part)
            else:
                break
        return b''.join(parts)


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)
