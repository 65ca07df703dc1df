# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the dispatcher wants done. Whoever drives it carries these out in order."""

from __future__ import annotations

from typing import Union

from edge_sched_ros.core.record import record


@record
class StageTiming:
    """
    When and where one stage of a job ran, in nanoseconds on the core's timeline.

    :param ready_ns: when it could have started
    """

    stage: str
    unit: str
    ready_ns: int
    started_ns: int
    finished_ns: int


@record
class Release:
    """
    A job begins to exist; keep its frame until it ends.

    :param parent: the job whose result it works on (a cascade), or ``None``
    :param items: the parent's fan-out, 1 without a parent
    """

    job: int
    task: str
    stream: str
    seq: int
    release_ns: int
    deadline_ns: int
    parent: int | None = None
    items: int = 1


@record
class Run:
    """Start this stage on this unit now."""

    job: int
    task: str
    stage: str
    unit: str
    variant: str
    items: int = 1


@record
class UseVariant:
    """From here on the job runs another variant of its network (before its first stage only)."""

    job: int
    variant: str


@record
class Complete:
    """
    The job has its answer; publish it.

    :param on_time: whether it came by its deadline
    :param response_ns: from release to answer
    """

    job: int
    task: str
    on_time: bool
    response_ns: int
    stages: tuple[StageTiming, ...] = ()


@record
class Drop:
    """The job is given up before its end, on purpose; the reason is counted."""

    job: int
    task: str
    reason: str
    stages: tuple[StageTiming, ...] = ()


@record
class Fail:
    """The job ended by an error; the reason is counted."""

    job: int
    task: str
    reason: str
    stages: tuple[StageTiming, ...] = ()


@record
class WakeAt:
    """Send ``TimerFired`` at this time; replaces an earlier wish only when it is sooner."""

    time_ns: int


Decision = Union[Release, Run, UseVariant, Complete, Drop, Fail, WakeAt]
DECISION_TYPES: tuple[type, ...] = (Release, Run, UseVariant, Complete, Drop, Fail, WakeAt)
