# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A file that keeps the last lines of a run: a full file takes the place of an older one."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any
from typing import BinaryIO

from edge_sched_ros.tracing.setup import FORMAT

#: what is appended to the name of the older of the two files
OLDER = '.1'


class RingFile:
    """
    Two files with half of the allowed size each: ``path`` and the one before it, ``path.1``.

    Both begin with the description of the run, so that either can be read alone.

    :param most_bytes: allowed size of both together; the description of the run comes on top
    :param head: returns the description of the run, as it is when a file begins
    """

    def __init__(self, path: Path, most_bytes: int, head: Callable[[], dict[str, Any]]) -> None:
        self._path = path
        self._half = max(1, most_bytes // 2)
        self._head = head
        self._file: BinaryIO | None = None
        #: bytes of lines, and of lines and description
        self._size = self._end = 0
        #: whether there is a file with lines of this run
        self._whole = False
        #: number of files begun
        self._part = 0

    def write(self, lines: Iterable[str]) -> None:
        """
        Append lines, whole or not at all.

        :raises OSError: when they cannot be written; the next lines may be
        """
        data = ''.join([f'{line}\n' for line in lines]).encode()
        if self._file is not None and self._size and self._size + len(data) > self._half:
            self.close()
        file = self._file or self._begin()
        try:
            _write_all(file, data)
        except OSError:
            # half a line would make the rest unreadable
            with suppress(OSError):
                file.truncate(self._end)
                file.seek(self._end)
            raise
        self._size += len(data)
        self._end += len(data)

    def close(self) -> None:
        """Close the file; what comes after that begins a new one."""
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def _begin(self) -> BinaryIO:
        older = f'{self._path}{OLDER}'
        with suppress(FileNotFoundError):
            if self._whole:
                self._whole = False
                os.replace(self._path, older)
            elif not self._part:
                # the older half of an earlier run is none of this one
                os.unlink(older)
        head = {'trace': FORMAT, **self._head(), 'part': self._part}
        data = json.dumps(head, separators=(',', ':')).encode() + b'\n'
        # unbuffered: an error belongs to the lines that it has lost
        file = open(self._path, 'wb', buffering=0)  # noqa: SIM115
        try:
            _write_all(file, data)
        except OSError:
            file.close()
            raise
        self._whole = True
        self._part += 1
        self._file, self._size, self._end = file, 0, len(data)
        return file


def _write_all(file: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[file.write(view) :]
