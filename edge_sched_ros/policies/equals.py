# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which tasks are equals, and which of two equals has waited longer."""

from __future__ import annotations

from collections.abc import Sequence

from edge_sched_ros.core.job import Job
from edge_sched_ros.core.view import View

#: relative deadlines count as equal when they differ by at most the deadline divided by this
NEAR = 8
#: and the times of jobs when they differ by at most the longer one divided by this: those of one
#: network on several cameras are measured, so they differ
_ALIKE = 4
#: before any turn
_NEVER = -(1 << 62)


def equal(job: Job, other: Job) -> bool:
    """Return whether two jobs have the same priority and relative deadlines within an eighth."""
    first_ns = job.deadline_ns - job.release_ns
    apart_ns = abs(other.deadline_ns - other.release_ns - first_ns)
    return other.priority == job.priority and apart_ns * NEAR <= first_ns


def takes_as_long(view: View, task: str, other: str) -> bool:
    """Return whether jobs of two tasks take about as long; also when that is not known yet."""
    one_ns, other_ns = view.job_ns(task), view.job_ns(other)
    longer_ns = max(one_ns, other_ns)
    return abs(one_ns - other_ns) * _ALIKE <= longer_ns or not min(one_ns, other_ns)


def as_long(view: View, task: str, others: Sequence[str]) -> list[bool]:
    """Return :func:`takes_as_long` of a task and each of others."""
    one_ns, found = view.job_ns(task), list[bool]()
    for other in others:
        other_ns = one_ns if other == task else view.job_ns(other)
        longer_ns, shorter_ns = one_ns, other_ns
        if shorter_ns > longer_ns:
            longer_ns, shorter_ns = shorter_ns, longer_ns
        found.append((longer_ns - shorter_ns) * _ALIKE <= longer_ns or not shorter_ns)
    return found


def rank(view: View, task: str) -> int:
    """Return a number that is lower the longer a task has waited for its turns."""
    account = view.accounts[task]
    return _NEVER if account.last_turn_ns is None else -account.waited_ns(view.now_ns)
