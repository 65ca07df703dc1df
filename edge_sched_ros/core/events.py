# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Events of the dispatcher. Times are integer nanoseconds on the core's timeline."""

from __future__ import annotations

from typing import Any
from typing import Union

from edge_sched_ros.core.record import record
from edge_sched_ros.core.tasks import TaskSpec


@record
class FrameArrived:
    """
    A frame of an input stream has arrived.

    :param stream: the input stream (topic)
    :param seq: number, unique within the stream
    :param release_ns: when the frame was taken; deadlines count from here
    :param deadline_ns: absolute deadline of the jobs that it activates; ``None`` for the task's
        own deadline
    :param paired_with: the second stream whose frame came with it: it activates the tasks with
        this pair of streams, and only these
    :param unpaired: whether there is no frame of that stream for it: jobs end at once
    """

    stream: str
    seq: int
    release_ns: int
    deadline_ns: int | None = None
    paired_with: str = ''
    unpaired: bool = False


@record
class StageFinished:
    """
    A unit ended a stage.

    :param items: number of objects found by the stage; after the last stage the fan-out of a
        cascade
    :param items_for: fan-out for single tasks if different from ``items``
    :param skip: number of following stages that are not needed (skipped layers, an early exit)
    :param energy_mj: its energy, measured or estimated; 0 if unknown
    """

    job: int
    stage: str
    unit: str
    started_ns: int
    finished_ns: int
    items: int = 0
    items_for: dict[str, int] | None = None
    skip: int = 0
    energy_mj: float = 0.0


@record
class StageFailed:
    """
    A stage raised an error on its unit.

    :param reason: short code, counted in the ledger
    """

    job: int
    stage: str
    unit: str
    started_ns: int
    finished_ns: int
    reason: str


@record
class UnitChanged:
    """
    A unit became available or unavailable, or runs at another speed.

    :param speed: relative to the clock of its profiles
    """

    unit: str
    state: str
    reason: str = ''
    speed: float = 1.0


@record
class WorkerReplaced:
    """
    A unit has a new worker though its last one is still in a call, as after a restart.

    What the last worker runs has ended for the dispatcher; its task waits for its return.
    """

    unit: str


@record
class ParametersChanged:
    """
    Settings changed at run time.

    :param values: of a task (``deadline_ns``, ``period_ns``, ``priority``, ``every_n``,
        ``queue_depth``, ``max_in_flight``, ``enabled``, ``min_rate_hz``, ``variant``: the one to
        run, empty for any), or of the scheduler (``policy``, and
        the policy's own parameters)
    :param task: the task of the settings; empty for the scheduler's own
    """

    values: dict[str, Any]
    task: str = ''


@record
class TasksAdded:
    """
    More runs here from now on, such as a partition that a coordinator wants done.

    Their costs are entered into the profiles before.
    """

    tasks: tuple[TaskSpec, ...]


@record
class JobCancelled:
    """
    Nobody wants a job's answer any more; nothing happens when it has ended.

    A stage that runs ends on its unit, and what it gives is ignored.

    :param reason: short code, counted in the ledger
    """

    job: int
    reason: str


@record
class ClockJumped:
    """
    The source clock jumped (a looping bag, a reset).

    :param delta_ns: how far; negative is backward
    """

    delta_ns: int


@record
class TimerFired:
    """The time requested by ``WakeAt`` has been reached."""


@record
class Started:
    """Frames are accepted (again)."""


@record
class Stopped:
    """Drop everything in flight; frames are ignored until ``Started``."""


Event = Union[
    FrameArrived,
    StageFinished,
    StageFailed,
    UnitChanged,
    WorkerReplaced,
    ParametersChanged,
    TasksAdded,
    JobCancelled,
    ClockJumped,
    TimerFired,
    Started,
    Stopped,
]
EVENT_TYPES: tuple[type, ...] = (
    FrameArrived,
    StageFinished,
    StageFailed,
    UnitChanged,
    WorkerReplaced,
    ParametersChanged,
    TasksAdded,
    JobCancelled,
    ClockJumped,
    TimerFired,
    Started,
    Stopped,
)
