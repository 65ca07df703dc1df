# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Files we write that somebody else has named: checked before the work, whole or not at all after it.

A symbolic link stays, and what it points to is written. Folders that are missing are made.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError


def check_output(
    path: Path, where: str = '', *, inputs: Iterable[Path] = (), streamed: bool = False
) -> None:
    """
    Check that a file can be written, before the work that is to fill it.

    :param where: the option that names it, for messages; empty for none
    :param inputs: files that are read, which it must not be
    :param streamed: whether it may be a device or a pipe
    :raises ConfigError: saying why it cannot be written
    """
    problem = _problem(path, inputs, streamed)
    if problem and where:
        raise ConfigError(where, f"'{path}' {problem}")
    if problem:
        raise ConfigError(str(path), problem)


def check_folder(path: Path, where: str = '') -> None:
    """
    Check that a folder, which is made when it is not there, can be written to.

    :param where: the option that names it, for messages; empty for none
    :raises ConfigError: saying why it cannot
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
            # below a file nothing is there
            with contextlib.suppress(NotADirectoryError):
                found = _mode(above)
                if found is not None:
                    break
            verb = 'created'
        if found is not None and not stat.S_ISDIR(found):
            told = 'is a file, not a folder'
            return told if above == path else f'cannot be created: {above} {told}'
        # on some file systems only the attempt tells
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
    """Make the folders a file is to be in; :raises OSError: when they cannot be."""
    Path(os.path.realpath(path)).parent.mkdir(parents=True, exist_ok=True)


def write_whole(path: Path, data: bytes, where: str = '') -> None:
    """
    Write a file that is there as a whole or not at all, with the permissions it had.

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
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_permissions(target))
        temporary.replace(target)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        problem = f'cannot be written: {error.strerror}'
        if where:
            raise ConfigError(where, f"'{path}' {problem}") from None
        raise ConfigError(str(path), problem) from None


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
    """Return those of the file that is replaced, else what is usual."""
    found = _mode(path)
    if found is not None:
        return found & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
