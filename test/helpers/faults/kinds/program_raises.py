# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The victim's code raises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from faults.kinds.switched import switched


class Unhashable(str):
    """A text that cannot be a key."""

    __hash__ = None  # type: ignore[assignment]


class WithReasonError(Exception):
    """An error with a reason of its own."""

    def __init__(self, reason: Any) -> None:
        super().__init__('with a reason')
        self.reason = reason


class HostileError(BaseException):
    """An error that cannot be read."""

    @property
    def reason(self) -> str:
        """Raise."""
        raise KeyboardInterrupt

    def __str__(self) -> str:
        raise SystemExit

    __repr__ = __str__


#: error -> the code that it gets
_ERRORS: dict[str, tuple[Callable[[], BaseException], str]] = {
    'ValueError': (lambda: ValueError('no light'), 'ValueError'),
    'MemoryError': (MemoryError, 'MemoryError'),
    'RecursionError': (RecursionError, 'RecursionError'),
    'StopIteration': (StopIteration, 'StopIteration'),
    'SystemExit': (lambda: SystemExit(3), 'SystemExit'),
    'KeyboardInterrupt': (KeyboardInterrupt, 'KeyboardInterrupt'),
    'GeneratorExit': (GeneratorExit, 'GeneratorExit'),
    'an error that cannot be read': (HostileError, 'HostileError'),
    'a reason that is a list': (lambda: WithReasonError([]), 'WithReasonError'),
    'a reason that cannot be a key': (lambda: WithReasonError(Unhashable('dark')), 'dark'),
    'a reason of a million letters': (lambda: WithReasonError('x' * 10**6), 'WithReasonError'),
    'a reason that cannot be encoded': (lambda: WithReasonError('\ud800'), 'WithReasonError'),
    'a text of a million letters': (lambda: ValueError('x' * 10**6), 'ValueError'),
    'a text with control characters': (lambda: OSError('\udfff\n\x1b[31m'), 'OSError'),
}


def _raises(make: Callable[[], BaseException]) -> Callable[[], None]:
    def behaviour() -> None:
        raise make()

    return behaviour


FAULTS = tuple(
    switched(f'program raises {name}', 'own code raises', _raises(make), rf'failed_{code}\b')
    for name, (make, code) in _ERRORS.items()
)
