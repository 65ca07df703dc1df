# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads planning files; whatever is wrong is one line that names file and key."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.planning.from_file import problem_of
from edge_sched_ros.planning.problem import Problem
from edge_sched_ros.planning.schema import PlanFile
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
    'string_pattern_mismatch': 'must be a letter, then letters, digits, _, - and .',
    'too_short': 'must not be empty',
    'union_tag_not_found': 'needs a model: none, pairwise or piecewise',
    'none_required': 'must be a number or null',
}
#: what pydantic calls the branches of a choice, which is no key of the file
_BRANCHES = ('[key]', 'nullable', 'pairwise', 'piecewise', 'none', 'float', 'tuple')


def load_problem(path: Path) -> Problem:
    """
    Read a planning file.

    :raises ConfigError: when there is none, or it cannot be used; names file and key
    """
    return parse_problem(_read(path), str(path))


def parse_problem(data: Mapping[str, Any], where: str) -> Problem:
    """
    Return what a file says.

    :param where: the file, for messages
    :raises ConfigError: naming the first key that cannot be used
    """
    try:
        found = PlanFile.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = _key(first['loc'])
        raise ConfigError(f'{where}: {key}' if key else where, _problem(first)) from None
    try:
        return problem_of(found)
    except ConfigError as error:
        raise ConfigError(f'{where}: {error.where}', error.problem) from None


def _key(loc: tuple[Any, ...]) -> str:
    parts = [str(part)[:60] for part in loc]
    return '.'.join(
        part for part in parts if part not in _BRANCHES and not part.startswith('constrained')
    )


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
