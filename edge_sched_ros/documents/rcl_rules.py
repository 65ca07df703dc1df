# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Scalars of ROS parameter files, read as by rcl.

rcl guesses types by C's ``strtol`` and ``strtod``: ``1e2`` and ``nan`` are numbers, ``010`` is
eight, ``1_000``, ``1:40`` and ``null`` are text. The only known tag is ``!!str``.
"""

from __future__ import annotations

import re
from typing import Any

_TRUE = 'Y y yes Yes YES true True TRUE on On ON'.split()
_FALSE = 'N n no No NO false False FALSE off Off OFF'.split()
_DOTTED = {
    sign + dot: f'{sign}{dot[1:]}' for sign in ('', '+', '-') for dot in ('.inf', '.Inf', '.INF')
} | dict.fromkeys(('.nan', '.NaN', '.NAN'), 'nan')
_WHOLE = re.compile(r'([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)')
_DECIMAL = re.compile(r'[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?')
_HEXADECIMAL = re.compile(
    r'[-+]?0[xX]([0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)([pP][-+]?[0-9]+)?'
)
_NO_NUMBER = re.compile(r'([-+]?)(?:inf|infinity|(nan(?:\([0-9A-Za-z_]*\))?))', re.IGNORECASE)
_INT64 = 2**63
_LEAST_NORMAL = 2.0**-1022
#: Python refuses to read longer ones; they overflow anyway
_MOST_DIGITS = 1000


class RclRules:
    """The values that rcl accepts and refuses."""

    aliases: bool = False

    def value(self, text: str, tag: str | None, style: str | None) -> Any:
        """Return a value; :raises ValueError: when there is none."""
        if style in ("'", '"') or tag == 'tag:yaml.org,2002:str':
            return text
        if not text:
            raise ValueError('there is no value (for an empty text write two quotes)')
        return guess(text)

    def key(self, text: str, tag: str | None, style: str | None) -> str:
        """Return a key; :raises ValueError: when there is none."""
        if not text:
            raise ValueError('a key is empty')
        return text

    def check_tag(self, tag: str) -> None:
        """Take any tag."""

    def check_list(self, values: list[Any]) -> None:
        """Check that a list has values of one type; :raises ValueError: when it does not."""
        kinds = {type(value) for value in values}
        if kinds & {dict, list}:
            raise ValueError('a list in a ROS parameter file cannot contain lists or mappings')
        if len(kinds) > 1:
            names = ' and '.join(sorted(kind.__name__ for kind in kinds))
            raise ValueError(f'a list in a ROS parameter file has values of one type, not {names}')


def guess(text: str) -> bool | int | float | str:
    """Return rcl's value of a text without quotes."""
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    whole = _WHOLE.fullmatch(text) if len(text) < _MOST_DIGITS else None
    if whole is not None:
        sign, digits = whole.groups()
        octal = digits[0] == '0' and digits[1:2] not in ('x', 'X')
        value = int(sign + digits, 8 if octal else 0)
        if -_INT64 <= value < _INT64:
            return value
    number = _double(_DOTTED.get(text, text))
    return text if number is None else number


def _double(text: str) -> float | None:
    """Return ``strtod``'s value of a whole text; ``None`` if invalid or out of range."""
    special = _NO_NUMBER.fullmatch(text)
    if special is not None:
        sign, nan = special.groups()
        return float(f'{sign}{"nan" if nan else "inf"}')
    decimal = _DECIMAL.fullmatch(text)
    if decimal is None and _HEXADECIMAL.fullmatch(text) is None:
        return None
    try:
        value = float(text) if decimal is not None else float.fromhex(text)
    except OverflowError:
        return None
    if abs(value) == float('inf') or (abs(value) < _LEAST_NORMAL and _has_digit(text)):
        return None
    return value


def _has_digit(text: str) -> bool:
    """Whether a number that underflows is not written as zero."""
    mantissa = re.split(r'[pP]' if 'x' in text.lower() else r'[eE]', text)[0]
    return any(digit not in '0.+-xX' for digit in mantissa)
