# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The tasks that are out because the code of their program failed outside of a job."""

from __future__ import annotations

import logging
from collections.abc import Callable
from collections.abc import Mapping

from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import Program

_log = logging.getLogger(__name__)


class TaskOuts:
    """
    Disables a task when its program cannot be reset, and enables it when it can be again.

    :param programs: by task
    :param for_good: tasks whose program could not be made -> why
    :param is_enabled: returns whether a task is enabled now
    :param enable: enables or disables a task
    """

    def __init__(
        self,
        programs: Mapping[str, Program],
        for_good: Mapping[str, str],
        *,
        is_enabled: Callable[[str], bool],
        enable: Callable[[str, bool], None],
    ) -> None:
        self._is_enabled = is_enabled
        self._enable = enable
        self._programs = programs
        self._for_good = for_good
        #: task -> why its program could not be reset, and whether it was enabled before
        self._not_reset: dict[str, tuple[str, bool]] = {}

    @property
    def reasons(self) -> dict[str, str]:
        """Task -> why it is out."""
        return {**self._for_good, **{name: why for name, (why, _) in self._not_reset.items()}}

    def check_enabled(self, task: str) -> None:
        """Check that a task may be enabled; :raises ConfigError: while it is out."""
        if task in self.reasons:
            raise ConfigError(f'{task}.enabled', f'the task is out: {self.reasons[task]}')

    def reset(self, task: str) -> None:
        """Reset the program of a task; if that fails the task is out until it succeeds."""
        try:
            self._programs[task].reset()
        except BaseException as error:
            # own code may raise SystemExit, too
            self._take_out(task, f'its reset failed: {brief_error(error)}')
            return
        if task in self._not_reset:
            _, enabled = self._not_reset.pop(task)
            _log.warning('%s: in again: its reset succeeded', task)
            if enabled:
                self._enable(task, True)

    def _take_out(self, task: str, why: str) -> None:
        if task not in self._not_reset:
            self._not_reset[task] = (why, self._is_enabled(task))
            _log.error('%s: out, the other tasks run on: %s', task, why)
            self._enable(task, False)


def close_each(closes: Mapping[str, Callable[[], None]]) -> None:
    """Call the ``close`` of every task; one that fails is logged, and the others follow."""
    for task, close in closes.items():
        try:
            close()
        except BaseException as error:
            # own code may raise SystemExit, too
            _log.error('%s: its close failed: %s', task, brief_error(error))
