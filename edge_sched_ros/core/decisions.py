# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The dispatcher's decisions. Its driver carries them out in order."""

from __future__ import annotations

from typing import Union

from edge_sched_ros.core.record import record


@record
class StageTiming:
    """
    Time and unit of one stage of a job, in nanoseconds on the core's timeline.

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
    A job is released; keep its frame until it ends.

    :param parent: the job whose result is its input (in a cascade), or ``None``
    :param items: the parent's fan-out, 1 without a parent
    :param parents: of a join, all jobs whose results are its inputs, the first of them ``parent``
    """

    job: int
    task: str
    stream: str
    seq: int
    release_ns: int
    deadline_ns: int
    parent: int | None = None
    items: int = 1
    parents: tuple[int, ...] = ()


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
    """From now on the job runs another variant of its network (only before its first stage)."""

    job: int
    variant: str


@record
class Complete:
    """
    The job has its result; publish it.

    :param on_time: whether it met its deadline
    :param response_ns: time from release to result
    """

    job: int
    task: str
    on_time: bool
    response_ns: int
    stages: tuple[StageTiming, ...] = ()


@record
class Drop:
    """The job is dropped before its end, on purpose; the reason is counted."""

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
    """Send ``TimerFired`` at this time; it replaces an earlier request only when it is sooner."""

    time_ns: int


@record
class ReplaceWorker:
    """
    Give the unit a new worker; the present one is left in the call of this job, which hangs.

    When the call returns, report the end of its stage as usual, and end that worker.
    """

    unit: str
    job: int


Decision = Union[Release, Run, UseVariant, Complete, Drop, Fail, WakeAt, ReplaceWorker]
DECISION_TYPES: tuple[type, ...] = (
    Release,
    Run,
    UseVariant,
    Complete,
    Drop,
    Fail,
    WakeAt,
    ReplaceWorker,
)
