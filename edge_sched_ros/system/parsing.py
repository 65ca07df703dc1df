# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From the data of system files to what they say; whatever is wrong is one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.validation_text import key_word
from edge_sched_ros.documents.validation_text import plain_problem
from edge_sched_ros.documents.validation_text import shortened
from edge_sched_ros.system.fields import NAME_WORDS
from edge_sched_ros.system.old_keys import instead
from edge_sched_ros.system.old_keys import older_profile
from edge_sched_ros.system.origins import joined
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.written_keys import as_written

#: the version of the format that this can read
FORMAT = 1
#: type of pydantic's error -> what a user can do about it
_WORDS = {
    'string_pattern_mismatch': NAME_WORDS,
    'too_short': 'must not be empty',
    'union_tag_not_found': 'needs a model: none, pairwise or piecewise',
}
#: what pydantic calls the branches of a choice, which is no key of the file
_BRANCHES = ('[key]', 'pairwise', 'piecewise', 'none')


def parse_system(*files: tuple[str, Mapping[Any, Any]], name: str = '') -> SystemFile:
    """
    Return what files say together: later ones add or override.

    :param files: what messages call each, empty for one that comes with the package; its data
    :param name: what the system is called where no file says
    :raises ConfigError: naming file and the first key that cannot be used
    """
    for where, data in files:
        _check_format(where, data)
    data, origins = joined(files)
    try:
        return SystemFile.model_validate(data).with_origins(origins, name)
    except ValidationError as error:
        found = [(each, _keys(each)) for each in error.errors()]
        # a key that is missing may be there by its old name
        old = [(each, at) for each, at in found if _is_extra(each) and instead(at)]
        first, keys = (old or found)[0]
        where = origins.of(_known(keys, data)) or name
        key = '.'.join(key_word(part) for part in as_written(keys, data))
        problem = instead(keys) if _is_extra(first) else ''
        problem = problem or plain_problem(first, _WORDS)
        raise ConfigError(f'{where}: {key}' if key else where, problem) from None


def make_system(*parts: Mapping[str, Any], name: str = 'system') -> SystemFile:
    """
    Return the system that parts of one describe together, as files with that content would.

    :param parts: mappings with the keys of a system file; later ones add or override
    :param name: what messages and results call it
    :raises ConfigError: naming the first key that cannot be used
    """
    return parse_system(*((name, part) for part in parts), name=name)


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


def _keys(error: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(part) for part in error['loc'] if str(part) not in _BRANCHES)


def _is_extra(error: Mapping[str, Any]) -> bool:
    return bool(error['type'] == 'extra_forbidden')


def _known(keys: tuple[str, ...], data: Any) -> tuple[str, ...]:
    """Return as much of a key as the data has."""
    for index, key in enumerate(keys):
        if not isinstance(data, Mapping) or key not in data:
            return keys[:index]
        data = data[key]
    return keys
