# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Turns among equals: under overload the task that has waited longest for its turns goes first."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Container
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.equals import as_long
from edge_sched_ros.policies.equals import equal
from edge_sched_ros.policies.equals import NEAR
from edge_sched_ros.policies.equals import rank
from edge_sched_ros.policies.equals import takes_as_long
from edge_sched_ros.policies.inserted_idle import put_off
from edge_sched_ros.policies.placement import Allowed
from edge_sched_ros.policies.placement import run
from edge_sched_ros.policies.placement import run_sorted

#: before the first result
_NEVER_NS = -1


def run_in_turn(
    view: View,
    key: Callable[[Job], Any],
    allowed: Allowed | None = None,
    *,
    by_deadline: bool = True,
) -> list[Decision]:
    """
    Start ready jobs by ascending ``key``, equals in turn, each on its fastest idle unit.

    :param key: urgency of a job; ends with its id
    :param allowed: narrows the units of a job's next stage
    :param by_deadline: whether turns count results on time: equals that are too late come last,
        and a unit may be kept free for one that comes soon; otherwise they count any results
    """
    ready = view.ready
    if not view.behind:
        return run_sorted(view, sorted(ready, key=key) if len(ready) > 1 else ready, allowed)
    idle, able = view.free_slots(), _able(view, key, allowed)
    jobs: Iterable[Job] = able
    if len(able) > 1:
        if allowed is not None:
            wanted = {name for job in able for name in allowed(job)}
            idle = {name: slots for name, slots in idle.items() if name in wanted}
        jobs = sorted(ready, key=key)
        jobs = take_turns(view, jobs, bounded=allowed is None, by_deadline=by_deadline)
    runs = run_sorted(view, jobs, allowed, idle)
    return put_off(view, runs, allowed) if by_deadline else runs


def _able(view: View, key: Callable[[Job], Any], allowed: Allowed | None) -> list[Job]:
    """Return the jobs that could start now; only the next one if it is certain."""
    idle = view.free_slots()
    free = idle.keys()
    if allowed is not None:
        return [job for job in view.ready if not free.isdisjoint(allowed(job))]
    able = [job for job in view.ready if not free.isdisjoint(job.stage.units)]
    if len(able) > 1 and sum(idle.values()) == 1:
        first = min(able, key=key)
        if first.stage_index:
            return [first]  # started jobs continue
    return able


def take_turns(
    view: View, jobs: Sequence[Job], *, bounded: bool = False, by_deadline: bool = True
) -> Iterator[Job]:
    """
    Yield jobs with those of equal tasks in turn; each place in the order belongs to its group.

    Tasks are equal if they have one priority, their relative deadlines differ by at most an eighth
    and their jobs take about as long: a turn then costs as much time as it gives. A job that is
    too late to start gives its place to any of one deadline, long or short. The order is unchanged
    while none of them has recently lost a frame: it serves any feasible load. Under overload the
    phases would otherwise decide which camera loses frames.

    :param by_deadline: see :func:`run_in_turn`
    :param bounded: whether the first jobs that can run on idle units will run, so that the rest is
        not needed
    """
    free, behind = view.free_slots(), view.behind
    left, ordered, done = sum(free.values()), list(jobs), set[int]()
    turns: Turns | None = None
    looking = True
    for place, first in enumerate(jobs):
        if looking and place not in done and not free.keys().isdisjoint(first.stage.units):
            if turns is None and behind.isdisjoint([job.task for job in jobs]):
                looking = False  # none of them has lost a frame
            elif bounded and left == 1 and first.stage_index:
                looking = False  # started jobs continue, and nothing else can start
            else:
                longer = by_deadline and _is_late(view, first)
                places = _equals_from(view, jobs, place, done, alike=not longer)
                group = [jobs[other] for other in places]
                if len(group) > 1 and not behind.isdisjoint([job.task for job in group]):
                    turns = turns or Turns(view, by_deadline=by_deadline)
                    for other, job in zip(places, turns.sort(group)):
                        ordered[other] = job
                    done.update(places)
                left -= len(places)
                looking = not bounded or left > 0  # no more can start
        yield ordered[place]


def _equals_from(
    view: View, jobs: Sequence[Job], place: int, done: Container[int], *, alike: bool
) -> list[int]:
    """
    Return the places, from a given one on, of jobs equal to its job, without those done.

    :param alike: whether equals must take about as long
    """
    first = jobs[place]
    span_ns, priority = first.deadline_ns - first.release_ns, first.priority
    low_ns, high_ns = span_ns - span_ns // NEAR, span_ns + span_ns // NEAR
    places = [
        other
        for other in range(place, len(jobs))
        if (job := jobs[other]).priority == priority
        and low_ns <= job.deadline_ns - job.release_ns <= high_ns
        and other not in done
    ]
    if not alike or len(places) == 1:
        return places
    long = as_long(view, first.task, [jobs[other].task for other in places])
    return [other for other, also in zip(places, long) if also]


def give_turns(view: View, decisions: list[Decision], *, alike: bool = True) -> list[Decision]:
    """
    Return decisions in which each job is replaced by the equal with the next turn.

    For policies that do not order jobs by one key; equality is that of :func:`take_turns`. If some
    can be on time on the unit, it is one of them.

    :param alike: whether equals must take about as long
    """
    ready, behind = view.ready, view.behind
    if not behind or not decisions:
        return decisions
    if behind.isdisjoint([job.task for job in ready]):
        return put_off(view, decisions)
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
            if equal(job, other)
            and unit in other.stage.units
            and other.id not in taken
            and (not alike or takes_as_long(view, job.task, other.task))
        ]
        if not behind.isdisjoint([other.task for other in pool]):
            pool = _in_time_on(view, unit, pool) if len(pool) > 1 else pool
            first = pool[0] if len(pool) == 1 else turns.sort(pool)[0]
            if first is not job:
                job, decision = first, run(first, unit)
        if job.id not in taken:
            taken.add(job.id)
            given.append(decision)
    return put_off(view, given)


def _in_time_on(view: View, unit: str, jobs: list[Job]) -> list[Job]:
    """Return the jobs that can be on time if they continue on a unit; all if none can."""
    in_time = [
        job for job in jobs if view.now_ns + view.remaining_on_ns(job, unit) <= job.deadline_ns
    ]
    return in_time or jobs


def _is_late(view: View, job: Job) -> bool:
    """Whether a job can no longer start in time, but could at its release."""
    if job.stage_index:
        return False
    latest_ns = job.deadline_ns - view.least_remaining_ns(job)
    return job.release_ns <= latest_ns < view.now_ns


class Turns:
    """The order of turns at one moment."""

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

        Started jobs come before new ones; jobs that are too late to start come last, by the time
        since the last result of any kind; and a task's second job comes after the first jobs of
        all others.
        """
        view, by_deadline, seen = self._view, self._by_deadline, self._running.copy()
        accounts, now_ns = view.accounts, view.now_ns
        latest = view.latest_ns(jobs) if by_deadline else [now_ns] * len(jobs)
        keys: list[tuple[bool, bool, int, int, int]] = []
        for place, job in enumerate(jobs):
            task, is_new, latest_ns = job.task, job.stage_index == 0, latest[place]
            late = is_new and job.release_ns <= latest_ns < now_ns  # as _is_late
            if by_deadline and not late:
                waited = rank(view, task)
            else:
                answered_ns = accounts[task].last_answer_ns
                waited = _NEVER_NS if answered_ns is None else answered_ns
            count = seen.get(task, 0)
            keys.append((is_new, late, count, waited, place))
            seen[task] = count + 1
        keys.sort()
        return [jobs[key[-1]] for key in keys]
