# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The jobs of a run that are worth an explanation."""

from __future__ import annotations

from edge_sched_ros.core import reasons
from edge_sched_ros.tracing.lives import JobLife
from edge_sched_ros.tracing.run import RecordedRun

#: ends that follow from another job's end, or from outside
_FOLLOWS = frozenset({reasons.UPSTREAM, reasons.JOIN_INCOMPLETE, reasons.SHUTDOWN})


def worst_jobs(run: RecordedRun, count: int) -> list[JobLife]:
    """
    Return missed jobs, one of every kind of miss first, kinds with most misses first.

    A kind is a task with an outcome and a reason. Within a kind the job that took longest,
    relative to its deadline, comes first. Jobs that only followed another miss come last.
    """
    kinds: dict[tuple[str, str, str], list[JobLife]] = {}
    for job in run.jobs.values():
        if job.missed:
            kinds.setdefault((job.task, job.outcome, job.reason), []).append(job)
    ranked = sorted(kinds.items(), key=lambda one: (one[0][2] in _FOLLOWS, -len(one[1]), one[0]))
    rows = [sorted(jobs, key=lambda job: (-_length(job), job.job)) for _, jobs in ranked]
    found: list[JobLife] = []
    for rank in range(max(map(len, rows), default=0)):
        found += [row[rank] for row in rows if rank < len(row)]
        if len(found) >= count:
            break
    return found[:count]


def _length(job: JobLife) -> float:
    """Return the response of a job relative to its deadline."""
    allowed_ns = max(1, job.deadline_ns - job.release_ns)
    return (job.response_ns or 0) / allowed_ns
