# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The waiting and the started jobs of one task."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.ready import ReadyJobs
from edge_sched_ros.core.tasks import TaskSpec


class TaskQueue:
    """
    Waiting jobs (newest wins when full) and started jobs of one task.

    :param ready: receives the jobs that may start
    """

    __slots__ = (
        '_offered',
        '_ready',
        'activations',
        'active',
        'last_completed',
        'limit',
        'spec',
        'waiting',
    )

    def __init__(self, spec: TaskSpec, ready: ReadyJobs) -> None:
        self.spec = spec
        self._ready = ready
        #: how many of the waiting jobs, from the oldest, are among the ready ones
        self._offered = 0
        #: jobs without a started stage, oldest first; at most ``queue_depth``
        self.waiting: deque[Job] = deque()
        #: jobs that have started and not ended; at most ``max_in_flight``
        self.active: list[Job] = []
        #: number of frames (or completions before it) for ``every_n``
        self.activations = 0
        #: most started jobs after a hung call, 0 for none; ``None`` for ``max_in_flight``
        self.limit: int | None = None
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
        spec = self.spec
        due = self.activations % spec.every_n == 0
        self.activations += 1
        return spec.enabled and due

    def add(self, job: Job) -> None:
        """Add a waiting job."""
        self.waiting.append(job)
        self.offer()

    def start(self, job: Job) -> bool:
        """Record that a stage of the job is started; return whether this is allowed."""
        if not self._ready.discard(job):
            return False
        if job.state == 'waiting':
            self._offered -= 1
            self._leave(job)
            self.active.append(job)
        job.state = 'running'
        return True

    def pause(self, job: Job) -> None:
        """Record that a stage of the job has ended and another may start."""
        job.state = 'ready'
        self._ready.add(job)

    def remove(self, job: Job) -> None:
        """Remove a job that ended."""
        if job.state != 'waiting':
            if job.state == 'ready':
                self._ready.discard(job)
            self.active.remove(job)
        else:
            self._offered -= self._ready.discard(job)
            self._leave(job)
        job.state = 'ended'
        self.offer()

    def offer(self) -> None:
        """Make as many waiting jobs ready as the task may start."""
        waiting = self.waiting
        if not waiting:
            return
        may = min(len(waiting), self._may_start())
        while self._offered < may:
            self._ready.add(waiting[self._offered])
            self._offered += 1
        while self._offered > may:
            self._offered -= 1
            self._ready.discard(waiting[self._offered])

    def _may_start(self) -> int:
        most = self.spec.max_in_flight
        if self.limit is not None and self.limit < most:
            most = self.limit
        return max(0, most - len(self.active))

    def _leave(self, job: Job) -> None:
        if self.waiting[0] is job:
            self.waiting.popleft()
        else:
            self.waiting.remove(job)

    def validate(self) -> list[Job]:
        """
        Check that every job is in the list for its state, and return those that may start.

        :raises InvariantError: when one is not
        """
        if any(job.state != 'waiting' for job in self.waiting):
            raise InvariantError(f'{self.spec.name}: a started job waits')
        if any(job.state not in ('ready', 'running') for job in self.active):
            raise InvariantError(f'{self.spec.name}: a job that is not started is active')
        if len(self.waiting) > self.spec.queue_depth:
            raise InvariantError(f'{self.spec.name}: more jobs wait than the queue allows')
        ids = [job.id for job in self.jobs()]
        if len(set(ids)) != len(ids):
            raise InvariantError(f'{self.spec.name}: a job is in two places')
        if self.limit == 0 and any(job.state != 'running' for job in self.jobs()):
            raise InvariantError(f'{self.spec.name}: a job waits for a task that starts nothing')
        may = self._may_start()
        between = [job for job in self.active if job.state == 'ready']
        return between + list(self.waiting)[:may]
