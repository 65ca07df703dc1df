# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The times of a run that its Gantt chart can show: long runs do not fit into a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.tracing.lives import JobLife
from edge_sched_ros.tracing.run import RecordedRun

#: most jobs in one window; later ones are left out, and the window ends there
_MOST_JOBS = 400
#: length of a window, in longest deadlines
_DEADLINES = 10


@dataclass(frozen=True, slots=True)
class Window:
    """
    A part of a run.

    :param job: the job that it is around; ``None`` for one by its place
    """

    title: str
    begin_ns: int
    end_ns: int
    job: int | None = None


def windows_of(run: RecordedRun, worst: Sequence[JobLife]) -> list[Window]:
    """Return the beginning of a run, the time with most misses, and around the worst jobs."""
    longest_ns = max(task.deadline_ns for task in run.setup.tasks.values())
    length_ns = min(_DEADLINES * longest_ns, max(1, run.last_ns - run.first_ns))
    found = [Window('the beginning', run.first_ns, run.first_ns + length_ns)]
    missed = [job.ended_ns for job in run.jobs.values() if job.missed and job.ended_ns is not None]
    if missed:
        counts: dict[int, int] = {}
        for at_ns in missed:
            place = (at_ns - run.first_ns) // length_ns
            counts[place] = counts.get(place, 0) + 1
        most = max(counts, key=lambda place: (counts[place], -place))
        begin_ns = run.first_ns + most * length_ns
        title = f'most misses ({counts[most]})'
        found.append(Window(title, begin_ns, begin_ns + length_ns))
    for job in worst:
        middle_ns = (job.release_ns + (job.ended_ns or job.deadline_ns)) // 2
        begin_ns = middle_ns - length_ns // 2
        title = f'job {job.job}: {job.task} {job.reason or job.outcome}'
        found.append(Window(title, begin_ns, begin_ns + length_ns, job.job))
    return found


def bars_of(run: RecordedRun, window: Window) -> dict[str, Any]:
    """
    Return what a window shows, as columns; times are in ms from the beginning of the run.

    Stages are on lines of units, jobs on lines of tasks, from release to end.
    """
    within = [
        job
        for job in run.jobs.values()
        if job.release_ns < window.end_ns and (job.ended_ns or run.last_ns) > window.begin_ns
    ][:_MOST_JOBS]
    stages: dict[str, list[Any]] = {key: [] for key in ('y', 'left', 'right', 'task', 'text')}
    jobs: dict[str, list[Any]] = {key: [] for key in ('y', 'left', 'right', 'outcome', 'text')}
    due: dict[str, list[Any]] = {'x': [], 'y': []}

    def ms(at_ns: int) -> float:
        return round((at_ns - run.first_ns) / 1e6, 3)

    for job in within:
        end_ns = job.ended_ns or run.last_ns
        row = f'{job.task} '
        told = f'job {job.job}, frame {job.seq}: {job.outcome} {job.reason}'.strip()
        for key, value in zip(jobs, (row, ms(job.release_ns), ms(end_ns), job.outcome, told)):
            jobs[key].append(value)
        due['x'].append(ms(job.deadline_ns))
        due['y'].append(row)
        for stage in job.stages:
            stop_ns = stage.finished_ns or end_ns
            told = f'{job.task} {stage.stage}, job {job.job}, frame {job.seq}, {job.variant}'
            values = (stage.unit, ms(stage.started_ns), ms(stop_ns), job.task, told)
            for key, value in zip(stages, values):
                stages[key].append(value)
    return {
        'title': window.title,
        'job': window.job,
        'begin': ms(window.begin_ns),
        'end': ms(window.end_ns),
        'stages': stages,
        'jobs': jobs,
        'due': due,
    }
