# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads ``NAME=VALUE`` options."""

from __future__ import annotations

from collections.abc import Iterable

from edge_sched_ros.core.errors import ConfigError

_TRUTH = {'true': True, 'false': False}


def _value(text: str) -> float:
    return _TRUTH[text] if text in _TRUTH else float(text)


def parse_settings(settings: Iterable[str], option: str = '--set') -> dict[str, float]:
    """
    Return the settings by name.

    :param option: that gave them, for messages
    :raises ConfigError: when one has another form
    """
    values: dict[str, float] = {}
    seen: set[str] = set()
    for setting in settings:
        name, separator, number = setting.partition('=')
        try:
            values[name.strip()] = _value(number.strip())
        except ValueError:
            separator = ''
        if not separator or not name.strip():
            raise ConfigError(
                option, f"must be NAME=VALUE (a number, true or false), not '{setting}'"
            )
        if name.strip() in seen:
            raise ConfigError(option, f"gives '{name.strip()}' twice")
        seen.add(name.strip())
    return values
