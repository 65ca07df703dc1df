# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Joins of a coordinator: answers of several tasks for one frame, from whichever device."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import NamedTuple
from typing import TYPE_CHECKING

from edge_sched_ros.core.joins import Joins
from edge_sched_ros.core.joins import WaitingJoin

if TYPE_CHECKING:
    from edge_sched_ros.core.high_level.job import FleetJob
    from edge_sched_ros.core.high_level.tasks import FleetTask


class _OfFrame(NamedTuple):
    """A job with the camera's frame that it goes back to: a cascade's own frame is made of it."""

    id: int
    task: str
    stream: str
    seq: int
    release_ns: int


class FleetJoins:
    """
    The frames of all joins that wait.

    :param tasks: by name
    :param origins: task -> the stream that it goes back to
    """

    def __init__(self, tasks: Mapping[str, FleetTask], origins: Mapping[str, str]) -> None:
        self._origins = origins
        self._joins = Joins()
        self._joins.refresh(tasks)
        self.any = any(task.joined_with for task in tasks.values())

    @property
    def unsettled(self) -> bool:
        """Whether a job has ended since frames were last taken."""
        return bool(self._joins.unsettled)

    @property
    def awaited(self) -> set[int]:
        """The ended jobs whose answers or frames a join may still need."""
        return self._joins.awaited

    def answered(self, job: FleetJob) -> None:
        """Record an answer for the joins after its task."""
        if self.any:
            self._joins.ended(self._of_frame(job), job.items, job.items_for)

    def lost(self, job: FleetJob) -> None:
        """Record for the joins after its task that a job gave no answer."""
        if self.any:
            self._joins.lost(self._of_frame(job))

    def take(self, jobs: Iterable[FleetJob]) -> tuple[int, WaitingJoin] | None:
        """
        Remove and return a frame of a join for which nothing more can come, as its number.

        :param jobs: all jobs in flight
        """
        found = self._joins.take([self._of_frame(job) for job in jobs])
        return None if found is None else (found[0][1], found[1])

    def validate(self, jobs: Mapping[int, FleetJob]) -> None:
        """
        Check that every waiting frame of a join has something to wait for.

        :raises InvariantError: when one has not
        """
        self._joins.validate({number: self._of_frame(job) for number, job in jobs.items()})

    def _of_frame(self, job: FleetJob) -> _OfFrame:
        return _OfFrame(job.id, job.task, self._origins[job.task], job.seq, job.release_ns)
