# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Options that engines, preprocessors and placement algorithms declare: ``options`` of a class."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.plugins.declarations import declarations_problem
from edge_sched_ros.plugins.declarations import limits_problem

Value = bool | int | float | str
_TRUTH = {'true': True, 'false': False}


@dataclass(frozen=True, slots=True)
class Option:
    """
    One setting of a plug-in; its class has a tuple of them as ``options``.

    :param name: units in the name, e.g. ``timeout_ms``
    :param default: its type is the type of the setting: ``True``, ``10``, ``10.0`` and ``'a'``
        differ
    :param minimum: minimum of a number
    :param maximum: maximum of a number
    :param choices: allowed texts; empty for any text
    """

    name: str
    default: Value
    description: str
    minimum: float = -math.inf
    maximum: float = math.inf
    choices: tuple[str, ...] = ()

    @property
    def allowed(self) -> str:
        """The allowed values, in words."""
        if isinstance(self.default, bool):
            return 'true or false'
        if isinstance(self.default, str):
            return f'one of {", ".join(self.choices)}' if self.choices else 'text'
        words = 'a whole number' if isinstance(self.default, int) else 'a number'
        if math.isinf(self.minimum) and math.isinf(self.maximum):
            return words
        if math.isinf(self.maximum):
            return f'{words} of at least {self.minimum:g}'
        if math.isinf(self.minimum):
            return f'{words} of at most {self.maximum:g}'
        return f'{words} from {self.minimum:g} to {self.maximum:g}'

    def checked(self, value: Any, where: str) -> Value:
        """
        Return a value in the type of the option.

        :param where: its key, for messages
        :raises ConfigError: when the value is not allowed
        """
        if not self._fits(value):
            raise ConfigError(where, f'must be {self.allowed}, not {value!r:.60}')
        return float(value) if isinstance(self.default, float) else value

    def parsed(self, text: str, where: str) -> Value:
        """
        Return the value of a text from a command line.

        :raises ConfigError: as :meth:`checked`
        """
        value: Any = text
        if isinstance(self.default, bool):
            value = _TRUTH.get(text, text)
        elif not isinstance(self.default, str):
            try:
                value = type(self.default)(text)
            except ValueError:
                pass
        return self.checked(value, where)

    def _fits(self, value: Any) -> bool:
        if isinstance(self.default, bool):
            return isinstance(value, bool)
        if isinstance(self.default, str):
            return isinstance(value, str) and (not self.choices or value in self.choices)
        types = int if isinstance(self.default, int) else (int, float)
        number = isinstance(value, types) and not isinstance(value, bool)
        # in this form NaN fails, too
        return number and math.isfinite(value) and self.minimum <= value <= self.maximum


def options_of(plug_in: Any) -> tuple[Option, ...]:
    """Return the options of a class, or of an object of it."""
    return tuple(getattr(plug_in, 'options', ()))


def options_problem(plug_in: Any) -> str:
    """Return why the options of a class cannot be used; empty if they can."""
    return declarations_problem(getattr(plug_in, 'options', ()), Option, 'option', _problem)


def _problem(one: Option) -> str:
    if not isinstance(one.default, (bool, int, float, str)):
        return f'whose default must be a number, text, true or false, not {one.default!r:.60}'
    if problem := limits_problem(one.minimum, one.maximum):
        return problem
    if not isinstance(one.choices, tuple) or not all(isinstance(c, str) for c in one.choices):
        return f'whose choices must be a tuple of texts, not {one.choices!r:.60}'
    try:
        one.checked(one.default, '')
    except ConfigError as error:
        return f'whose default {error.problem}'
    return ''


def option_named(options: tuple[Option, ...], name: str, where: str, owner: str) -> Option:
    """
    Return an option by name.

    :param where: the key, for messages
    :param owner: the plug-in that declares them, for messages
    :raises ConfigError: when there is none
    """
    known = [one.name for one in options]
    for one in options:
        if one.name == name:
            return one
    hint = did_you_mean(name, known)
    has = ', '.join(known) or 'none'
    raise ConfigError(where, f'{owner} has no such option{hint} (it has: {has})')


def all_options(
    options: tuple[Option, ...], given: Mapping[str, Any], where: str, owner: str
) -> dict[str, Value]:
    """
    Return the value of every option: the given one or its default.

    :param where: the key above the options, for messages
    :param owner: the plug-in that declares them, for messages
    :raises ConfigError: for an option that is not declared, or an invalid value
    """
    values = {one.name: one.default for one in options}
    for name, value in given.items():
        key = f'{where}.{name}' if where else name
        values[name] = option_named(options, name, key, owner).checked(value, key)
    return values
