# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The specification of a parameter: type, range and meaning."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from typing import Literal

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.names import is_blank
from edge_sched_ros.core.names import named_twice
from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.plugins.registry import Registry

Kind = Literal['double', 'integer', 'bool', 'string', 'string_array']


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """
    One parameter.

    :param dynamic: whether it may change while the node is configured; otherwise only before
    :param option: whether it goes to the task's network or program
    :param choices: allowed texts; empty for any
    :param plug_ins: the kind of plug-in that it names; ``None`` for other parameters
    :param several: whether a text may be several names with commas, or a list of them
    """

    name: str
    kind: Kind
    default: Any
    description: str
    minimum: float | None = None
    maximum: float | None = None
    dynamic: bool = False
    option: bool = False
    choices: tuple[str, ...] = ()
    plug_ins: Registry[Any] | None = None
    several: bool = False

    @property
    def known(self) -> tuple[str, ...]:
        """The known allowed texts."""
        return self.choices if self.plug_ins is None else self.plug_ins.names()

    def check(self, value: Any, *, name: str = '') -> Any:
        """
        Return the value converted to its type.

        :param name: name of the parameter with its task, for messages
        :raises ConfigError: when it is of another type or out of range
        """
        where = name or self.name
        value = self._typed(self.one_text(self.unquoted(value)), where)
        if self.choices and value not in self.choices:
            hint = did_you_mean(value, self.choices)
            known = ', '.join(self.choices)
            raise ConfigError(where, f"unknown {self.name} '{value}'{hint} (known: {known})")
        if self.plug_ins is not None and self.dynamic:
            # the others are checked when they are used, during configuring
            self.plug_ins.check_name(value, where)
        if self.kind in ('double', 'integer') and not self._in_range(value):
            own = '; leave it out for the default of the network or program' if self.option else ''
            raise ConfigError(where, f'must be {self.range_text()}, not {value}{own}')
        self._check_named(value, where)
        return value

    def _check_named(self, value: Any, where: str) -> None:
        """Refuse invalid and repeated names; an empty default means none."""
        texts = value if isinstance(value, list) else [value]
        for text in texts:
            if isinstance(text, str) and is_blank(text) and text != self.default:
                raise ConfigError(where, f'{text!r} cannot be a name')
        if isinstance(value, list) and (twice := named_twice(value)) is not None:
            raise ConfigError(where, f"names '{twice}' twice")

    def unquoted(self, value: Any) -> Any:
        """Return ``off`` for the false that YAML reads without quotes, if it is a choice."""
        return 'off' if value is False and 'off' in self.choices else value

    def one_text(self, value: Any) -> Any:
        """Return a list of names as one text, if it may be several."""
        if not (self.several and isinstance(value, (list, tuple)) and value):
            return value
        plain = all(isinstance(name, str) and ',' not in name for name in value)
        return ', '.join(value) if plain else value

    def range_text(self) -> str:
        """Return the range in words."""
        if self.maximum is None:
            return f'at least {self.minimum}'
        return f'from {self.minimum} to {self.maximum}'

    def _in_range(self, value: float) -> bool:
        if not math.isfinite(value):
            return False
        above = self.minimum is None or value >= self.minimum
        return above and (self.maximum is None or value <= self.maximum)

    def _typed(self, value: Any, where: str) -> Any:
        if value is None and self.kind == 'string_array':
            return []  # ROS' form of an empty list, which has no element type
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if self.kind == 'double' and number:
            return float(value)
        if self.kind == 'integer' and number and float(value).is_integer():
            return int(value)
        if self.kind == 'bool' and isinstance(value, bool):
            return value
        if self.kind == 'string' and isinstance(value, str):
            return value
        if self.kind == 'string_array' and not isinstance(value, str):
            texts = list(value) if isinstance(value, Iterable) else [None]
            if all(isinstance(text, str) for text in texts):
                return texts
        words = {
            'double': 'a number',
            'integer': 'a whole number',
            'bool': 'true or false',
            'string': 'text or a list of texts' if self.several else 'text',
            'string_array': 'a list of texts',
        }
        # ROS represents a list of numbers as an array
        given = list(value) if isinstance(value, array) else value
        quotes = ''
        if self.kind == 'string' and isinstance(value, bool):
            quotes = ': YAML reads on, off, yes and no as true or false, so put it in quotes'
        raise ConfigError(where, f'must be {words[self.kind]}, not {given!r}{quotes}')
