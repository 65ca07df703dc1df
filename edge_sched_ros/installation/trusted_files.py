# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Files whose content runs as code: read only where no other user can have written it.

A file is trusted if it, its folder and all folders above belong to root, to this user, or to the
owner of this package (whose code runs in any case), and nobody else can write to them. Every step
from the root folder is opened relative to the one before, without following links, and looked at
once it is open: what was checked is what is read.
"""

from __future__ import annotations

import grp
import os
import pwd
import stat
from pathlib import Path

#: environment variable with further users whose files are trusted, names or numbers
VARIABLE = 'EDGE_SCHED_TRUSTED_USERS'
_FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class UntrustedFileError(PermissionError):
    """A file that another user could have written; its text names the file or folder, and why."""


def trusted_users() -> frozenset[int]:
    """Return the numbers of the users whose files are trusted; unknown names are left out."""
    found = {0, os.geteuid(), Path(__file__).stat().st_uid}
    for name in os.environ.get(VARIABLE, '').split(','):
        name = name.strip()
        if name.isascii() and name.isdigit():
            found.add(int(name))
        elif name:
            try:
                found.add(pwd.getpwnam(name).pw_uid)
            except KeyError:
                continue
    return frozenset(found)


def read_trusted(path: str | os.PathLike[str]) -> bytes:
    """
    Return the content of a file.

    :raises UntrustedFileError: when another user could have written it
    :raises OSError: when it cannot be read
    """
    with os.fdopen(open_trusted(path), 'rb') as file:
        return file.read()


def open_trusted(path: str | os.PathLike[str]) -> int:
    """
    Return a file descriptor of a regular file, for reading; the caller closes it.

    :param path: links in it are followed first; where they lead to is checked
    :raises UntrustedFileError: when another user could have written it
    :raises OSError: when it cannot be opened
    """
    users = trusted_users()
    way = Path(os.path.realpath(path, strict=True))
    folder = os.open('/', _FOLDER)
    try:
        for index, name in enumerate(way.parts[1:-1], 1):
            step = os.open(name, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = step
            last = index == len(way.parts) - 2
            _check(os.fstat(folder), Path(*way.parts[: index + 1]), users, last=last)
        file = os.open(way.name, _FILE, dir_fd=folder)
    finally:
        os.close(folder)
    try:
        _check(os.fstat(file), way, users, last=True)
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise UntrustedFileError(f'{way} is not a regular file')
    except BaseException:
        os.close(file)
        raise
    return file


def _check(found: os.stat_result, path: Path, users: frozenset[int], *, last: bool) -> None:
    """
    Check who can write to a file or folder.

    :param last: whether it is the file or its own folder; in a folder further up with the sticky
        bit, as /tmp, others can write and yet not replace what is not theirs
    """
    if found.st_uid not in users:
        raise UntrustedFileError(f'{path} belongs to {_user(found.st_uid)}, {_advice()}')
    mode = found.st_mode
    if not last and stat.S_ISDIR(mode) and mode & stat.S_ISVTX:
        return
    if mode & stat.S_IWOTH:
        raise UntrustedFileError(f'{path} can be written by everybody: chmod o-w it')
    if mode & stat.S_IWGRP and not _is_of_one_user(found.st_gid, users):
        raise UntrustedFileError(f'{path} can be written by a group: chmod g-w it')


def _is_of_one_user(group: int, users: frozenset[int]) -> bool:
    """
    Whether a group has trusted members alone.

    Debian and Ubuntu give every user a group of the same name, to which new files are writable.
    """
    try:
        entry = grp.getgrgid(group)
        own = pwd.getpwnam(entry.gr_name)
        members = {pwd.getpwnam(name).pw_uid for name in entry.gr_mem}
    except KeyError:
        return False
    return own.pw_gid == group and {own.pw_uid, *members} <= users


def _user(number: int) -> str:
    try:
        return f'user {pwd.getpwuid(number).pw_name}'
    except KeyError:
        return f'user {number}'


def _advice() -> str:
    return f'who is not trusted ({VARIABLE})'
