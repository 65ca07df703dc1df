# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Texts of errors in a file that need no knowledge of Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core.names import is_blank

#: type of pydantic's error -> message for the user
_WORDS = {
    'missing': 'is missing',
    'extra_forbidden': 'there is no such key',
    'float_type': 'must be a number',
    'float_parsing': 'must be a number',
    'finite_number': 'must be a finite number',
    'int_type': 'must be a whole number',
    'int_parsing': 'must be a whole number',
    'int_from_float': 'must be a whole number',
    'bool_type': 'must be true or false',
    'bool_parsing': 'must be true or false',
    'string_type': 'must be text',
    'tuple_type': 'must be a list',
    'list_type': 'must be a list',
    'dict_type': 'must be a mapping',
    'model_type': 'must be a mapping',
    'model_attributes_type': 'must be a mapping',
    'string_pattern_mismatch': 'must be a letter, then letters, digits and _',
}
_MOST_CHARACTERS = 60


def plain_problem(error: Mapping[str, Any], words: Mapping[str, str] | None = None) -> str:
    """
    Return the message of a pydantic error, with the value if it is short.

    :param words: type of error -> own message
    """
    kind, context, own = error['type'], error.get('ctx', {}), words or {}
    if kind in own:
        return _with_value(own[kind], error)
    if kind == 'union_tag_not_found':
        return f'needs the key {_unquoted(context["discriminator"])}'
    if kind == 'union_tag_invalid':
        key, known = (_unquoted(context[part]) for part in ('discriminator', 'expected_tags'))
        return f'{key} must be one of {known}, not {shortened(repr(context["tag"]))}'
    if kind in ('too_short', 'too_long'):
        limit = context.get('min_length') or context.get('max_length')
        return f'must have at {"least" if kind == "too_short" else "most"} {limit}'
    text = str(error['msg']).removeprefix('Value error, ').replace('Input should be', 'must be')
    return _with_value(_WORDS.get(kind) or text, error)


def _with_value(problem: str, error: Mapping[str, Any]) -> str:
    given = error.get('input')
    shown = isinstance(given, (str, int, float)) and error['type'] != 'extra_forbidden'
    return f'{problem}, not {shortened(repr(given))}' if shown else problem


def plain_key(error: Mapping[str, Any]) -> str:
    """Return its key in the file."""
    return '.'.join(key_word(part) for part in error['loc'] if part != '[key]')


def key_word(part: object) -> str:
    """Return a part of a key in visible form, even if it is empty."""
    text = str(part)
    return repr(text) if is_blank(text) else shortened(text)


def _unquoted(text: str) -> str:
    return text.replace("'", '')


def shortened(text: str) -> str:
    """Return at most one line of a text."""
    return text if len(text) <= _MOST_CHARACTERS else f'{text[:_MOST_CHARACTERS]}...'
