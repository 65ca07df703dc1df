# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a job waited for, and where its next stage could have run."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.simulation.rerun.recorded_costs import RecordedCosts
from edge_sched_ros.tracing.lives import JobLife
from edge_sched_ros.tracing.lives import StageLife
from edge_sched_ros.tracing.run import RecordedRun

#: shorter waits are not worth a sentence
_LEAST_WAIT_NS = 500_000
#: number of stages that are named in one wait
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Wait:
    """
    A time in which a job waited for a stage.

    :param blockers: jobs and stages that the units of the stage ran in this time
    :param in_flight: ``max_in_flight`` of the task if so many of its other jobs had begun, so that
        this one could not begin on any unit; else 0
    """

    stage: str
    begin_ns: int
    end_ns: int
    units: tuple[str, ...]
    blockers: tuple[tuple[JobLife, StageLife], ...]
    in_flight: int = 0


class UnitTimes:
    """What ran where and when, for look-ups."""

    def __init__(self, run: RecordedRun) -> None:
        self._run = run
        self._on: dict[str, list[tuple[int, int, JobLife, StageLife]]] = {}
        for job in run.jobs.values():
            for stage in job.stages:
                end_ns = stage.finished_ns or job.ended_ns or run.last_ns
                entry = (stage.decided_ns, end_ns, job, stage)
                self._on.setdefault(stage.unit, []).append(entry)
        for entries in self._on.values():
            entries.sort(key=lambda one: one[:2])
        self._starts = {unit: [one[0] for one in entries] for unit, entries in self._on.items()}

    def between(self, unit: str, begin_ns: int, end_ns: int) -> list[tuple[JobLife, StageLife]]:
        """Return what a unit ran at some time of an interval."""
        entries = self._on.get(unit, [])
        last = bisect_left(self._starts.get(unit, []), end_ns)
        # a unit runs few stages at a time, so those before are soon over
        found = [one for one in entries[max(0, last - 64) : last] if one[1] > begin_ns]
        return [(job, stage) for _, _, job, stage in found]

    def waits(self, job: JobLife) -> list[Wait]:
        """Return the times in which a job waited."""
        found = []
        for stage in job.stages:
            if stage.decided_ns - stage.ready_ns >= _LEAST_WAIT_NS:
                found.append(self._wait(job, stage.stage, stage.ready_ns, stage.decided_ns))
        missing = self.next_stage(job)
        if missing is not None and job.ended_ns is not None:
            since_ns = job.stages[-1].finished_ns if job.stages else job.arrived_ns
            if since_ns is not None and job.ended_ns - since_ns >= _LEAST_WAIT_NS:
                found.append(self._wait(job, missing, since_ns, job.ended_ns))
        return found

    def next_stage(self, job: JobLife) -> str | None:
        """
        Return the stage that a job without an answer had not begun; ``None`` for none.

        A stage without units is one of a run that was only seen from outside.
        """
        if job.answered:
            return None
        names = [stage.name for stage in _variant(self._run, job) if stage.units]
        done = {stage.stage for stage in job.stages}
        return next((name for name in names if name not in done), None)

    def units_of(self, job: JobLife, stage: str) -> tuple[str, ...]:
        """Return the units that can run a stage."""
        stages = {one.name: one.units for one in _variant(self._run, job)}
        return stages.get(stage, ())

    def _wait(self, job: JobLife, stage: str, begin_ns: int, end_ns: int) -> Wait:
        units = self.units_of(job, stage)
        ran = [one for unit in units for one in self.between(unit, begin_ns, end_ns)]
        ran = [one for one in ran if one[0].job != job.job]
        ran.sort(key=lambda one: -_overlap(one[1], begin_ns, end_ns))
        limit = self._full_at(job, stage, (begin_ns + end_ns) // 2)
        return Wait(stage, begin_ns, end_ns, units, tuple(ran[:_MOST_NAMED]), limit)

    def _full_at(self, job: JobLife, stage: str, at_ns: int) -> int:
        """Return the limit of a task whose other jobs in flight kept one from beginning, or 0."""
        task = self._run.setup.tasks.get(job.task)
        begun = bool(job.stages) and job.stages[0].stage != stage
        if task is None or begun:
            return 0
        others = {
            other.job
            for unit in self._on
            for other, _ in self.between(unit, at_ns, at_ns + 1)
            if other.task == job.task and other.job != job.job
        }
        return task.max_in_flight if len(others) >= task.max_in_flight else 0


def alternatives(times: UnitTimes, costs: RecordedCosts, job: JobLife) -> list[str]:
    """Return for each unit of the stage in question what was to be expected there, in words."""
    asked = _asked(times, job)
    if asked is None:
        return []
    stage, at_ns, items = asked
    found = []
    for unit in times.units_of(job, stage):
        cost_ns = costs.cost_ns(job.task, job.variant, stage, unit, items)
        there = [one for one in times.between(unit, at_ns, at_ns + 1) if one[0].job != job.job]
        if there:
            other, its = there[0]
            until_ns = its.finished_ns or at_ns
            state = f'busy with {other.task} {its.stage} for another {_ms(until_ns - at_ns)} ms'
        else:
            until_ns, state = at_ns, 'idle'
        if cost_ns is None:
            found.append(f'{unit}: {state}; its cost there was not known')
            continue
        left_ns = job.deadline_ns - until_ns - cost_ns
        verdict = f'{_ms(abs(left_ns))} ms {"before" if left_ns >= 0 else "after"} the deadline'
        found.append(f'{unit}: {state}; {stage} takes {_ms(cost_ns)} ms there and ends {verdict}')
    return found


def _asked(times: UnitTimes, job: JobLife) -> tuple[str, int, int] | None:
    """Return the stage for which the choice of a unit mattered most, when, and its items."""
    missing = times.next_stage(job)
    if missing is not None:
        since_ns = job.stages[-1].finished_ns if job.stages else job.arrived_ns
        return missing, since_ns or job.arrived_ns, job.items
    if not job.stages:
        return None
    longest = max(job.stages, key=lambda one: (one.finished_ns or one.started_ns) - one.ready_ns)
    return longest.stage, longest.ready_ns, longest.items


def _variant(run: RecordedRun, job: JobLife) -> tuple[StageSpec, ...]:
    """Return the stages of a job's variant."""
    task = run.setup.tasks.get(job.task)
    if task is None:
        return ()
    try:
        return task.variant(job.variant).stages
    except KeyError:
        return task.variants[0].stages


def _overlap(stage: StageLife, begin_ns: int, end_ns: int) -> int:
    return min(stage.finished_ns or end_ns, end_ns) - max(stage.decided_ns, begin_ns)


def _ms(time_ns: int) -> str:
    return f'{time_ns / 1e6:.1f}'
