# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Maps jobs to idle units by DREAM's MapScore."""

from __future__ import annotations

from collections.abc import Container

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.map_score import MapScore
from edge_sched_ros.policies.placement import run
from edge_sched_ros.policies.placement import take_slot
from edge_sched_ros.policies.reservations import Reservations

#: minus the score, deadline, release, id, unit, job: the best first
Pair = tuple[float, int, int, int, str, Job]


def ranked_pairs(view: View, score: MapScore) -> list[Pair]:
    """Return the pairs of a ready job and an idle unit, those with the greatest score first."""
    idle = view.free_slots()
    pairs = [
        (-value, job.deadline_ns, job.release_ns, job.id, unit, job)
        for job in view.ready
        for unit, value in score.scores(job).items()
        if unit in idle
    ]
    pairs.sort(key=lambda pair: pair[:5])
    return pairs


def map_jobs(view: View, pairs: list[Pair], *, wait: bool, guard: bool) -> list[Decision]:
    """
    Take the best pair of job and idle unit until none is left.

    :param pairs: from :func:`ranked_pairs`
    :param wait: whether a job waits for a busy unit rather than take one that is too slow; that
        one is then taken until the end of the job's stage
    :param guard: whether a job goes first that would be late behind the best one, and not the
        other way round
    """
    idle = view.free_slots()
    reserved = Reservations(view)
    decisions: list[Decision] = []
    mapped: set[int] = set()
    for _, _, _, job_id, unit, job in pairs:
        if job_id in mapped or unit not in idle:
            continue
        if guard:
            job = _first(view, job, unit, mapped, idle)
        mapped.add(job.id)
        better = _better(view, job, unit, reserved) if wait else None
        if better is not None:
            end_ns, busy = better
            reserved.free_ns[busy] = end_ns
            continue
        take_slot(idle, unit)
        reserved.idle.discard(unit)
        reserved.free_ns[unit] = reserved.finish_ns(job, unit)
        decisions.append(run(job, unit))
    return decisions


def _first(view: View, best: Job, unit: str, mapped: Container[int], idle: Container[str]) -> Job:
    """Return the job with the earliest deadline that must go before another on a unit."""
    now_ns, first = view.now_ns, best
    end_ns = now_ns + view.cost_ns(best, best.stage, unit)
    best_ns = view.remaining_on_ns(best, unit)
    for job in view.ready:
        if job.id in mapped or unit not in job.stage.units or job.deadline_ns >= first.deadline_ns:
            continue
        latest_ns = job.deadline_ns - view.remaining_on_ns(job, unit)
        if not now_ns <= latest_ns < end_ns:
            continue  # lost, or in time behind the other
        after_ns = now_ns + view.cost_ns(job, job.stage, unit)
        if after_ns + best_ns > best.deadline_ns >= now_ns + best_ns:
            continue  # only one of the two can be on time: by score
        if not _fits_elsewhere(view, job, unit, idle):
            first = job
    return first


def _better(view: View, job: Job, unit: str, reserved: Reservations) -> tuple[int, str] | None:
    """
    Return the end of a job's stage on a busy unit, and that unit, if the job should wait for it.

    It should if that is sooner than on an idle unit, and that one is too slow for the deadline, or
    a later frame of the task could overtake this one.
    """
    late = view.now_ns + view.remaining_on_ns(job, unit) > job.deadline_ns
    if not late and view.tasks[job.task].max_in_flight == 1:
        return None
    best = reserved.best(job)
    if best is None or best[1] in reserved.idle or best[0] >= reserved.finish_ns(job, unit):
        return None
    return best


def _fits_elsewhere(view: View, job: Job, unit: str, idle: Container[str]) -> bool:
    """Return whether a job can be on time if its next stage starts on another idle unit."""
    return any(
        other != unit
        and other in idle
        and view.now_ns + view.remaining_on_ns(job, other) <= job.deadline_ns
        for other in job.stage.units
    )
