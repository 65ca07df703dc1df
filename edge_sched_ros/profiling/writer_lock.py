# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Lets only one process at a time write a profile file."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.output_file import make_folders_of


@contextmanager
def only_writer(path: Path) -> Iterator[None]:
    """
    Lock a file against other writers, by a lock file beside it that is removed at the end.

    The kernel releases the lock of a killed process; a remaining lock file is harmless.

    :raises ConfigError: when another process writes the file, or no lock file can be created
    """
    lock = path.parent / f'.{path.name}.lock'
    try:
        make_folders_of(path)
        handle = _locked(lock)
    except BlockingIOError:
        raise ConfigError(
            str(path), 'is being written by another edge-sched profile: wait for its end'
        ) from None
    except OSError as error:
        raise ConfigError(str(path), f'cannot be written: {error.strerror}') from None
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(handle)


def _locked(lock: Path) -> int:
    """Return the open lock file, locked; :raises OSError: when another process has the lock."""
    while True:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # its holder may have removed it between the two calls
            if _is(lock, handle):
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _is(path: Path, handle: int) -> bool:
    """Whether an open file is still the one of that name."""
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False
