# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Scalars by YAML 1.2's core schema, for all files of ours but parameter files."""

from __future__ import annotations

import re
from typing import Any

_TAG = 'tag:yaml.org,2002:'
#: allowed tags; others create objects
_TAGS = ('str', 'int', 'float', 'bool', 'null', 'map', 'seq')
_WORDS: dict[str, Any] = {
    **dict.fromkeys(('', '~', 'null', 'Null', 'NULL')),
    **dict.fromkeys(('true', 'True', 'TRUE'), True),
    **dict.fromkeys(('false', 'False', 'FALSE'), False),
    **{f'{sign}.{word}': float(f'{sign}inf') for sign in '+-' for word in ('inf', 'Inf', 'INF')},
    **dict.fromkeys(('.inf', '.Inf', '.INF'), float('inf')),
    **dict.fromkeys(('.nan', '.NaN', '.NAN'), float('nan')),
}
_WHOLE = re.compile(r'[-+]?[0-9]+')
OTHER_WHOLE = re.compile(r'0o[0-7]+|0x[0-9a-fA-F]+')
NUMBER = re.compile(r'[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?')
#: maximum digits of a number; every whole number of so many, also hexadecimal, is a finite float
_MOST_DIGITS = 250


class CoreSchema:
    """Reads ``yes``, ``1_000``, ``1:40`` and dates as text, unlike YAML 1.1."""

    aliases: bool = True

    def value(self, text: str, tag: str | None, style: str | None) -> Any:
        """Return a value; :raises ValueError: for tags that create objects."""
        if tag is not None:
            self.check_tag(tag)
        return text if style or tag in ('!', f'{_TAG}str') else plain_value(text)

    def key(self, text: str, tag: str | None, style: str | None) -> str | int:
        """Return a key; :raises ValueError: when it is neither text nor a whole number."""
        value: str | int = self.value(text, tag, style)
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise ValueError(f"a key must be text or a whole number: put '{text}' in quotes")
        return value

    def check_tag(self, tag: str) -> None:
        """Check that a tag is one of YAML's own; :raises ValueError: when it is not."""
        if tag != '!' and tag.removeprefix(_TAG) not in _TAGS:
            raise ValueError(f'the tag {tag:.60} is not known here')

    def check_list(self, values: list[Any]) -> None:
        """Take any list."""


def plain_value(text: str) -> Any:
    """Return the value of a text without quotes."""
    if text in _WORDS:
        return _WORDS[text]
    # most values are text, and text mostly starts with a letter
    if not text[0].isdigit() and text[0] not in '+-.':
        return text
    if len(text) > _MOST_DIGITS:
        return text
    if _WHOLE.fullmatch(text):
        return int(text)
    if OTHER_WHOLE.fullmatch(text):
        return int(text, 0)
    return float(text) if NUMBER.fullmatch(text) else text
