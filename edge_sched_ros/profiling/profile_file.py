# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads and writes profile files; whatever is wrong is one line that names file and key."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.output_file import write_whole
from edge_sched_ros.documents.plain_words import plain_key
from edge_sched_ros.documents.plain_words import plain_problem
from edge_sched_ros.documents.yaml_file import dump_mapping
from edge_sched_ros.documents.yaml_file import read_mapping
from edge_sched_ros.profiling.schema import ProfileFile
from edge_sched_ros.profiling.schema import Strict
from edge_sched_ros.profiling.schema import VERSION

_HEAD = '# Written by edge-sched profile; docs/profiling.md says what the keys mean.\n'
_WORDS = {'too_short': 'must not be empty'}
#: units of measure, of the same thing those that are not ours
_MEASURES = {
    'ms': 'milliseconds',
    'mib': 'MiB',
    'mj': 'millijoules',
}
_OTHERS = {
    **dict.fromkeys(('ns', 'us', 's', 'sec', 'min'), 'ms'),
    **dict.fromkeys(('b', 'bytes', 'kb', 'kib', 'mb', 'gb', 'gib'), 'mib'),
    **dict.fromkeys(('uj', 'j', 'kj', 'wh'), 'mj'),
}


def read_profile(path: Path) -> ProfileFile:
    """
    Read a profile file.

    :raises ConfigError: when there is none, or it cannot be used; names file and key
    """
    check_regular(path)
    return parse_profile(read_mapping(path), str(path))


def check_regular(path: Path) -> None:
    """
    Check that a path, if there is something, is a file that has an end.

    :raises ConfigError: for a device, a pipe or a folder
    """
    if path.is_dir():
        raise ConfigError(str(path), 'is a folder, not a file')
    if path.exists() and not path.is_file():
        raise ConfigError(str(path), 'is no regular file (a device or a pipe)')


def parse_profile(data: Mapping[Any, Any], where: str) -> ProfileFile:
    """
    Return what a file says.

    :param where: the file, for messages
    :raises ConfigError: naming the first key that cannot be used
    """
    version = data.get('version')
    if version != VERSION or isinstance(version, bool):
        given = f', not {version!r}' if 'version' in data else ''
        raise ConfigError(f'{where}: version', f'must be {VERSION}{given}')
    try:
        return ProfileFile.model_validate(data)
    except ValidationError as error:
        # a key that is missing may be there in another unit of measure
        found = [(each, _other_measure(each)) for each in error.errors()]
        first, other = next((pair for pair in found if pair[1]), found[0])
        key = plain_key(first)
        raise ConfigError(
            f'{where}: {key}' if key else where, other or plain_problem(first, _WORDS)
        ) from None


def _other_measure(error: Mapping[str, Any]) -> str:
    """Return what to do about a key in another unit of measure; empty when it is none."""
    if error['type'] != 'extra_forbidden':
        return ''
    stem, _, measure = str(error['loc'][-1]).lower().rpartition('_')
    ours = _OTHERS.get(measure, '')
    if not ours or f'{stem}_{ours}' not in _keys():
        return ''
    return (
        f'is in another unit of measure than this file: give {stem}_{ours}, in {_MEASURES[ours]}'
    )


def _keys() -> set[str]:
    parts = Strict.__subclasses__()
    return {name for part in parts for name in part.model_fields}


def write_profile(path: Path, profile: ProfileFile) -> None:
    """
    Write a profile file, whole or not at all.

    :raises ConfigError: when it cannot be written
    """
    text = _HEAD + dump_mapping(profile.model_dump(mode='json'))
    write_whole(path, text.encode())
