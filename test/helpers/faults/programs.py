# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The code of the tasks: one that does what the first pixel of its frame says, and a good one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

#: first pixel of a frame -> what the victim does with it; 0 is a good frame
BEHAVIOURS: dict[int, Callable[[], Any]] = {}
#: a first pixel above this takes so many milliseconds more
WAITS = 100


class Good:
    """Answers every frame with one object."""

    stages = ('work',)
    stateful = False
    output = 'none'

    def __init__(self, **_: Any) -> None:
        pass

    def run(self, _stage: str, context: Any) -> int:
        """Look at the frame, as any task would."""
        marker = int(context.frame.image.bgr()[0, 0, 0])
        time.sleep(max(0, marker - WAITS) / 1e3)
        return 1

    def set_option(self, name: str, value: float | None) -> None:
        """Accept anything."""

    def reset(self) -> None:
        """Nothing is remembered."""

    def close(self) -> None:
        """Nothing is held."""


class Victim(Good):
    """Does what the frame says."""

    def run(self, stage: str, context: Any) -> Any:
        """Return 1, or whatever the behaviour of this frame does."""
        marker = int(context.frame.image.bgr()[0, 0, 0])
        if marker in BEHAVIOURS:
            return BEHAVIOURS[marker]()
        return super().run(stage, context)


class Unmade(Victim):
    """Cannot be made."""

    def __init__(self, **_: Any) -> None:
        raise SystemExit(5)


class Unreadable(Victim):
    """Has an attribute that cannot be read."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Raise."""
        raise KeyError('labels')
