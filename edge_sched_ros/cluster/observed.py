# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Observed responses: checks of the given times."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

#: maximum number of keys in a message, and of characters of a value
_MOST, _LETTERS = 3, 40


def times_ms(data: Mapping[str, Any]) -> tuple[dict[str, float], str]:
    """Return the valid times in ms, at least 0 and finite, and a text on the invalid ones."""
    found: dict[str, float] = {}
    odd = []
    for key, value in data.items():
        time_ms = as_time_ms(value)
        if time_ms is None:
            odd.append(f'{key[:100]} is {shown(value)}')
        else:
            found[key] = time_ms
    more = f' and {len(odd) - _MOST} more' if len(odd) > _MOST else ''
    return found, f'{", ".join(odd[:_MOST])}{more}: not a time in ms' if odd else ''


def as_time_ms(value: Any) -> float | None:
    """Return a number as a time, ``None`` if it is not valid."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def read_times_ms(text: Any) -> tuple[dict[str, float], str]:
    """Return the times of an annotation, and its problem; empty without one."""
    if text is None:
        return {}, ''
    try:
        data = json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        return {}, f'is not JSON: {str(error)[:100]}'
    if not isinstance(data, dict):
        return {}, 'is not a JSON object'
    return times_ms(data)


def shown(value: Any) -> str:
    """Return a value for messages, shortened."""
    try:
        text = repr(value) if isinstance(value, str) else json.dumps(value)
    except ValueError:  # more digits than Python converts
        text = 'a number of thousands of digits'
    return text if len(text) <= _LETTERS else f'{text[:_LETTERS]}...'
