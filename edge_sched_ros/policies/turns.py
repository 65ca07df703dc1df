# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Turns among equals: under overload, who has waited longest for its turns goes first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.equals import equal
from edge_sched_ros.policies.equals import NEAR
from edge_sched_ros.policies.equals import rank
from edge_sched_ros.policies.holds import put_off
from edge_sched_ros.policies.placement import Allowed
from edge_sched_ros.policies.placement import run
from edge_sched_ros.policies.placement import run_sorted

#: before any answer
_NEVER_NS = -1


def run_in_turn(
    view: View,
    key: Callable[[Job], Any],
    allowed: Allowed | None = None,
    *,
    by_deadline: bool = True,
) -> list[Decision]:
    """
    Start ready jobs by ascending ``key``, but equals in turn, each on its fastest idle unit.

    :param key: how urgent a job is; ends with its id
    :param allowed: narrows the units of a job's next stage
    :param by_deadline: whether turns are for answers on time: equals who are too late count
        last, and a unit may be kept for one that comes soon; else they are for any answers
    """
    ready = view.ready
    if len(ready) < 2:
        runs = run_sorted(view, ready, allowed)
    else:
        jobs = sorted(ready, key=key)
        if view.behind:
            jobs = take_turns(view, jobs, bounded=allowed is None, by_deadline=by_deadline)
        runs = run_sorted(view, jobs, allowed)
    return put_off(view, runs, allowed) if by_deadline and view.behind else runs


def take_turns(
    view: View, jobs: list[Job], *, bounded: bool = False, by_deadline: bool = True
) -> list[Job]:
    """
    Return jobs with those of equal tasks in turn; a place in the order stays with its group.

    Equal are tasks of one priority whose relative deadlines differ by at most an eighth. Nothing
    changes while none of them has lost a frame lately: as long as the load can be met the order
    given meets it. Once frames are lost, which camera loses them would be a matter of phases.

    :param by_deadline: see :func:`run_in_turn`
    :param bounded: the first that can run on idle units will, so look no further than that
    """
    free, behind = view.free_slots(), view.behind
    left, ordered, done = sum(free.values()), jobs, set[int]()
    turns: Turns | None = None
    for place, first in enumerate(jobs):
        if place in done or free.keys().isdisjoint(first.stage.units):
            continue
        if bounded and left == 1 and first.stage_index:
            break  # what has begun goes on, and nothing else can start
        span_ns, priority = first.deadline_ns - first.release_ns, first.priority
        near_ns = span_ns // NEAR
        places, lost = [], False
        for other in range(place, len(jobs)):
            job = jobs[other]
            apart_ns = job.deadline_ns - job.release_ns - span_ns
            near = -near_ns <= apart_ns <= near_ns
            if near and job.priority == priority and other not in done:
                places.append(other)
                lost = lost or job.task in behind
        if lost and len(places) > 1:
            turns = turns or Turns(view, by_deadline=by_deadline)
            if ordered is jobs:
                ordered = jobs.copy()
            for other, job in zip(places, turns.sort([jobs[other] for other in places])):
                ordered[other] = job
            done.update(places)
        left -= len(places)
        if bounded and left <= 0:
            break  # no more than that can start
    return ordered


def give_turns(view: View, decisions: list[Decision]) -> list[Decision]:
    """
    Return decisions in which each job is replaced by the equal whose turn it is.

    For policies that do not order jobs by one key; equality is that of :func:`take_turns`.
    """
    ready = view.ready
    if not view.behind:
        return decisions
    turns, taken = Turns(view), set[int]()
    given: list[Decision] = []
    for decision in decisions:
        if not isinstance(decision, Run):
            given.append(decision)
            continue
        job, unit = view.jobs[decision.job], decision.unit
        pool = [
            other
            for other in ready
            if other.id not in taken and unit in other.stage.units and equal(job, other)
        ]
        if any(other.task in view.behind for other in pool):
            job = turns.sort(pool)[0]
            decision = run(job, unit)
        if job.id not in taken:
            taken.add(job.id)
            given.append(decision)
    return put_off(view, given)


class Turns:
    """Whose turn it is at one moment."""

    def __init__(self, view: View, *, by_deadline: bool = True) -> None:
        self._view = view
        self._by_deadline = by_deadline
        self._running: dict[str, int] = {}
        for unit in view.units.values():
            for running in unit.running.values():
                self._running[running.task] = self._running.get(running.task, 0) + 1

    def sort(self, jobs: list[Job]) -> list[Job]:
        """
        Return jobs by how long their tasks have waited for their turns, the longest first.

        What has begun goes on before anything new begins; what is too late to begin comes last,
        by the time since the last answer of any kind; and a task's second job counts after the
        first jobs of all others.
        """
        view, seen = self._view, self._running.copy()
        keys = []
        for place, job in enumerate(jobs):
            answered_ns = view.accounts[job.task].last_answer_ns
            late = self._by_deadline and self._is_late(job)
            waited = _NEVER_NS if answered_ns is None else answered_ns
            if self._by_deadline and not late:
                waited = rank(view, job.task)
            count = seen.get(job.task, 0)
            keys.append((job.stage_index == 0, late, count, waited, place))
            seen[job.task] = count + 1
        return [jobs[key[-1]] for key in sorted(keys)]

    def _is_late(self, job: Job) -> bool:
        """Whether its time is too short to begin it now; at its release it was not."""
        if job.stage_index:
            return False
        latest_ns = job.deadline_ns - self._view.least_remaining_ns(job)
        return job.release_ns <= latest_ns < self._view.now_ns
