# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Files that are there as a whole or not at all."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.installation.trusted_files import read_trusted
from edge_sched_ros.installation.trusted_files import UntrustedFileError


def read_bytes(path: Path) -> bytes:
    """
    Return a file's content.

    :raises ConfigError: when it cannot be read
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(str(path), f'cannot be read: {error.strerror}') from None


def read_code(path: Path) -> bytes:
    """
    Return the content of a file that runs as code: an engine, or what says which one it is.

    :raises ConfigError: when it cannot be read, or another user could have written it
    """
    try:
        return read_trusted(path)
    except UntrustedFileError as error:
        raise ConfigError(str(path), f'is not used: {error}') from None
    except OSError as error:
        raise ConfigError(str(path), f'cannot be read: {error.strerror}') from None


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """
    Keep other processes and threads that ask for it from writing to a folder within.

    :raises ConfigError: when the folder cannot be written
    """
    path = folder / '.lock'
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise ConfigError(str(path), f'cannot be written: {error.strerror}') from None
    try:
        # some network file systems have no locks: the worst without is a plan nobody names
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        os.close(file)


def write_atomically(path: Path, data: bytes) -> None:
    """
    Write a file that is there as a whole or not at all, even after a power cut.

    :raises ConfigError: when it cannot be written
    """
    temporary = ''
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f'.{path.name}.', delete=False
        ) as file:
            temporary = file.name
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise ConfigError(str(path), f'cannot be written: {error.strerror}') from None
