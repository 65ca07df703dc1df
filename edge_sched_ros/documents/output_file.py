# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Output files named by the user: checked before the work, written atomically after it.

A symbolic link stays, and its target is written. Missing folders are created.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterable
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from edge_sched_ros.core.errors import ConfigError


def check_output(
    path: Path, where: str = '', *, inputs: Iterable[Path] = (), streamed: bool = False
) -> None:
    """
    Check that a file can be written, before the work for its content.

    :param where: the option that names it, for messages; empty for none
    :param inputs: input files, which it must not overwrite
    :param streamed: whether it may be a device or a pipe
    :raises ConfigError: with the reason why it cannot be written
    """
    problem = _problem(path, inputs, streamed)
    if problem and where:
        raise ConfigError(where, f"'{path}' {problem}")
    if problem:
        raise ConfigError(str(path), problem)


def check_folder(path: Path, where: str = '') -> None:
    """
    Check that a folder can be written to; it is created if it does not exist.

    :param where: the option that names it, for messages; empty for none
    :raises ConfigError: with the reason why it cannot
    """
    problem = _folder_problem(path)
    if problem and where:
        raise ConfigError(where, f"'{path}' {problem}")
    if problem:
        raise ConfigError(str(path), problem)


def _folder_problem(path: Path) -> str:
    verb, found = 'written', None
    try:
        for above in (path, *path.absolute().parents):
            # a file has nothing below it
            with contextlib.suppress(NotADirectoryError):
                found = _mode(above)
                if found is not None:
                    break
            verb = 'created'
        if found is not None and not stat.S_ISDIR(found):
            told = 'is a file, not a folder'
            return told if above == path else f'cannot be created: {above} {told}'
        # on some file systems only an attempt shows it
        with tempfile.TemporaryFile(dir=above):
            return ''
    except (OSError, ValueError) as error:
        return f'cannot be {verb}: {getattr(error, "strerror", None) or error}'


def _problem(path: Path, inputs: Iterable[Path], streamed: bool) -> str:
    try:
        target = Path(os.path.realpath(path, strict=False))
        found = _mode(target)
        if found is not None and stat.S_ISDIR(found):
            return 'is a folder, not a file'
        if found is not None and not stat.S_ISREG(found):
            if streamed:
                return '' if os.access(path, os.W_OK) else 'cannot be written: Permission denied'
            return 'is not a regular file (a device or a pipe)'
        if any(_same(path, other) for other in inputs):
            return 'is a file this run reads'
        if found is not None and not os.access(target, os.W_OK):
            return 'cannot be written: Permission denied'
        return _folder_problem(target.parent)
    except (OSError, ValueError) as error:
        return f'cannot be written: {getattr(error, "strerror", None) or error}'


def make_folders_of(path: Path) -> None:
    """Create the folders of a file; :raises OSError: when they cannot be created."""
    Path(os.path.realpath(path)).parent.mkdir(parents=True, exist_ok=True)


def write_whole(path: Path, data: bytes, where: str = '') -> None:
    """
    Write a file atomically, keeping its permissions.

    :param where: the option that names it, for messages; empty for none
    :raises ConfigError: when it cannot be written
    """
    with whole_file(path, where) as file:
        file.write(data)


@contextlib.contextmanager
def whole_file(path: Path, where: str = '') -> Iterator[BinaryIO]:
    """
    Yield a file that takes its place when the block ends, keeping its permissions.

    When the block raises, what was there before stays.

    :param where: the option that names it, for messages; empty for none
    :raises ConfigError: when it cannot be written
    """
    temporary: Path | None = None
    try:
        make_folders_of(path)
        target = Path(os.path.realpath(path))
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f'.{target.name}.')
        temporary = Path(name)
        with os.fdopen(handle, 'wb') as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_permissions(target))
        temporary.replace(target)
        temporary = None
    except OSError as error:
        problem = f'cannot be written: {error.strerror}'
        if where:
            raise ConfigError(where, f"'{path}' {problem}") from None
        raise ConfigError(str(path), problem) from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _mode(path: Path) -> int | None:
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _same(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except (OSError, ValueError):
        return False


def _permissions(path: Path) -> int:
    """Return the permissions of the replaced file, else the default ones."""
    found = _mode(path)
    if found is not None:
        return found & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
