# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What policies work out once for a task, until devices, costs or links become others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic
from typing import TYPE_CHECKING
from typing import TypeVar

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.tasks import FleetTask
    from edge_sched_ros.core.high_level.view import HighLevelView

_T = TypeVar('_T')


class Kept(Generic[_T]):
    """
    One thing for each task, and for each variant of its network.

    :param make: works it out
    """

    def __init__(self, make: Callable[[FleetTask, HighLevelView], _T]) -> None:
        self._make = make
        self._of_task: dict[str, tuple[tuple[int, int, int], _T]] = {}

    def of(self, task: FleetTask, view: HighLevelView) -> _T:
        """Return what was worked out, anew where it holds no more."""
        version = view.version_of(task)
        known = self._of_task.get(task.key)
        if known is None or known[0] != version:
            known = self._of_task[task.key] = (version, self._make(task, view))
        return known[1]

    def prepare(self, task: FleetTask, view: HighLevelView) -> bool:
        """Work out what holds no more, and return whether there was something to do."""
        before = self._of_task.get(task.key)
        self.of(task, view)
        return self._of_task[task.key] is not before
