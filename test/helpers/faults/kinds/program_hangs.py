# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The victim's code does not return before it is let go."""

from __future__ import annotations

import threading
import time
from random import Random
from typing import Any

from faults.fault import ERROR
from faults.fault import Fault
from faults.programs import BEHAVIOURS

_MARKER = 8
#: longer than any run; a call that nobody lets go must end some time
_FOR_EVER_S = 120.0
#: a busy machine must not make good calls count as hung
_FLOOR_MS = 1000.0


class _Hang:
    """A call that hangs until the fault ends."""

    def __init__(self) -> None:
        self._let_go = threading.Event()

    def begin(self, robot: Any, _: Random) -> None:
        """Let the next calls hang."""
        self._let_go.clear()
        BEHAVIOURS[_MARKER] = self._hang
        robot.marker = _MARKER

    def end(self, robot: Any) -> None:
        """Let them return."""
        robot.marker = 0
        self._let_go.set()
        BEHAVIOURS.pop(_MARKER, None)

    def _hang(self) -> int:
        self._let_go.wait(_FOR_EVER_S)
        return 1


class _HangAtTheEnd(_Hang):
    """The same while the robot is stopped and started again."""

    def begin(self, robot: Any, random: Random) -> None:
        """Stop the robot while calls hang; it does not wait for them."""
        super().begin(robot, random)
        for _ in range(random.randint(2, 4)):
            robot.round()
        robot.pipeline.stop()
        robot.pipeline.start()


_HANG, _AT_THE_END = _Hang(), _HangAtTheEnd()


def _slow(robot: Any, random: Random) -> None:
    """Let every call take longer than its deadline, but far from hanging."""
    wait_s = random.uniform(0.05, 0.2)
    BEHAVIOURS[_MARKER] = lambda: time.sleep(wait_s) or 1
    robot.marker = _MARKER


def _quick(robot: Any) -> None:
    robot.marker = 0
    BEHAVIOURS.pop(_MARKER, None)


FAULTS = (
    Fault(
        'program takes longer than its deadline',
        'own code hangs',
        _slow,
        _quick,
        line='victim',
        says='missed their deadline|no on-time result',
        parameters={'victim.deadline_ms': 30.0},
        # on a busy machine it may be late without the fault
        clears=False,
        scenes=('pipeline', 'node'),
    ),
    Fault(
        'program hangs',
        'own code hangs',
        _HANG.begin,
        _HANG.end,
        line='victim',
        says='off, a call hung: work on .* has run for',
        level=ERROR,
        parameters={'watchdog_floor_ms': _FLOOR_MS},
        scenes=('pipeline', 'node'),
    ),
    Fault(
        'program hangs while the robot is stopped',
        'own code hangs',
        _AT_THE_END.begin,
        _AT_THE_END.end,
        line='victim',
        says='off, a call hung',
        level=ERROR,
        parameters={'watchdog_floor_ms': _FLOOR_MS},
    ),
)
