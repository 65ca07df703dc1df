# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A recorded run as tracks with slices, instants and counters, whatever file they go into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from heapq import heappop
from heapq import heappush
from typing import Any
from typing import Union

from edge_sched_ros.reporting.explaining.scored import scores_text
from edge_sched_ros.tracing.lives import JobLife
from edge_sched_ros.tracing.lives import StageLife
from edge_sched_ros.tracing.run import RecordedRun

UNITS, TASKS = 'units', 'tasks'


@dataclass(frozen=True, slots=True)
class Track:
    """
    One line of the timeline.

    :param group: ``units`` or ``tasks``
    :param lane: lines of one name whose slices would overlap are numbered from 0
    """

    group: str
    name: str
    lane: int = 0

    @property
    def title(self) -> str:
        """Return its name, with the number of a further lane."""
        return self.name if not self.lane else f'{self.name} ({self.lane + 1})'


@dataclass(frozen=True, slots=True)
class Slice:
    """
    Something with a beginning and an end; ``flow`` joins the slices of one job by arrows.

    :param step: 0 for the first of its flow, 1 for those between, 2 for the last
    """

    track: Track
    name: str
    begin_ns: int
    end_ns: int
    args: dict[str, Any] = field(default_factory=dict)
    flow: int | None = None
    step: int = 1


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment, such as a miss."""

    track: Track
    name: str
    at_ns: int
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Counter:
    """A number that holds until the next one of its name."""

    name: str
    at_ns: int
    value: float


Entry = Union[Slice, Instant, Counter]


def timeline(run: RecordedRun) -> Iterator[Entry]:
    """Yield all of a run: jobs on lines of tasks, stages on lines of units, numbers."""
    lanes = _Lanes()
    for job in run.jobs.values():
        yield from _job(run, job, lanes)
    # units run their stages in order of start, which is not that of jobs
    stages = [
        (stage.started_ns, job.job, stage) for job in run.jobs.values() for stage in job.stages
    ]
    for begin_ns, number, stage in sorted(stages, key=lambda one: one[:2]):
        job = run.jobs[number]
        end_ns = _end_of(stage.finished_ns, job, run)
        yield Slice(
            lanes.track(UNITS, stage.unit, begin_ns, end_ns),
            f'{job.task} {stage.stage}',
            begin_ns,
            max(begin_ns, end_ns),
            _of_stage(run, job, stage),
            flow=job.job,
        )
    yield from _queues(run)
    yield from _power(run)


def _of_stage(run: RecordedRun, job: JobLife, stage: StageLife) -> dict[str, Any]:
    args = {
        'job': job.job,
        'frame': job.seq,
        'variant': job.variant,
        'items': stage.items,
        'waited_ms': (stage.decided_ns - stage.ready_ns) / 1e6,
        'handover_ms': (stage.started_ns - stage.decided_ns) / 1e6,
        'energy_mj': stage.energy_mj,
    }
    if stage.scores is not None:
        args['policy_compared'] = scores_text(stage.scores, run.jobs, job.job, stage.unit)
    return args


def _job(run: RecordedRun, job: JobLife, lanes: _Lanes) -> Iterator[Entry]:
    end_ns = max(job.arrived_ns, _end_of(job.published_ns or job.ended_ns, job, run))
    track = lanes.track(TASKS, job.task, job.arrived_ns, end_ns)
    why = f': {job.reason}' if job.reason else ''
    args = {
        'job': job.job,
        'frame': job.seq,
        'stream': job.stream,
        'outcome': f'{job.outcome}{why}',
        'variant': job.variant,
        'age_on_arrival_ms': (job.arrived_ns - job.release_ns) / 1e6,
        'deadline_ms': (job.deadline_ns - job.release_ns) / 1e6,
    }
    if job.response_ns is not None:
        args['response_ms'] = job.response_ns / 1e6
    if job.published_ns is not None and job.ended_ns is not None:
        args['publication_ms'] = (job.published_ns - job.ended_ns) / 1e6
    if job.parent is not None:
        args['parent'] = job.parent
    name = f'{job.task} {job.seq}'
    yield Slice(track, name, job.arrived_ns, end_ns, args, flow=job.job, step=0)
    if job.missed:
        compared = scores_text(job.scores, run.jobs, job.job)
        told = {'policy_compared': compared} if compared else {}
        yield Instant(track, f'{job.outcome}{why}', end_ns, {'job': job.job, **told})


def _end_of(end_ns: int | None, job: JobLife, run: RecordedRun) -> int:
    """Return an end; that of the job, or of the trace, where it has none."""
    if end_ns is not None:
        return end_ns
    return run.last_ns if job.ended_ns is None else job.ended_ns


def _queues(run: RecordedRun) -> Iterator[Counter]:
    """Yield how many jobs of a task wait for their first stage."""
    steps: list[tuple[int, str, int]] = []
    for job in run.jobs.values():
        begun_ns = job.stages[0].decided_ns if job.stages else _end_of(None, job, run)
        steps += [(job.arrived_ns, job.task, 1), (begun_ns, job.task, -1)]
    waiting = dict.fromkeys(run.setup.tasks, 0)
    for at_ns, task, step in sorted(steps):
        waiting[task] = waiting.get(task, 0) + step
        yield Counter(f'waiting {task}', at_ns, max(0, waiting[task]))


def _power(run: RecordedRun) -> Iterator[Counter]:
    """Yield the power of stages with a known energy, on average over each."""
    steps = []
    for job in run.jobs.values():
        for stage in job.stages:
            took_ns = (stage.finished_ns or stage.started_ns) - stage.started_ns
            if stage.energy_mj and took_ns > 0:
                watts = stage.energy_mj * 1e6 / took_ns
                steps += [(stage.started_ns, stage.unit, watts)]
                steps += [(stage.started_ns + took_ns, stage.unit, -watts)]
    present = dict.fromkeys(run.setup.units, 0.0)
    for at_ns, unit, step in sorted(steps):
        present[unit] = present.get(unit, 0.0) + step
        yield Counter(f'power of {unit}, W', at_ns, round(max(0.0, present[unit]), 6))


class _Lanes:
    """Lanes of tracks: slices of one lane do not overlap."""

    def __init__(self) -> None:
        self._ends: dict[tuple[str, str], list[tuple[int, int]]] = {}
        self._free: dict[tuple[str, str], list[int]] = {}
        self._made: dict[tuple[str, str], int] = {}

    def track(self, group: str, name: str, begin_ns: int, end_ns: int) -> Track:
        """Return the lowest lane that is free from here; slices come in order of begin."""
        key = (group, name)
        ends, free = self._ends.setdefault(key, []), self._free.setdefault(key, [])
        while ends and ends[0][0] <= begin_ns:
            heappush(free, heappop(ends)[1])
        if free:
            lane = heappop(free)
        else:
            lane = self._made.get(key, 0)
            self._made[key] = lane + 1
        heappush(ends, (end_ns, lane))
        return Track(group, name, lane)
