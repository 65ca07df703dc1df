# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Takes the place of a program whose own code failed before it could run."""

from __future__ import annotations

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.network_variants import BASE
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.pipeline.tasks.task_programs import TaskProgram

_STAGE = 'out'


def failed_by_own_code(error: ConfigError) -> bool:
    """Return whether the code of a user raised, rather than a setting being wrong."""
    cause: BaseException | None = error
    while isinstance(cause, EdgeSchedError):
        if getattr(cause, 'by_own_code', False):
            return True
        cause = cause.__cause__
    return cause is not None


class OutProgram:
    """
    The program of a task that is out; its task is disabled, so that no job comes to it.

    :param reason: why, for messages
    """

    stages: tuple[str, ...] = (_STAGE,)
    stateful = False
    output = 'none'

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def run(self, stage: str, context: JobContext) -> int:
        """Fail, should a job come anyway."""
        raise ConfigError(context.task, self.reason)

    def set_option(self, name: str, value: float | None) -> None:
        """Refuse every setting; :raises ConfigError: with the reason of the task."""
        raise ConfigError(name, f'its task is out: {self.reason}')

    check_option = set_option

    def reset(self) -> None:
        """Do nothing: there is no state."""

    def close(self) -> None:
        """Do nothing: there are no resources."""


def out_program(error: ConfigError, name: str, units: tuple[LocalUnit, ...]) -> TaskProgram:
    """Return what takes the place of a program that could not be made."""
    return TaskProgram(OutProgram(str(error)), name, {BASE: {_STAGE: units}})
