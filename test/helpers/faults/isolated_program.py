# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The code of a victim in a process of its own: the first pixel of its frame says what it does."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from typing import Any

from faults.programs import Good


def _allocate() -> None:
    kept = []
    while True:
        kept.append(bytearray(16 << 20))


def _power() -> None:
    int('7' * 4000) ** 10_000_000


#: first pixel of a frame -> what is done with it; a table, because the process has its own
HARMS: dict[int, Callable[[], Any]] = {
    11: lambda: ctypes.string_at(0),
    12: lambda: os._exit(3),
    13: _power,
    14: _allocate,
}


class IsolatedVictim(Good):
    """Does what the frame says."""

    def run(self, stage: str, context: Any) -> Any:
        """Return 1, or harm this process."""
        HARMS.get(int(context.frame.image.bgr()[0, 0, 0]), lambda: None)()
        return 1
