# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The victim's code returns something that is no number of objects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from faults.kinds.switched import switched

_VALUES: dict[str, Any] = {
    'a text': 'one',
    'a negative number': -1,
    'not a number': float('nan'),
    'a number too large': 10**30,
    'a list': [1],
}


def _returns(value: Any) -> Callable[[], Any]:
    return lambda: value


FAULTS = tuple(
    switched(f'program returns {name}', 'own code returns', _returns(value), 'failed_')
    for name, value in _VALUES.items()
)
