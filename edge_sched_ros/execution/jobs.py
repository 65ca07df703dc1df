# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How a job ended, with all that is known of it: what gets published and recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from edge_sched_ros.core.decisions import StageTiming
from edge_sched_ros.execution.frame import Frame

ON_TIME = 'on_time'
LATE = 'late'
DROPPED = 'dropped'
FAILED = 'failed'


@dataclass(frozen=True, slots=True)
class JobEnd:
    """
    The end of a job.

    :param outcome: ``on_time``, ``late``, ``dropped`` or ``failed``
    :param reason: why, for the last two
    :param frame: the frame it worked on; ``None`` when a trigger came before any image
    :param result: what the task found; ``None`` without an answer
    :param stages: where the time went
    :param response_ns: from release to answer; ``None`` without an answer
    :param age_ns: how old the frame was when it arrived
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
