# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Lines for the log: which variants tasks run by default, when that changes."""

from __future__ import annotations

from collections.abc import Iterable

from edge_sched_ros.pipeline.health.status import TaskState


class ChosenVariants:
    """The variants that were told last."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}

    def news(self, tasks: Iterable[TaskState]) -> list[str]:
        """Return a line for each task whose variant is another one than was told last."""
        lines = []
        for task in tasks:
            name, _, why = task.variant_choice.partition(' ')
            # before its costs are known a task measures its variants
            if why.startswith('(') and self._told.get(task.name) != name:
                self._told[task.name] = name
                lines.append(f'{task.name}: runs variant {task.variant_choice}')
        return lines
