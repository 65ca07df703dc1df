# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The digest that identifies a network: of its file, and of the files with its weights.

Files are read in pieces, since weights may have gigabytes, and again only after a change.
"""

from __future__ import annotations

import hashlib
import os
import stat
import time
from functools import lru_cache
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.external_data import external_files

_PIECE = 1 << 20
#: the digest of a file written within this time is not kept: it may be written again within the
#: same tick of the file system's clock
_SETTLED_NS = 2_000_000_000

#: path, device, inode, size, time of change
FileState = tuple[str, int, int, int, int]


def network_sha256(path: Path) -> str:
    """
    Return the digest of a network; that of its file if it contains all weights.

    :raises ConfigError: when one of its files cannot be read, or is outside its folder
    """
    beside = weight_files(path)
    if not beside:
        return _sha256(path)
    # as if the digests of the other files followed the file's content
    digest = _feed(path)
    for file in beside:
        digest.update(bytes.fromhex(_sha256(file)))
    return digest.hexdigest()


def weight_files(path: Path) -> tuple[Path, ...]:
    """
    Return the other files with a network's weights.

    :raises ConfigError: when the network cannot be read, or names files outside its folder
    """
    state = _state(path)
    return _weight_files(state) if _settled(state) else tuple(external_files(path))


def network_state(path: Path) -> tuple[FileState, ...]:
    """
    Return a state that changes with any of a network's files, without reading weights.

    :raises ConfigError: as above
    """
    return (_state(path), *(_state(file) for file in weight_files(path)))


@lru_cache(maxsize=256)
def _weight_files(state: FileState) -> tuple[Path, ...]:
    return tuple(external_files(Path(state[0])))


def _sha256(path: Path) -> str:
    state = _state(path)
    return _kept_sha256(state) if _settled(state) else _feed(path).hexdigest()


@lru_cache(maxsize=256)
def _kept_sha256(state: FileState) -> str:
    return _feed(Path(state[0])).hexdigest()


def _feed(path: Path) -> hashlib._Hash:
    whole = hashlib.sha256()
    try:
        with path.open('rb', buffering=0) as file:
            while piece := file.read(_PIECE):
                whole.update(piece)
    except OSError as error:
        raise ConfigError(str(path), f'cannot be read: {error.strerror}') from None
    return whole


def _state(path: Path) -> FileState:
    try:
        found = os.stat(path)
    except OSError as error:
        raise ConfigError(str(path), f'cannot be read: {error.strerror}') from None
    except ValueError as error:
        raise ConfigError(str(path), f'cannot be read: {error}') from None
    if not stat.S_ISREG(found.st_mode):
        raise ConfigError(str(path), 'cannot be read: it is not a regular file')
    return str(path), found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _settled(state: FileState) -> bool:
    return time.time_ns() - state[-1] > _SETTLED_NS
