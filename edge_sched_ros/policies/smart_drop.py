# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""DREAM's smart frame drop: four conditions, each with a code when it fails."""

from __future__ import annotations

from edge_sched_ros.core.job import Job
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.map_score import MapScore

#: all four conditions hold
DROP = 'drop'
#: the job may still meet its deadline
REACHABLE = 'reachable'
#: no other job is in danger, so dropping would not help
NOT_OVERLOADED = 'not_overloaded'
#: the task has lost the maximum share of its latest frames
DROP_CAP = 'drop_cap'
#: another task depends on this one's result
HAS_DEPENDENTS = 'has_dependents'


class SmartDrop:
    """
    Decides about early drops.

    Source: DREAM (ASPLOS 2023) in the form commonly recalled, not verified against the paper.

    :param cap: share of a task's latest frames that may be dropped
    :param window: number of latest frames
    """

    def __init__(self, *, cap: float, window: int) -> None:
        self._cap = cap
        self._window = window
        #: number of occurrences of each code
        self.verdicts: dict[str, int] = {}

    def pick(self, view: View, score: MapScore) -> Job | None:
        """Return the job to drop, the one with the largest violation, or ``None``."""
        misses = {
            job.id: late_ns
            for job in view.ready
            if (late_ns := self._lateness(view, score, job)) > 0
        }
        worst: Job | None = None
        for job in view.ready:
            verdict = self._verdict(view, score, job, misses)
            self.verdicts[verdict] = self.verdicts.get(verdict, 0) + 1
            if verdict == DROP and (worst is None or misses[job.id] > misses[worst.id]):
                worst = job
        return worst

    def _verdict(self, view: View, score: MapScore, job: Job, misses: dict[int, float]) -> str:
        if job.id not in misses:
            return REACHABLE
        if not self._others_in_danger(view, score, job):
            return NOT_OVERLOADED
        if not self._below_cap(view, job):
            return DROP_CAP
        if self._has_dependents(view, job):
            return HAS_DEPENDENTS
        return DROP

    @staticmethod
    def _lateness(view: View, score: MapScore, job: Job) -> float:
        """Condition 1: it is late even in the best case (by this much, if positive)."""
        return view.now_ns + score.togo_ns(job, job.variant, best=True) - job.deadline_ns

    @staticmethod
    def _others_in_danger(view: View, score: MapScore, job: Job) -> bool:
        """Condition 2: a job of another task is expected to miss its deadline, too."""
        return any(
            view.now_ns + score.togo_ns(other, other.variant) > other.deadline_ns
            for other in view.ready
            if other.task != job.task
        )

    def _below_cap(self, view: View, job: Job) -> bool:
        """Condition 3: the task has not lost too many of its latest frames."""
        recent = list(view.accounts[job.task].recent)[-self._window :]
        return sum(dropped for _, dropped in recent) + 1 <= self._cap * self._window

    @staticmethod
    def _has_dependents(view: View, job: Job) -> bool:
        """Condition 4: another task depends on this one."""
        return any(task.after == job.task for task in view.tasks.values())
