# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The time from a frame to the answer of a task after others: cascades and joins."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence

from edge_sched_ros.capacity.last_of import LastOf
from edge_sched_ros.capacity.response import Response
from edge_sched_ros.capacity.tandem import tandem
from edge_sched_ros.system.workload import Task


class Ways:
    """
    What comes before each task.

    :param tasks: by name
    """

    def __init__(self, tasks: Mapping[str, Task]) -> None:
        self._tasks = tasks

    def to(self, name: str) -> list[str]:
        """Return a task and all tasks before it, each once, those before a task first."""
        found: dict[str, None] = {}
        for before in self._tasks[name].before:
            found |= dict.fromkeys(self.to(before))
        return [*found, name]

    def longest(self, name: str, of_task: Callable[[str], float]) -> float:
        """Return the greatest sum along a way to a task."""
        before = [self.longest(one, of_task) for one in self._tasks[name].before]
        return of_task(name) + max(before, default=0.0)

    def in_a_row(
        self,
        name: str,
        parts: Mapping[str, Sequence[Response]],
        done: frozenset[str] = frozenset(),
    ) -> list[Response]:
        """
        Return the responses that follow each other until a task's answer.

        Those of branches that a join waits for are one: the last of them, from the task on that
        they have in common.

        :param parts: task -> responses of its stages
        :param done: tasks that have answered already
        """
        if name in done:
            return []
        own = list(parts[name])
        before = self._last(self._tasks[name].before)
        if len(before) < 2:
            return [*(self.in_a_row(before[0], parts, done) if before else ()), *own]
        head = self._common(before, done)
        first = self.in_a_row(head, parts, done) if head else []
        passed = done | frozenset(self.to(head)) if head else done
        rows = [self.in_a_row(one, parts, passed) for one in before]
        branches = [tandem(row) for row in rows if row]
        return [*first, *([LastOf(branches)] if len(branches) > 1 else branches), *own]

    def _last(self, names: Sequence[str]) -> list[str]:
        """Return tasks without those that come before another of them."""
        return [
            one
            for one in names
            if not any(one in self.to(other) for other in names if other != one)
        ]

    def _common(self, names: Sequence[str], done: frozenset[str]) -> str:
        """Return the last task on the ways to all of these; empty without one."""
        shared = set.intersection(*(set(self.to(one)) for one in names)) - done
        ends = [one for one in shared if shared <= set(self.to(one))]
        return ends[0] if ends else ''
