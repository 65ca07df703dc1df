# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A job: one activation of a task for one frame, with its state."""

from __future__ import annotations

from typing import Literal

from edge_sched_ros.core.decisions import StageTiming
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import VariantSpec

#: waiting: no stage started; ready: between stages; running: a unit works on it; ended
JobState = Literal['waiting', 'ready', 'running', 'ended']


class Job:
    """One activation of a task. Policies only read it."""

    __slots__ = (
        'deadline_ns',
        'id',
        'items',
        'parent',
        'priority',
        'ready_ns',
        'release_ns',
        'seq',
        'stage',
        'stage_index',
        'started_ns',
        'state',
        'stream',
        'task',
        'timings',
        'unit',
        'variant',
    )

    def __init__(
        self,
        job_id: int,
        task: str,
        variant: VariantSpec,
        stream: str,
        seq: int,
        release_ns: int,
        deadline_ns: int,
        ready_ns: int,
        priority: int,
        parent: int | None,
        items: int,
    ) -> None:
        self.id = job_id
        self.task = task
        self.variant = variant
        self.stream = stream
        self.seq = seq
        self.release_ns = release_ns
        self.deadline_ns = deadline_ns
        #: time since which its next stage could run
        self.ready_ns = ready_ns
        self.priority = priority
        self.parent = parent
        #: fan-out of the parent; scales the cost of stages
        self.items = items
        self.state: JobState = 'waiting'
        self.stage_index = 0
        #: the stage that runs, or runs next
        self.stage = variant.stages[0]
        #: the unit it runs on, or ran on last
        self.unit: str | None = None
        self.timings: list[StageTiming] = []
        #: start of its latest stage; its release before the first
        self.started_ns = release_ns

    def go_to(self, index: int) -> None:
        """Set the next stage."""
        self.stage_index = index
        self.stage = self.variant.stages[index]

    def note(self, unit: str, started_ns: int, finished_ns: int) -> None:
        """Record the time and unit of its stage."""
        timing = StageTiming(self.stage.name, unit, self.ready_ns, started_ns, finished_ns)
        self.timings.append(timing)

    def use(self, variant: VariantSpec) -> None:
        """Run another variant."""
        self.variant = variant
        self.stage = variant.stages[self.stage_index]

    @property
    def remaining(self) -> tuple[StageSpec, ...]:
        """The stages still to run, the current one first."""
        return self.variant.stages[self.stage_index :]

    @property
    def started(self) -> bool:
        """Whether any stage has been started."""
        return self.state == 'running' or self.stage_index > 0

    @property
    def began_late(self) -> bool:
        """
        Whether it was started too late for the time of its stages, known after they have run.

        False for a job that could not have been on time even if started at its release.
        """
        if not self.timings:
            return False
        work_ns = sum(timing.finished_ns - timing.started_ns for timing in self.timings)
        latest_ns = self.deadline_ns - work_ns
        return self.release_ns <= latest_ns < self.timings[0].started_ns

    def __repr__(self) -> str:
        """Name the job for messages."""
        return f'<job {self.id} of {self.task}, {self.state} at {self.stage.name}>'
