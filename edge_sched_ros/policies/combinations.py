# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Shared by the MAEL family: all assignments of waiting jobs to units, within a limit."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.placement import run
from edge_sched_ros.policies.reservations import Reservations

COMBINATIONS = PolicyParameter(
    'combinations', 128, 1, 100_000, 'Maximum number of assignments compared for one decision'
)


@dataclass(frozen=True, slots=True)
class Choice:
    """
    The effect of an assignment on one job.

    :param latency_ns: time from now to its end, including waiting for the unit
    :param response_ns: time from its release to its end
    :param deadline_ns: time from its release to its deadline
    """

    latency_ns: int
    response_ns: int
    deadline_ns: int


def assign(
    view: View,
    limit: int,
    *,
    score: Callable[[list[Choice]], float],
    order: Callable[[View, Job, str], float],
    in_one_piece: bool,
) -> list[Decision]:
    """
    Return the start of the assignment with the greatest score.

    :param limit: maximum number of assignments; further jobs wait for the next decision
    :param order: order of jobs on a unit (the smallest first)
    :param in_one_piece: whether a started job continues on its unit, before all others
    """
    free_ns = Reservations(view).free_ns
    decisions: list[Decision] = []
    started: set[str] = set()
    waiting = []
    for job in view.ready:
        if in_one_piece and job.unit not in started and _goes_on(view, job, free_ns):
            assert job.unit is not None
            decisions.append(run(job, job.unit))
            started.add(job.unit)
            free_ns[job.unit] = view.now_ns + view.cost_ns(job, job.stage, job.unit)
        else:
            waiting.append(job)
    jobs, options = _within(view, waiting, free_ns, limit)
    best: tuple[float, tuple[str, ...]] | None = None
    for units in itertools.product(*options):
        found = score(_choices(view, jobs, units, free_ns, order))
        if best is None or found > best[0]:
            best = (found, units)
    if best is None:
        return decisions
    return decisions + _starts(view, jobs, best[1], free_ns, order, started)


def _goes_on(view: View, job: Job, free_ns: dict[str, int]) -> bool:
    unit = job.unit
    return (
        job.stage_index > 0
        and unit is not None
        and unit in job.stage.units
        and free_ns.get(unit, view.now_ns + 1) <= view.now_ns
        and view.units[unit].idle
    )


def _within(
    view: View, waiting: list[Job], free_ns: dict[str, int], limit: int
) -> tuple[list[Job], list[list[str]]]:
    """Take the oldest jobs whose assignments stay within the limit."""
    jobs: list[Job] = []
    options: list[list[str]] = []
    count = 1
    for job in waiting:
        names = [name for name in job.stage.units if name in free_ns]
        if not names:
            continue
        count *= len(names)
        if jobs and count > limit:
            break
        jobs.append(job)
        options.append(names)
    return jobs, options


def _choices(
    view: View,
    jobs: list[Job],
    units: tuple[str, ...],
    free_ns: dict[str, int],
    order: Callable[[View, Job, str], float],
) -> list[Choice]:
    free = dict(free_ns)
    choices = []
    for _, index in sorted((order(view, job, units[n]), n) for n, job in enumerate(jobs)):
        job, unit = jobs[index], units[index]
        rest = view.remaining_on_ns(job, unit)
        free[unit] += rest
        end_ns = free[unit]
        choices.append(
            Choice(
                end_ns - view.now_ns,
                end_ns - job.release_ns,
                max(1, job.deadline_ns - job.release_ns),
            )
        )
    return choices


def _starts(
    view: View,
    jobs: list[Job],
    units: tuple[str, ...],
    free_ns: dict[str, int],
    order: Callable[[View, Job, str], float],
    started: set[str],
) -> list[Decision]:
    decisions: list[Decision] = []
    taken = set(started)
    for _, index in sorted((order(view, job, units[n]), n) for n, job in enumerate(jobs)):
        job, unit = jobs[index], units[index]
        free = view.units[unit].idle and free_ns[unit] <= view.now_ns
        if free and unit not in taken:
            decisions.append(run(job, unit))
        taken.add(unit)
    return decisions
