# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Numbers of a program that can be set at run time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace

from edge_sched_ros.core.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Number:
    """
    A number option and its range; in the node each is a parameter of its task.

    :param description: its meaning, with its unit of measure
    :param whole: whether it must be a whole number
    :param multiple: it must be a multiple of this number; 0 for none
    """

    default: float
    least: float
    greatest: float
    whole: bool = False
    multiple: int = 0
    description: str = ''

    def with_default(self, default: float) -> Number:
        """Return a copy with another default."""
        return replace(self, default=default)

    def problem(self, value: float) -> str:
        """Return the problem with a value; empty for none."""
        # in this form NaN fails, too
        if not self.least <= value <= self.greatest:
            return f'must be from {self.least:g} to {self.greatest:g}, not {value!r}'
        if self.whole and value != int(value):
            return f'must be a whole number, not {value!r}'
        if self.multiple and value % self.multiple:
            return f'must be a multiple of {self.multiple}, not {value!r}'
        return ''


class Options(dict[str, float]):
    """
    The options of a program with their values.

    :param program: its name, for messages
    :param given: values that override the defaults
    :raises ConfigError: naming the option
    """

    def __init__(self, program: str, numbers: dict[str, Number], given: dict[str, float]) -> None:
        super().__init__({name: float(number.default) for name, number in numbers.items()})
        self._program, self._numbers = program, numbers
        for name, value in given.items():
            self.change(name, value)

    def checked(self, name: str, value: float | None) -> float:
        """
        Return the new value of an option, ``None`` for its default, without changing it.

        :raises ConfigError: naming the option
        """
        if name not in self._numbers:
            known = ', '.join(self._numbers)
            raise ConfigError(name, f'{self._program} has no such option (it has: {known})')
        number = self._numbers[name]
        if value is None:
            value = number.default
        elif problem := number.problem(value):
            raise ConfigError(name, problem)
        return float(value)

    def check_order(
        self, low: str, high: str, changes: Mapping[str, float | None] | None = None
    ) -> None:
        """
        Check that one option is not above another, as after some changes.

        :raises ConfigError: naming the first
        """
        changed = {name: self.checked(name, value) for name, value in (changes or {}).items()}
        after = {**self, **changed}
        if after[low] > after[high]:
            raise ConfigError(low, f'must be at most {high} ({after[high]:g}), not {after[low]:g}')

    def change(self, name: str, value: float | None) -> None:
        """
        Change an option, ``None`` for its default.

        :raises ConfigError: naming the option
        """
        self[name] = self.checked(name, value)
