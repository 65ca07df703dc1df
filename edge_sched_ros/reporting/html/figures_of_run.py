# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Counts, percentiles and busy times of a recorded run, for the tables of a report."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

import numpy as np

from edge_sched_ros.tracing.lives import JobLife
from edge_sched_ros.tracing.lives import OUTCOMES
from edge_sched_ros.tracing.lives import UNFINISHED
from edge_sched_ros.tracing.run import RecordedRun


@dataclass(slots=True)
class TaskFigures:
    """
    One task.

    :param reasons: why jobs were dropped or failed, the most frequent first
    :param responses_ms: of answers, in order of release
    """

    name: str
    deadline_ms: float
    counts: dict[str, int]
    reasons: dict[str, int] = field(default_factory=dict)
    responses_ms: list[float] = field(default_factory=list)
    energy_mj: float = 0.0

    @property
    def ended(self) -> int:
        """Jobs that have ended."""
        return sum(count for outcome, count in self.counts.items() if outcome != UNFINISHED)

    @property
    def on_time_share(self) -> float:
        """Share of ended jobs with an answer on time; 1 before any ended."""
        return self.counts['on_time'] / self.ended if self.ended else 1.0

    @property
    def missed(self) -> dict[str, int]:
        """Why jobs missed their deadline, with ``late`` among the reasons; most frequent first."""
        found = {**self.reasons, 'late': self.counts['late']}
        return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))

    def percentile_ms(self, percent: float) -> float | None:
        """Return a percentile of the responses; ``None`` without an answer."""
        return float(np.percentile(self.responses_ms, percent)) if self.responses_ms else None


@dataclass(slots=True)
class UnitFigures:
    """One unit; ``busy`` is its share of time, ``energy_mj`` that of its stages."""

    name: str
    busy: float = 0.0
    energy_mj: float = 0.0
    stages: int = 0


class RunFigures:
    """All numbers of one run."""

    def __init__(self, run: RecordedRun) -> None:
        self.tasks = {
            name: TaskFigures(name, task.deadline_ns / 1e6, dict.fromkeys(OUTCOMES, 0))
            for name, task in run.setup.tasks.items()
        }
        self.units = {name: UnitFigures(name) for name in run.setup.units}
        span_ns = max(1, run.last_ns - run.first_ns)
        for job in run.jobs.values():
            self._add(run, job)
        for unit in self.units.values():
            slots = run.setup.units[unit.name].slots if unit.name in run.setup.units else 1
            unit.busy = min(1.0, unit.busy / span_ns / slots)
        for task in self.tasks.values():
            task.reasons = dict(sorted(task.reasons.items(), key=lambda one: (-one[1], one[0])))

    def _add(self, run: RecordedRun, job: JobLife) -> None:
        task = self.tasks.get(job.task)
        if task is None:
            allowed_ms = (job.deadline_ns - job.release_ns) / 1e6
            counts = dict.fromkeys(OUTCOMES, 0)
            task = self.tasks[job.task] = TaskFigures(job.task, allowed_ms, counts)
        task.counts[job.outcome] += 1
        if job.reason:
            task.reasons[job.reason] = task.reasons.get(job.reason, 0) + 1
        if job.answered and job.response_ns is not None:
            task.responses_ms.append(job.response_ns / 1e6)
        for stage in job.stages:
            end_ns = stage.finished_ns or job.ended_ns or run.last_ns
            unit = self.units.setdefault(stage.unit, UnitFigures(stage.unit))
            unit.busy += max(0, end_ns - stage.started_ns)
            unit.energy_mj += stage.energy_mj
            unit.stages += 1
            task.energy_mj += stage.energy_mj

    @property
    def ended(self) -> int:
        """Jobs that have ended, over all tasks."""
        return sum(task.ended for task in self.tasks.values())

    @property
    def on_time(self) -> int:
        """Jobs with an answer on time, over all tasks."""
        return sum(task.counts['on_time'] for task in self.tasks.values())

    @property
    def on_time_share(self) -> float:
        """Share of ended jobs with an answer on time."""
        return self.on_time / self.ended if self.ended else 1.0


def verdict(figures: RunFigures) -> str:
    """Return in one sentence how a run went."""
    if not figures.ended:
        return 'No job had ended.'
    said = (
        f'{figures.on_time} of {figures.ended} jobs ({figures.on_time_share:.1%}) were answered '
        'on time'
    )
    worst = min(figures.tasks.values(), key=lambda task: task.on_time_share)
    if worst.on_time_share == 1:
        return f'{said}: no task missed a deadline.'
    why = next(iter(worst.missed))
    share = 1 - worst.on_time_share
    return f'{said}; {worst.name} missed most, {share:.1%} of its jobs, most often {why}.'


def verdict_of_all(figures: dict[str, RunFigures]) -> str:
    """Return in one sentence how several runs compare."""
    if len(figures) == 1:
        return verdict(next(iter(figures.values())))
    ended = {title: one for title, one in figures.items() if one.ended}
    ranked = sorted(ended.items(), key=lambda one: -one[1].on_time_share)
    if not ranked:
        return 'No job of any run had ended.'
    none = ', '.join(title for title in figures if title not in ended)
    if none:
        none = f' No job of {none} had ended.'
    if len(ranked) == 1:
        return f'{ranked[0][0]}: {verdict(ranked[0][1])}{none}'
    (best, of_best), (last, of_last) = ranked[0], ranked[-1]
    if of_best.on_time_share == of_last.on_time_share:
        return (
            f'All {len(ranked)} runs answered {of_best.on_time_share:.1%} of their jobs on time.'
            f'{none}'
        )
    return (
        f'{best} answered most jobs on time: {of_best.on_time_share:.1%}, against '
        f'{of_last.on_time_share:.1%} of {last}.{none}'
    )
