# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the model of admission is told of a device's tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: ``edf``: the more urgent by priority, then by deadline; ``fcfs``: the older frame
Order = Literal['edf', 'fcfs']


@dataclass(frozen=True, slots=True)
class StageDemand:
    """
    What a stage takes on each unit that can run it.

    :param units: (unit, mean time in ms), at least one
    :param cv: standard deviation over mean (lognormal)
    """

    units: tuple[tuple[str, float], ...]
    cv: float = 0.0


@dataclass(frozen=True, slots=True)
class TaskDemand:
    """
    What a task asks of its device.

    :param rate_per_s: jobs a second; of a cascade: ``share`` times those of the task before it
    :param stages: one after the other
    :param deadline_ms: from the frame to the answer
    :param priority: higher goes first
    :param after: the task whose answers activate it; empty for one that frames activate
    :param share: of that task's answers, how many activate it; above 0, at most 1
    :param in_flight: jobs that may have started and not ended
    :param stream: tasks of one stream get the same frames; empty for one of its own
    :param every_n: it takes every n-th frame of its stream, which has ``n`` times its rate
    """

    name: str
    rate_per_s: float
    stages: tuple[StageDemand, ...]
    deadline_ms: float
    priority: int = 0
    after: str = ''
    share: float = 1.0
    in_flight: int = 1
    stream: str = ''
    every_n: int = 1


def units_of(task: TaskDemand) -> tuple[str, ...]:
    """Return the units that a task's stages may run on, each once."""
    return tuple(dict.fromkeys(name for stage in task.stages for name, _ in stage.units))
