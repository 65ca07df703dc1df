# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Small values that come and go with every event."""

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
        """Return a decorator that does nothing: this one is for type checkers."""
        return lambda function: function


_T = TypeVar('_T')


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(kind: type[_T]) -> type[_T]:
    """
    Make a class a dataclass that nobody may change, as the type checker sees to.

    ``frozen=True`` would see to it at run time as well, which makes an event four times as dear
    to create; events, decisions and timings are most of what the dispatcher creates.
    """
    return dataclass(slots=True, unsafe_hash=True)(kind)
