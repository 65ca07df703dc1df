# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Small immutable values, created for every event."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import TYPE_CHECKING
from typing import TypeVar

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_: Any) -> Any:
        """Return a decorator that does nothing, for type checkers."""
        return lambda function: function


_T = TypeVar('_T')


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(kind: type[_T]) -> type[_T]:
    """
    Make a class a dataclass that the type checker treats as immutable.

    ``frozen=True`` would also enforce it at run time, which makes the creation of an event four
    times as expensive; most objects of the dispatcher are events, decisions and timings.
    """
    return dataclass(slots=True, unsafe_hash=True)(kind)
