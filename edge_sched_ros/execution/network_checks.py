# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks of the content of a network's YAML file; every message names file and key."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.names import is_blank
from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.documents.yaml_file import read_mapping

#: maximum width, height and batch of a network
_MOST_WHOLE = 100_000


def read(path: Path) -> dict[str, Any]:
    """Return the mapping in a YAML file; :raises ConfigError: naming the file."""
    return read_mapping(path)


def check_keys(path: Path, prefix: str, data: Mapping[str, Any], known: set[str]) -> None:
    """Check that all keys are known; :raises ConfigError: with the nearest known key."""
    for key in data:
        if key not in known:
            hint = did_you_mean(str(key), known)
            raise ConfigError(f'{path}: {prefix}{key}', f'unknown key{hint}')


def text(path: Path, data: Mapping[str, Any], key: str, default: str) -> str:
    """Return a name, or its default; :raises ConfigError: naming the key."""
    if key not in data:
        return default
    value = data[key]
    if not isinstance(value, str):
        raise ConfigError(f'{path}: {key}', f'must be text, not {shown(value)}')
    if is_blank(value):
        raise ConfigError(f'{path}: {key}', f'must be a name, not {shown(value)}')
    return value


def shown(value: Any) -> str:
    """Return a wrong value for a message, which must not repeat a whole file."""
    return brief(repr(value), 80)


def _is_finite(value: float) -> bool:
    # a whole number may be too large for a float
    return -sys.float_info.max <= value <= sys.float_info.max


def whole(path: Path, key: str, value: Any, *, most: int = _MOST_WHOLE) -> int:
    """Return a number of pixels or pictures; :raises ConfigError: naming the key."""
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise ConfigError(
            f'{path}: {key}', f'must be a whole number above zero, not {shown(value)}'
        )
    if value > most:
        raise ConfigError(f'{path}: {key}', f'must be at most {most}, not {shown(value)}')
    return value


def number(path: Path, key: str, value: Any) -> float:
    """Return a finite number; :raises ConfigError: naming the key."""
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not _is_finite(value):
        raise ConfigError(f'{path}: {key}', f'must be a number, not {shown(value)}')
    return float(value)


def ratio(path: Path, key: str, value: Any) -> float:
    """
    Return a finite number that may be a fraction as text, ``1/255``.

    :raises ConfigError: naming the key
    """
    parts = value.split('/') if isinstance(value, str) else []
    if len(parts) != 2:
        return number(path, key, value)
    try:
        above, below = (float(part) for part in parts)
        return number(path, key, above / below)
    except (ValueError, ZeroDivisionError):
        problem = f'must be a number or a fraction such as 1/255, not {shown(value)}'
        raise ConfigError(f'{path}: {key}', problem) from None


def numbers(path: Path, key: str, value: Any, count: int = 3) -> tuple[float, ...]:
    """
    Return as many numbers as channels from a number or a list of one or of each.

    :raises ConfigError: for anything else
    """
    items = [value] if isinstance(value, (int, float, str)) else value
    if not isinstance(items, list) or len(items) not in (1, count):
        many = 'three' if count == 3 else str(count)
        raise ConfigError(
            f'{path}: {key}', f'must be a number or a list of one or {many}, not {shown(value)}'
        )
    numbers = tuple(ratio(path, key, item) for item in items)
    return numbers * count if len(numbers) == 1 else numbers


def choice(path: Path, key: str, value: Any, allowed: tuple[str, ...]) -> str:
    """Return one of the allowed texts; :raises ConfigError: naming the key."""
    if value not in allowed:
        raise ConfigError(
            f'{path}: {key}', f'must be one of {", ".join(allowed)}, not {shown(value)}'
        )
    return str(value)


def flag(path: Path, key: str, value: Any) -> bool:
    """Return true or false; :raises ConfigError: naming the key."""
    if not isinstance(value, bool):
        raise ConfigError(f'{path}: {key}', f'must be true or false, not {shown(value)}')
    return value
