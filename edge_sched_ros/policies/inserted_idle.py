# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Inserted idle time: a unit is kept free for the next equal task if its frame comes soon."""

from __future__ import annotations

from dataclasses import dataclass

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.decisions import WakeAt
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.equals import equal
from edge_sched_ros.policies.equals import NEAR
from edge_sched_ros.policies.equals import rank
from edge_sched_ros.policies.equals import takes_as_long
from edge_sched_ros.policies.lanes import Lanes
from edge_sched_ros.policies.lanes import Place
from edge_sched_ros.policies.placement import Allowed

#: maximum wait beyond a frame's expected time, as a share of the task's interval; no wait for a
#: source whose intervals differ by more
_PATIENCE = 8


@dataclass(frozen=True, slots=True)
class Coming:
    """
    A frame that is expected soon.

    :param rank: rank of its task, low when it has waited long
    :param job: its future job
    :param ready_ns: expected time when it has arrived and its task can start
    :param until_ns: end of the wait
    """

    rank: int
    job: Job
    ready_ns: int
    until_ns: int


def put_off(
    view: View, decisions: list[Decision], allowed: Allowed | None = None
) -> list[Decision]:
    """
    Return decisions without starts that would make an equal task with the next turn late.

    A job is not started when an equal task that recently lost frames, and that has waited longer
    for its turns, will get a frame so soon that it would be late after this job and can be on time
    without it; instead the policy is called again when the frame is expected. A frame that does
    not arrive is waited for once. The wait is shorter than the job, as the equal's deadline is not
    shorter than its own work.

    :param allowed: narrows the units of a job's next stage
    """
    begun = [view.jobs[made.job] for made in decisions if isinstance(made, Run)]
    begun = [job for job in begun if not job.stage_index]
    coming = _coming(view, begun) if begun else []
    if not coming:
        return decisions
    lanes, kept, until_ns = Lanes(view, allowed), list[Decision](), list[int]()
    for decision in decisions:
        if isinstance(decision, Run):
            job = view.jobs[decision.job]
            if not job.stage_index:
                own = lanes.place(job, view.now_ns, unit=decision.unit)
                suffers = _who_suffers(view, job, own, lanes, coming)
                if suffers is not None:
                    until_ns.append(suffers.until_ns)
                    continue
                lanes.take(own)
        kept.append(decision)
    return [*kept, WakeAt(min(until_ns))] if until_ns else kept


def _who_suffers(
    view: View, job: Job, own: list[Place], lanes: Lanes, coming: list[Coming]
) -> Coming | None:
    """Return the first that has waited longer and is late only if the job starts now."""
    if not own:
        return None
    waited, end_ns = rank(view, job.task), max(place[2] for place in own)
    #: lanes without the job, and with it; jobs that are on time in both cases are placed in both
    #: before the next is checked
    without, beside = lanes, None
    in_time: tuple[Coming, list[Place]] | None = None
    for other in coming:
        if other.rank >= waited:
            return None
        if other.ready_ns >= end_ns or other.job.task == job.task or not equal(job, other.job):
            continue
        if not takes_as_long(view, job.task, other.job.task):
            continue
        if beside is None:
            beside = lanes.copy()
            beside.take(own)
        if in_time is not None:
            without = without.copy() if without is lanes else without
            alone = without.place(in_time[0].job, in_time[0].ready_ns)
            if _is_on_time(alone, in_time[0].job):
                without.take(alone)
                beside.take(in_time[1])
        behind = beside.place(other.job, other.ready_ns)
        in_time = (other, behind) if _is_on_time(behind, other.job) else None
        if in_time is None and _is_on_time(without.place(other.job, other.ready_ns), other.job):
            return other
    return None


def _is_on_time(places: list[Place], job: Job) -> bool:
    return bool(places) and places[-1][2] <= job.deadline_ns


def _coming(view: View, begun: list[Job]) -> list[Coming]:
    """
    Return the expected frames of tasks that lost some, the longest waiting task first.

    :param begun: jobs to start; only frames of equals that have waited longer than one of these
    """
    behind, accounts, now_ns, found = view.behind, view.accounts, view.now_ns, []
    limits = []
    for job in begun:
        span_ns = job.deadline_ns - job.release_ns
        near_ns = span_ns // NEAR
        limits.append((job, span_ns - near_ns, span_ns + near_ns))
    highest = max([rank(view, job.task) for job in begun])
    for task, spec in view.tasks.items():
        if task in behind:
            # most are not looked at further: their frames are overdue, or they have waited less
            account = accounts[task]
            came_ns = account.last_arrival_ns
            interval_ns = account.interval_ns
            if came_ns is None:
                continue
            if came_ns + round(interval_ns) + int(interval_ns) // _PATIENCE <= now_ns:
                continue
            if account.last_turn_ns is not None and -account.waited_ns(now_ns) >= highest:
                continue
            deadline_ns, priority = spec.deadline_ns, spec.priority
            equals = [
                job.task
                for job, low_ns, high_ns in limits
                if low_ns <= deadline_ns <= high_ns and job.priority == priority
            ]
            if equals and (coming := _next_of(view, spec, equals)) is not None:
                found.append(coming)
    found.sort(key=lambda coming: (coming.rank, coming.ready_ns))
    return found


def _next_of(view: View, spec: TaskSpec, others: list[str]) -> Coming | None:
    """Return the next frame of a task if it can be predicted and ranks before another's."""
    task, account = spec.name, view.accounts[spec.name]
    if spec.after or not spec.enabled:
        return None
    interval_ns, patience_ns = account.interval_ns, int(account.interval_ns) // _PATIENCE
    came_ns, released_ns = account.last_arrival_ns, account.last_release_ns
    if came_ns is None or released_ns is None:
        return None
    come_ns, release_ns = came_ns + round(interval_ns), released_ns + round(interval_ns)
    until_ns = come_ns + patience_ns
    if until_ns <= view.now_ns or account.interval_spread_ns > patience_ns:
        return None
    place = rank(view, task)
    waited = max((rank(view, other) for other in others if other != task), default=place)
    if place >= waited:
        return None
    due_ns, ready_ns = _due_ns(view, task), max(view.now_ns, come_ns)
    if due_ns is not None:
        # after the turn it has now
        place, ready_ns = place - place // 8, max(ready_ns, due_ns)
        if place >= waited:
            return None
    job = Job(
        -1, task, spec.variants[0], spec.stream, -1, release_ns,
        release_ns + spec.deadline_ns, come_ns, spec.priority, None, 1,
    )  # fmt: skip
    return Coming(place, job, ready_ns, until_ns)


def _due_ns(view: View, task: str) -> int | None:
    """Return the expected end of a task's running job, if any."""
    return max(
        (
            running.due_ns
            for unit in view.units.values()
            for running in unit.running.values()
            if running.task == task
        ),
        default=None,
    )
