# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The waiting and the started jobs of one task of a coordinator."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from edge_sched_ros.core.errors import InvariantError

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.job import FleetJob
    from edge_sched_ros.core.high_level.tasks import FleetTask


class FleetQueue:
    """Waiting jobs (newest wins when full) and started jobs of one task."""

    __slots__ = ('activations', 'active', 'last_completed', 'spec', 'waiting')

    def __init__(self, spec: FleetTask) -> None:
        self.spec = spec
        #: jobs without devices, oldest first; at most ``queue_depth``
        self.waiting: deque[FleetJob] = deque()
        #: jobs that have started and not ended, oldest first; at most ``max_in_flight``
        self.active: list[FleetJob] = []
        #: frames (or answers of the task before it) counted for ``every_n``
        self.activations = 0
        #: id of the newest job that was completed
        self.last_completed = -1

    @property
    def may_start(self) -> bool:
        """Whether a waiting job may start."""
        return bool(self.waiting) and len(self.active) < self.spec.max_in_flight

    def activates(self) -> bool:
        """Count one activation and return whether it releases a job."""
        due = self.activations % self.spec.every_n == 0
        self.activations += 1
        return self.spec.enabled and due

    def validate(self) -> None:
        """
        Check that every job is in the list for its state.

        :raises InvariantError: when one is not
        """
        name = self.spec.name
        if any(job.state != 'waiting' or job.runs for job in self.waiting):
            raise InvariantError(f'{name}: a started job waits')
        if any(job.state != 'active' for job in self.active):
            raise InvariantError(f'{name}: a job that is not started is active')
        if len(self.waiting) > self.spec.queue_depth:
            raise InvariantError(f'{name}: more jobs wait than the queue takes')
        ids = [job.id for job in (*self.active, *self.waiting)]
        if ids != sorted(set(ids)):
            raise InvariantError(f'{name}: jobs are not in the order of their release')
