# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads files of applications and clusters; whatever is wrong is one line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from edge_sched_ros.capacity.schema import Cluster
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.unique_keys import UniqueKeyLoader

#: type of pydantic's error -> what a user can do about it
_WORDS = {
    'missing': 'is missing',
    'extra_forbidden': 'there is no such key',
    'float_type': 'must be a number',
    'finite_number': 'must be a finite number',
    'int_type': 'must be a whole number',
    'int_from_float': 'must be a whole number',
    'string_type': 'must be text',
    'tuple_type': 'must be a list',
    'dict_type': 'must be a mapping',
    'model_type': 'must be a mapping',
    'string_pattern_mismatch': 'must be a letter, then letters, digits, _ and -',
    'too_short': 'must not be empty',
}


def load_cluster(path: Path, cluster: Path | None = None) -> Cluster:
    """
    Read applications, and devices from the same file or another.

    :param path: the file with the tasks
    :param cluster: a second file; its keys join those of the first
    :raises ConfigError: naming file and key
    """
    data = _read(path)
    where = str(path)
    if cluster is not None:
        other = _read(cluster)
        for key in other.keys() & data.keys() - {'description'}:
            if not isinstance(data[key], dict) or not isinstance(other[key], dict):
                raise ConfigError(f'{cluster}: {key}', f'is given in {path} as well')
            for name in other[key].keys() & data[key].keys():
                raise ConfigError(f'{cluster}: {key}.{name}', f'is given in {path} as well')
            other[key] = {**data[key], **other[key]}
        data, where = {**data, **other}, f'{path}, {cluster}'
    return parse(data, where)


def parse(data: Mapping[str, Any], where: str) -> Cluster:
    """
    Return what a file says.

    :param where: the file, for messages
    :raises ConfigError: naming the first key that cannot be used
    """
    try:
        found = Cluster.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = '.'.join(str(part)[:60] for part in first['loc'] if part != '[key]')
        raise ConfigError(f'{where}: {key}' if key else where, _problem(first)) from None
    try:
        from edge_sched_ros.capacity.stages import check

        check(found)
    except ConfigError as error:
        raise ConfigError(f'{where}: {error.where}', error.problem) from None
    return found


def _problem(error: Mapping[str, Any]) -> str:
    text = str(error['msg']).removeprefix('Value error, ').replace('Input should be', 'must be')
    problem = _WORDS.get(error['type']) or text
    given = error.get('input')
    if isinstance(given, (str, int, float)) and error['type'] != 'extra_forbidden':
        return f'{problem}, not {repr(given)[:60]}'
    return problem


def _read(path: Path) -> dict[str, Any]:
    try:
        data: Any = yaml.load(path.read_text(encoding='utf-8'), UniqueKeyLoader)
    except OSError as error:
        raise ConfigError(str(path), f'cannot be read: {error.strerror}') from None
    except yaml.MarkedYAMLError as error:
        line = f':{error.problem_mark.line + 1}' if error.problem_mark else ''
        problem = ' '.join(f'{error.context or ""} {error.problem or ""}'.split())
        raise ConfigError(f'{path}{line}', f'cannot be read: {problem}') from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = ' '.join(str(error).split())[:200]
        raise ConfigError(str(path), f'cannot be read: {problem}') from None
    if not isinstance(data, dict):
        raise ConfigError(str(path), 'is not a mapping')
    return data
