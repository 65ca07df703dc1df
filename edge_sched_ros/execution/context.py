# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The program of a task, and the data that a job carries from stage to stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import Protocol

from edge_sched_ros.execution.frame import Frame


@dataclass(slots=True)
class JobContext:
    """
    The data of one job. Only the unit that runs its stage uses it.

    :param frame: its input; ``None`` when a trigger came before any image
    :param items: fan-out of the parent, 1 without a parent
    :param parent: the parent's result (in a cascade), else ``None``; in a join that of the first
    :param parents: results of all parents by task
    :param variant: variant of the network
    :param scratch: data that the program keeps between stages
    :param result: the task's result, set by the last stage
    :param parts: name, start and end (ns) of stages that ran as one
    :param unit: name of the unit that runs the present stage; empty outside a runtime
    """

    job: int
    task: str
    frame: Frame | None
    items: int = 1
    parent: Any = None
    parents: Mapping[str, Any] = field(default_factory=dict)
    variant: str = ''
    scratch: Any = None
    result: Any = None
    parts: list[tuple[str, int, int]] = field(default_factory=list)
    unit: str = ''


class Program(Protocol):
    """
    The program of a task.

    A class with ``numbers``, a table of ``perception.programs.options.Number`` by name, accepts
    them as keyword arguments, and its tasks have a parameter for each.

    If it has ``check_option(name, value)``, which raises ConfigError, this is called before
    settings change, so that a batch changes completely or not at all. ``check_together(values)``
    is then called with the whole batch, for settings that must fit each other.

    If it has ``run_at_once(stages, context, clock_ns)``, this is called for stages that run as
    one: it does what ``run`` does for each of them in turn, notes their times in ``parts`` and
    returns what the last returns, or does nothing and returns ``None``.

    Different jobs of one task may run on different threads at the same time, unless it is
    stateful; one job runs in only one place at a time.
    """

    #: names of its stages, in order
    stages: tuple[str, ...]
    #: whether jobs must run one at a time and in order (as for a tracker)
    stateful: bool
    #: kind of its results: ``detections``, ``tracks``, ``depth``, ``picture`` (a ``SourceImage``),
    #: or ``none`` for nothing to publish
    output: str

    def run(self, stage: str, context: JobContext) -> int:
        """
        Run one stage.

        :returns: after the last stage, the number of objects found (the fan-out of a cascade)
        """

    def set_option(self, name: str, value: float | None) -> None:
        """
        Change a setting at run time; ``None`` for its default.

        :raises ConfigError: when it cannot be changed
        """

    def reset(self) -> None:
        """Reset the state from earlier frames."""

    def close(self) -> None:
        """Free engines and memory."""
