# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Finds files by path or by the name of a built-in file."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.documents.validation_text import shortened

DATA = Path(__file__).parent / 'data'
KINDS = ('workloads', 'platforms', 'fleets')


def built_in(kind: str = '') -> tuple[str, ...]:
    """Return the names of the built-in files of a kind; empty: of all kinds."""
    folders = [DATA / kind] if kind else [DATA, *(DATA / one for one in KINDS)]
    return tuple(sorted(path.stem for folder in folders for path in folder.glob('*.yaml')))


def is_built_in(path: Path) -> bool:
    """Return whether a file is built in."""
    return DATA in path.parents


def mode_apart(name: str, what: str = 'platform') -> tuple[str, str]:
    """
    Return a name and the power mode after its @, if any.

    :raises ConfigError: when there is only the @
    """
    base, at, mode = name.rpartition('@')
    if not at or not base or _is(Path(name).is_file):
        return name, ''
    if not mode:
        problem = 'the power mode after the @ is missing'
        raise ConfigError(what, f"'{shortened(name)}': {problem}")
    return base, mode


def find(name: str, kind: str, what: str) -> Path:
    """
    Return the path of a file.

    :param kind: kind of built-in file; empty: any
    :param what: its name in messages
    :raises ConfigError: when there is none
    """
    folders = [DATA / kind] if kind else [DATA, *(DATA / one for one in KINDS)]
    return find_file(name, folders, what)


def find_file(name: str, folders: Path | Sequence[Path], what: str) -> Path:
    """
    Return the path of a file, also by its name in some folders.

    :raises ConfigError: when there is none
    """
    places = [folders] if isinstance(folders, Path) else folders
    known = {path.stem: path for folder in places for path in sorted(folder.glob('*.yaml'))}
    if name in known:
        return known[name]
    path = Path(name)
    if _is(path.is_file):
        return path
    if name and _is(path.is_dir):
        raise ConfigError(what, f"'{name}' is a folder, not a file")
    if name and _is(path.exists):
        raise ConfigError(what, f"'{shortened(name)}' is not a regular file (a device or a pipe)")
    raise ConfigError(
        what,
        f"there is no file and no built-in '{shortened(name)}'{did_you_mean(name, known)} "
        f'(built in: {", ".join(known)})',
    )


def found_from(name: str, kind: str, what: str, folder: Path) -> str:
    """Return a name that :func:`find` finds from any folder, searching one folder first."""
    base, mode = mode_apart(name, what)
    if base in built_in(kind):
        return name
    near = folder / base
    found = str(near if _is(near.is_file) else find(base, kind, what))
    return f'{found}@{mode}' if mode else found


def _is(look: Callable[[], bool]) -> bool:
    """Return the result of a check of a path; false for names that are not valid paths."""
    try:
        return look()
    except (OSError, ValueError):
        return False
