# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The jobs of one task: those that wait and those that have started."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.tasks import TaskSpec


class TaskQueue:
    """Waiting jobs (newest wins when full) and started jobs of one task."""

    __slots__ = ('activations', 'active', 'last_completed', 'spec', 'waiting')

    def __init__(self, spec: TaskSpec) -> None:
        self.spec = spec
        #: jobs none of whose stages has started, oldest first; at most ``queue_depth``
        self.waiting: deque[Job] = deque()
        #: jobs that have started and not ended; at most ``max_in_flight``
        self.active: list[Job] = []
        #: frames (or completions before it) counted for ``every_n``
        self.activations = 0
        #: id of the newest job that was completed
        self.last_completed = -1

    def __len__(self) -> int:
        """Return the number of jobs in flight."""
        return len(self.waiting) + len(self.active)

    def jobs(self) -> Iterator[Job]:
        """Yield all jobs in flight."""
        yield from self.active
        yield from self.waiting

    def activates(self) -> bool:
        """Count one activation and return whether it releases a job."""
        due = self.activations % self.spec.every_n == 0
        self.activations += 1
        return self.spec.enabled and due

    def start(self, job: Job) -> None:
        """Note that a stage of the job is being started."""
        if job.state == 'waiting':
            self.waiting.remove(job)
            self.active.append(job)

    def remove(self, job: Job) -> None:
        """Take out a job that ended."""
        (self.waiting if job.state == 'waiting' else self.active).remove(job)

    def ready(self) -> Iterator[Job]:
        """Yield the jobs whose next stage may start, oldest first."""
        for job in self.active:
            if job.state == 'ready':
                yield job
        free = self.spec.max_in_flight - len(self.active)
        for index in range(min(free, len(self.waiting))):
            yield self.waiting[index]

    def validate(self) -> None:
        """
        Check that every job is where its state says.

        :raises InvariantError: when one is not
        """
        if any(job.state != 'waiting' for job in self.waiting):
            raise InvariantError(f'{self.spec.name}: a started job waits')
        if any(job.state not in ('ready', 'running') for job in self.active):
            raise InvariantError(f'{self.spec.name}: a job that is not started is active')
        if len(self.waiting) > self.spec.queue_depth:
            raise InvariantError(f'{self.spec.name}: more jobs wait than the queue holds')
        ids = [job.id for job in self.jobs()]
        if len(set(ids)) != len(ids):
            raise InvariantError(f'{self.spec.name}: a job is in two places')
