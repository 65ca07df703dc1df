# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Valid forms with wrong contents: what damaged bytes seldom are.

The bytes of an input are choices: each takes the next of them, and 0 when there are none left.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any
from typing import TypeVar

_T = TypeVar('_T')

#: limits of numbers, as bytes choose them
_NUMBERS = (0, 1, 2, 3, -1, 7, 127, 128, 255, 256, 2**15, 2**31 - 1, 2**32 - 1, 2**53, 2**63 - 1)
_REALS = (0.0, 1.0, -1.0, 0.5, 1e-300, 1e300, float('inf'), float('-inf'), float('nan'), 1e-45)
_TEXTS = (
    'left', '', 't', 'detector', 'cpu0', 'cpu', 'gpu', 'float32', 'camera', 'x' * 300, '\x1b[1m',
)  # fmt: skip
_MOST_ITEMS = 4


class Choices:
    """Makes values from the bytes of an input."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def below(self, count: int) -> int:
        """Return a number from 0 to below ``count``."""
        self._at += 1
        return self._data[self._at - 1] % count if self._at <= len(self._data) else 0

    def one_of(self, values: Sequence[_T]) -> _T:
        """Return one of some values."""
        return values[self.below(len(values))]

    def rest(self) -> bytes:
        """Return the bytes that are left."""
        found = self._data[self._at :]
        self._at = len(self._data)
        return found

    def whole(self, least: int, greatest: int) -> int:
        """Return a whole number of a range, often one of its limits."""
        value = self.one_of(_NUMBERS)
        if self.below(4) == 1:
            value = greatest if self.below(2) else least
        return min(greatest, max(least, value))

    def real(self) -> float:
        """Return a number that may be none."""
        return self.one_of(_REALS)

    def text(self) -> str:
        """Return a text: one that is used elsewhere, or any."""
        if self.below(4) < 3:
            return self.one_of(_TEXTS)
        return self._taken(self.below(16)).decode(errors='replace').replace('\0', '?')

    def json(self, depth: int = 0) -> Any:
        """Return any value that JSON has."""
        match self.below(7 if depth < 3 else 5):
            case 0:
                return self.text()
            case 1:
                return self.whole(-(2**63), 2**63 - 1)
            case 2:
                return self.real()
            case 3:
                return self.one_of((None, True, False))
            case 4:
                return 10 ** self.below(40)
            case 5:
                return [self.json(depth + 1) for _ in range(self.below(_MOST_ITEMS))]
        return {self.text(): self.json(depth + 1) for _ in range(self.below(_MOST_ITEMS))}

    def changed(self, value: Any, depth: int = 0) -> Any:
        """Return a value of JSON with some of its parts replaced, left out or doubled."""
        if depth and self.below(12) == 1:
            return self.json()
        if isinstance(value, dict):
            kept = {name: each for name, each in value.items() if self.below(24) != 1}
            found = {name: self.changed(each, depth + 1) for name, each in kept.items()}
            return found | ({self.text(): self.json()} if self.below(16) == 1 else {})
        if isinstance(value, list):
            found = [self.changed(each, depth + 1) for each in value if self.below(24) != 1]
            return found * (2 if self.below(24) == 1 else 1)
        return value

    def message(self, kind: type[Any], depth: int = 0) -> Any:
        """Return a message of a ROS type, with any content that its fields allow."""
        named = kind.get_fields_and_field_types()
        return kind(**{name: self._field(kind, name, form, depth) for name, form in named.items()})

    def _field(self, kind: type[Any], name: str, form: str, depth: int) -> Any:
        if form.startswith('sequence<'):
            inner = form[len('sequence<') :].partition('>')[0].partition(',')[0]
            return [self._value(kind, inner, depth) for _ in range(self.below(_MOST_ITEMS))]
        return self._value(kind, form, depth)

    def _value(self, kind: type[Any], form: str, depth: int) -> Any:
        if form in ('boolean', 'octet'):
            return bool(self.below(2)) if form == 'boolean' else bytes([self.below(256)])
        if form in ('float', 'double'):
            value = self.real()
            # a message refuses what a float cannot hold
            return value if form == 'double' else min(3e38, value)
        if 'int' in form and '/' not in form:
            bits = int(form.lstrip('uint'))
            unsigned = form.startswith('u')
            least = 0 if unsigned else -(2 ** (bits - 1))
            return self.whole(least, 2 ** (bits if unsigned else bits - 1) - 1)
        if form.startswith('string'):
            return self.text()
        package, _, name = form.partition('/')
        module = __import__(f'{package}.msg', fromlist=[name])
        return self.message(getattr(module, name), depth + 1)

    def _taken(self, count: int) -> bytes:
        found = self._data[self._at : self._at + count]
        self._at += count
        return found


def edited(good: bytes, data: bytes) -> bytes:
    """Return good bytes with some replaced; three bytes of the input say where, and by what."""
    found = bytearray(good)
    for at in range(0, len(data) - 2, 3):
        place, value = struct.unpack_from('>HB', data, at)
        # larger files are reached in steps
        found[place * max(1, len(good) >> 16) % len(good)] = value
    return bytes(found)


def unedited(good: bytes, count: int) -> bytes:
    """Return an input that replaces bytes by themselves."""
    step = max(1, len(good) // count) if count else 1
    places = range(0, min(len(good), 1 << 16), step)[:count]
    return b''.join(struct.pack('>HB', place, good[place]) for place in places)
