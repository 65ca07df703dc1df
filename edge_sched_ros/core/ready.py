# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The jobs of all tasks whose next stage may start, kept in order of release."""

from __future__ import annotations

from bisect import bisect_left
from bisect import insort

from edge_sched_ros.core.job import Job


class ReadyJobs:
    """Sorted by release and id, so that events need no search or sorting."""

    __slots__ = ('entries',)

    def __init__(self) -> None:
        #: (release, id, job); ids are unique, so jobs themselves are never compared
        self.entries: list[tuple[int, int, Job]] = []

    def add(self, job: Job) -> None:
        """Add a job that is not here yet."""
        insort(self.entries, (job.release_ns, job.id, job))

    def discard(self, job: Job) -> bool:
        """Remove a job; return whether it was here."""
        entries = self.entries
        index = bisect_left(entries, (job.release_ns, job.id))
        if index < len(entries) and entries[index][2] is job:
            del entries[index]
            return True
        return False

    def jobs(self) -> list[Job]:
        """Return all jobs in a new list."""
        return [entry[2] for entry in self.entries]
