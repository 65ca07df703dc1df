# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The end of a job with all its details, for publishing and recording."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.core.decisions import StageTiming
from edge_sched_ros.core.record import record
from edge_sched_ros.execution.frame import Frame

ON_TIME = 'on_time'
LATE = 'late'
DROPPED = 'dropped'
FAILED = 'failed'


@record
class JobEnd:
    """
    The end of a job.

    :param outcome: ``on_time``, ``late``, ``dropped`` or ``failed``
    :param reason: the reason, for the last two
    :param frame: its frame; ``None`` when a trigger came before any image
    :param result: the task's result; ``None`` without one
    :param stages: timings of its stages
    :param response_ns: time from release to result; ``None`` without a result
    :param age_ns: age of the frame on arrival
    """

    task: str
    job: int
    outcome: str
    reason: str
    frame: Frame | None
    result: Any
    stages: tuple[StageTiming, ...]
    release_ns: int
    deadline_ns: int
    response_ns: int | None
    age_ns: int
    items: int
    variant: str
