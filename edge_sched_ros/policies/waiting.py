# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How long jobs can wait before newer frames take their places in the queue."""

from __future__ import annotations

from edge_sched_ros.core.job import Job
from edge_sched_ros.core.view import View

#: no limit; compiled, integers below 2 ** 62 are fast
FAR_NS = 1 << 61


class Waiting:
    """
    The waiting jobs of every task, oldest first, at one decision.

    When a frame comes and as many jobs wait as ``queue_depth`` allows, the oldest is superseded.
    With ``n`` waiting in a queue of ``d`` places, the job behind ``p`` others is lost at the
    ``d - n + p + 1``-th frame from now if it has not started, whether or not the jobs before it
    have: each of these that starts leaves a place and moves this one forward.
    """

    def __init__(self) -> None:
        self._of_task: dict[str, list[Job]] = {}

    def refresh(self, view: View) -> None:
        """Look at the jobs in flight again."""
        found: dict[str, list[Job]] = {}
        for job in view.jobs.values():
            if job.state == 'waiting':
                found.setdefault(job.task, []).append(job)
        self._of_task = found

    def superseded_ns(self, view: View, job: Job, period_ns: int) -> int:
        """Return when newer frames are expected to take a job's place; far ahead if it began."""
        if job.state != 'waiting':
            return FAR_NS
        return _after(view, job.task, self.frames_left(view, job), period_ns)

    def frames_left(self, view: View, job: Job) -> int:
        """Return at which frame from now a waiting job is superseded."""
        waiting = self._of_task[job.task]
        return view.tasks[job.task].queue_depth - len(waiting) + waiting.index(job) + 1

    def next_start_ns(self, view: View, job: Job, period_ns: int, needs_ns: int) -> int:
        """
        Return when the next job of a task must start that runs one job at a time.

        Then it would be superseded, or late. It may be a frame that is still to come.

        :param job: the job before it
        :param needs_ns: the least time that it takes
        """
        spec = view.tasks[job.task]
        behind = [other for other in self._of_task.get(job.task, ()) if other.id > job.id]
        start_ns = _after(view, job.task, spec.queue_depth - len(behind) + 1, period_ns)
        if behind:
            return min(start_ns, behind[0].deadline_ns - needs_ns)
        come_ns = _after(view, job.task, 1, period_ns)
        return min(start_ns, come_ns + spec.deadline_ns - needs_ns)


def _after(view: View, task: str, frames: int, period_ns: int) -> int:
    """Return when that many more frames have come; far ahead if they are overdue."""
    last_ns = view.accounts[task].last_release_ns
    if last_ns is None:
        return FAR_NS
    due_ns = last_ns + frames * period_ns
    # an overdue frame may never come: then the job has its full time
    return due_ns if due_ns > view.now_ns else FAR_NS
