# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Faults of the victim's code that a frame switches on by its first pixel."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from faults.fault import Fault
from faults.programs import BEHAVIOURS

_MARKER = 7


def switched(name: str, group: str, behaviour: Callable[[], Any], says: str, **more: Any) -> Fault:
    """Return the fault that the victim's code does this with every frame while it lasts."""

    def begin(robot: Any, _: Random) -> None:
        BEHAVIOURS[_MARKER] = behaviour
        robot.marker = _MARKER

    def end(robot: Any) -> None:
        BEHAVIOURS.pop(_MARKER, None)
        robot.marker = 0

    scenes = more.pop('scenes', ('pipeline', 'node'))
    return Fault(
        name, group, begin, end, **{'line': 'victim', 'says': says, 'scenes': scenes, **more}
    )
