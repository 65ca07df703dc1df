# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The admission model's input: the tasks of a device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: ``edf``: the more urgent by priority, then by deadline; ``fcfs``: the older frame
Order = Literal['edf', 'fcfs']


@dataclass(frozen=True, slots=True)
class StageDemand:
    """
    The time of a stage on each unit that can run it.

    :param units: (unit, mean time in ms), at least one
    :param cv: standard deviation over mean (lognormal)
    """

    units: tuple[tuple[str, float], ...]
    cv: float = 0.0


@dataclass(frozen=True, slots=True)
class TaskDemand:
    """
    The demand of a task.

    :param rate_per_s: jobs a second; for a cascade ``share`` times that of the task before it
    :param stages: one after the other
    :param deadline_ms: maximum time from the frame to the result
    :param priority: higher goes first
    :param after: the task whose results activate it; empty for a task activated by frames
    :param share: share of that task's results that activate it; above 0, at most 1
    :param in_flight: maximum number of jobs that have started and not ended
    :param stream: tasks of one stream get the same frames; empty for a stream of its own
    :param every_n: it takes every n-th frame of its stream, which has ``n`` times its rate
    :param joined_with: more tasks whose results for the same frame it waits for (a join)
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
    joined_with: tuple[str, ...] = ()


def units_of(task: TaskDemand) -> tuple[str, ...]:
    """Return the units that a task's stages may run on, without repetition."""
    return tuple(dict.fromkeys(name for stage in task.stages for name, _ in stage.units))
