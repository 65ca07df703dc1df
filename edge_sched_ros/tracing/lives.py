# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The life of every job of a recorded run."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import Any

ON_TIME, LATE, DROPPED, FAILED = 'on_time', 'late', 'dropped', 'failed'
#: of a job that had not ended when the trace did
UNFINISHED = 'unfinished'
#: all outcomes, the best first
OUTCOMES = (ON_TIME, LATE, DROPPED, FAILED, UNFINISHED)


#: what numbers are, and options: number, [(job, unit)]; see ``core.scores``
Scored = dict[str, Any]


@dataclass(slots=True)
class StageLife:
    """
    One stage of a job.

    :param ready_ns: when it could have started: the release, or the end of the stage before
    :param decided_ns: when the policy started it; the hand-over to the unit begins
    :param started_ns: when the unit began; as decided while it has not ended
    :param finished_ns: ``None`` while it has not ended
    :param scores: what led the policy to start it, where the trace tells
    """

    stage: str
    unit: str
    ready_ns: int
    decided_ns: int
    started_ns: int
    finished_ns: int | None = None
    energy_mj: float = 0.0
    items: int = 1
    scores: Scored | None = None


@dataclass(slots=True)
class JobLife:
    """
    One job, from its release to its end.

    :param arrived_ns: when the dispatcher heard of it; later than its release by the frame's age
    :param parent: the job before it in a cascade
    :param reason: why it was dropped or failed
    :param ended_ns: ``None`` while it has not ended
    :param scores: what led the policy to drop it, where the trace tells
    :param published_ns: when its answer was out; only traces of nodes have it
    """

    job: int
    task: str
    stream: str
    seq: int
    release_ns: int
    arrived_ns: int
    deadline_ns: int
    parent: int | None = None
    items: int = 1
    variant: str = ''
    stages: list[StageLife] = field(default_factory=list)
    outcome: str = UNFINISHED
    reason: str = ''
    ended_ns: int | None = None
    scores: Scored | None = None
    published_ns: int | None = None

    @property
    def missed(self) -> bool:
        """Whether it ended without an answer on time."""
        return self.outcome not in (ON_TIME, UNFINISHED)

    @property
    def answered(self) -> bool:
        """Whether it ended with an answer."""
        return self.outcome in (ON_TIME, LATE)

    @property
    def response_ns(self) -> int | None:
        """Time from its release to its end."""
        return None if self.ended_ns is None else self.ended_ns - self.release_ns
