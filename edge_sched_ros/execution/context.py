# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a task runs, and what one of its jobs carries from stage to stage."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import Protocol

from edge_sched_ros.execution.frame import Frame


@dataclass(slots=True)
class JobContext:
    """
    The data of one job. Only the unit that runs its stage touches it.

    :param frame: what it works on; ``None`` when a trigger came before any image
    :param items: fan-out of the parent, 1 without one
    :param parent: the parent's result (a cascade), else ``None``
    :param variant: of the network
    :param scratch: whatever the program keeps between stages
    :param result: what the task found, set by the last stage
    :param parts: name, start and end (ns) of stages that ran together as one
    :param unit: name of the unit that runs the present stage; empty outside of a runtime
    """

    job: int
    task: str
    frame: Frame | None
    items: int = 1
    parent: Any = None
    variant: str = ''
    scratch: Any = None
    result: Any = None
    parts: list[tuple[str, int, int]] = field(default_factory=list)
    unit: str = ''


class Program(Protocol):
    """
    What a task runs.

    A class with ``numbers``, a table of ``perception.programs.options.Number`` by name, takes them
    as keyword arguments, and its tasks have a parameter for each.

    One that has ``check_option(name, value)``, which raises ConfigError, is asked before settings
    change, so that a batch of them changes whole or not at all. ``check_together(values)`` is then
    asked with the whole batch, for settings that must fit each other.

    Different jobs of one task may run on different threads at the same time, unless it is
    stateful; one job is only ever at one place.
    """

    #: names of its stages, in order
    stages: tuple[str, ...]
    #: whether jobs must run one at a time and in order (a tracker)
    stateful: bool
    #: what its results are: ``detections``, ``tracks``, ``depth``, ``picture`` (a
    #: ``SourceImage``), or ``none`` to publish
    output: str

    def run(self, stage: str, context: JobContext) -> int:
        """
        Run one stage.

        :returns: after the last stage, how many things were found (a cascade fans out by it)
        """

    def set_option(self, name: str, value: float | None) -> None:
        """
        Change a setting while running; ``None`` for what it is by default.

        :raises ConfigError: when it cannot be
        """

    def reset(self) -> None:
        """Forget what was remembered of earlier frames."""

    def close(self) -> None:
        """Free engines and memory."""
