# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Parses the data of system files; every error is one line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.validation_text import key_word
from edge_sched_ros.documents.validation_text import plain_problem
from edge_sched_ros.documents.validation_text import shortened
from edge_sched_ros.system.contention import MODELS
from edge_sched_ros.system.cost_columns import as_written
from edge_sched_ros.system.fields import NAME_WORDS
from edge_sched_ros.system.fields import WrongAtError
from edge_sched_ros.system.links import link_table
from edge_sched_ros.system.origins import joined
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.unknown_keys import older_profile
from edge_sched_ros.system.unknown_keys import UNKNOWN
from edge_sched_ros.system.unknown_keys import unknown_key

#: the supported version of the format
FORMAT = 1
#: keys down to a cost in costs
_COST = 3
#: type of pydantic's error -> message for the user
_WORDS = {
    'string_pattern_mismatch': NAME_WORDS,
    'too_short': 'must not be empty',
    'union_tag_not_found': f'needs a model: {", ".join(MODELS[:-1])} or {MODELS[-1]}',
}
#: pydantic's names for branches of a union, which are not keys of the file
_BRANCHES = ('[key]', *MODELS)


def parse_system(*files: tuple[str, Mapping[Any, Any]], name: str = '') -> SystemFile:
    """
    Return the merged content of files: later ones add or override.

    :param files: name in messages (empty for a built-in file) and data of each file
    :param name: default name of the system
    :raises ConfigError: naming the file and the first invalid key
    """
    for where, data in files:
        _check_format(where, data)
    data, origins = joined(files)
    try:
        system = SystemFile.model_validate(data).with_origins(origins, name)
    except ValidationError as error:
        found = [(_problem(each, _keys(each)), _keys(each)) for each in error.errors()]
        # a missing key may be present under its old name, or mistyped
        (_, problem), keys = min(found, key=lambda one: one[0][0])
        written = as_written(keys, data)
        where = origins.of(_known(written, data)) or name
        key = '.'.join(key_word(part) for part in written)
        raise ConfigError(f'{where}: {key}' if key else where, problem) from None
    if system.named_devices():
        link_table(system)
    return system


def make_system(*parts: Mapping[str, Any], name: str = 'system') -> SystemFile:
    """
    Return the system described by several parts, as from files with this content.

    :param parts: mappings with the keys of a system file; later ones add or override. Numbers and
        arrays of numpy are allowed
    :param name: its name in messages and results
    :raises ConfigError: naming the first invalid key
    """
    if not isinstance(name, str):
        raise ConfigError('name', f'must be text, not {shortened(repr(name))}')
    for part in parts:
        if not isinstance(part, Mapping):
            given = 'None' if part is None else f'a {type(part).__name__}'
            hint = 'es.load_system reads files' if isinstance(part, (str, Path)) else ''
            hint = hint and f' ({hint})'
            raise ConfigError(name, f'must be made of mappings, not of {given}{hint}')
    return parse_system(*((name, _plain(part)) for part in parts), name=name)


def _plain(value: Any) -> Any:
    """Return data with numpy's numbers and arrays converted to Python's."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value.tolist() if type(value).__module__ == 'numpy' else value


def _check_format(where: str, data: Mapping[Any, Any]) -> None:
    older = older_profile(data)
    if older:
        raise ConfigError(f'{where}: version', older)
    if 'format' not in data:
        return
    given = data['format']
    if given != FORMAT or isinstance(given, bool):
        shown = shortened(repr(given))
        raise ConfigError(f'{where}: format', f'is {shown}; this can read format {FORMAT}')


def _problem(error: Mapping[str, Any], keys: tuple[str, ...]) -> tuple[int, str]:
    """Return the rank of an error (the most likely cause lowest) and its text."""
    if error['type'] == 'extra_forbidden':
        return unknown_key(keys)
    return UNKNOWN, plain_problem(error, {**_WORDS, **_short_form(keys)})


def _short_form(keys: tuple[str, ...]) -> dict[str, str]:
    """Return a text on the forms of a value that may be a mapping or a short form."""
    short = ''
    if keys[-1:] == ('units',):
        short = 'a list of names or a mapping'
    elif keys[-2:-1] == ('cost',) or (keys[:1] == ('costs',) and len(keys) == _COST):
        short = 'a number (latency_ms) or a mapping'
    kinds = ('dict_type', 'model_type', 'model_attributes_type')
    return dict.fromkeys(kinds, f'must be {short}') if short else {}


def _keys(error: Mapping[str, Any]) -> tuple[str, ...]:
    keys = tuple(str(part) for part in error['loc'] if str(part) not in _BRANCHES)
    cause = error.get('ctx', {}).get('error')
    return keys + cause.keys if isinstance(cause, WrongAtError) else keys


def _known(keys: tuple[str, ...], data: Any) -> tuple[str, ...]:
    """Return the part of a key that exists in the data."""
    for index, key in enumerate(keys):
        if not isinstance(data, Mapping) or key not in data:
            return keys[:index]
        data = data[key]
    return keys
