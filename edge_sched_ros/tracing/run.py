# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A recorded run: its jobs, and what came from outside, for reports and re-simulation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.tracing.fleet_lines import is_of_fleet
from edge_sched_ros.tracing.fleet_lines import take_fleet_decision
from edge_sched_ros.tracing.fleet_lines import take_fleet_event
from edge_sched_ros.tracing.fleet_lines import with_setup
from edge_sched_ros.tracing.lives import DROPPED
from edge_sched_ros.tracing.lives import FAILED
from edge_sched_ros.tracing.lives import JobLife
from edge_sched_ros.tracing.lives import LATE
from edge_sched_ros.tracing.lives import ON_TIME
from edge_sched_ros.tracing.lives import Scored
from edge_sched_ros.tracing.lives import StageLife
from edge_sched_ros.tracing.reading import lines_of_trace
from edge_sched_ros.tracing.setup import Setup

#: exceptions that a foreign line may raise
_UNUSABLE = (EdgeSchedError, LookupError, TypeError, ValueError, AttributeError)
#: events that are answers to decisions; all others come from outside
_INSIDE = frozenset({'StageFinished', 'StageFailed', 'TimerFired'})


class RecordedRun:
    """
    What a trace tells.

    :param path: the file, for messages and titles
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.head: dict[str, Any] = {}
        self.setup: Setup
        #: whether it is a run of a coordinator; units are then ``DEVICE/UNIT``
        self.of_fleet = False
        #: jobs by id, in order of release
        self.jobs: dict[int, JobLife] = {}
        #: time and data of every event from outside: frames, changes
        self.outside: list[tuple[int, dict[str, Any]]] = []
        #: of ended stages, what they found: (job, stage) -> the event
        self.results: dict[tuple[int, str], dict[str, Any]] = {}
        self.first_ns = self.last_ns = 0
        self.events = 0
        #: whether the trace has an end
        self.ended = False
        #: lines about events and answers: read, before the first of them, and by the end of all
        self._read = self._before = self._stated = 0
        #: lines that the writer says it could not write
        self._told_lost = 0
        #: whether a line must be missing: a job without its release, an end without its start
        self._has_gap = False
        #: number of the last released job
        self._newest: int | None = None

    @property
    def name(self) -> str:
        """Return a name for titles."""
        return self.path.stem

    @property
    def policy(self) -> str:
        """Return the policy that decided."""
        return self.setup.policy

    @property
    def lost(self) -> int:
        """Return how many lines are missing from the middle; at least, where it has no end."""
        missing = self._stated - self._before - self._read if self.ended else int(self._has_gap)
        return max(self._told_lost, missing)

    @property
    def incomplete(self) -> str:
        """Return what a user must know of what the trace lacks; empty if it is whole."""
        missing = []
        if not self.ended:
            missing.append('the trace was cut off, or the run goes on')
        if self.lost:
            words = 'line was' if self.lost == 1 else 'lines were'
            least = '' if self.ended else 'at least '
            missing.append(f'{least}{self.lost} {words} lost: its jobs may look unfinished')
        return '; '.join(missing)

    @property
    def seconds(self) -> float:
        """Return the time from the first to the last event."""
        return (self.last_ns - self.first_ns) / 1e9

    def take(self, line: dict[str, Any]) -> None:
        """Add a line."""
        if 'trace' in line:
            self._begin(line)
        elif 'event' in line:
            self._read += 1
            self._take_event(line['now_ns'], line['event'])
            for decision in line['decisions']:
                self._decided(line['now_ns'], decision, line.get('scores'))
        elif 'published' in line:
            self._read += 1
            job = self.jobs.get(line['published'])
            if job is not None:
                job.published_ns = line['now_ns']
        elif 'lost' in line:
            self._told_lost += int(line['lost'])
        elif 'events' in line:
            self.ended, self._stated = True, int(line['events'])
        else:
            raise ConfigError('line', 'is none of a trace')

    def _begin(self, head: dict[str, Any]) -> None:
        if not self.head:
            self.head = head
            self.of_fleet = is_of_fleet(head)
            self.setup = Setup(with_setup(head) if self.of_fleet else head)
            self._before = int(head.get('lines_before', 0))

    def _take_event(self, now_ns: int, event: dict[str, Any]) -> None:
        if type(now_ns) is not int:
            raise ConfigError('now_ns', 'must be a whole number')
        if not self.events:
            self.first_ns = now_ns
        elif now_ns < self.last_ns:
            raise ConfigError('now_ns', f'is before that of the event before it, {self.last_ns}')
        self.events += 1
        self.ended = False
        self.last_ns = now_ns
        kind = event['type']
        if self.of_fleet:
            take_fleet_event(self.setup, self.jobs, event)
        elif kind == 'StageFinished' or kind == 'StageFailed':
            self._stage_ended(event)
        elif kind not in _INSIDE:
            self.outside.append((now_ns, event))

    def _stage_ended(self, event: dict[str, Any]) -> None:
        job = self.jobs.get(event['job'])
        if job is None:
            # released before the trace begins
            return
        for stage in reversed(job.stages):
            if stage.stage == event['stage'] and stage.finished_ns is None:
                stage.started_ns = event['started_ns']
                stage.finished_ns = event['finished_ns']
                stage.energy_mj = event.get('energy_mj', 0.0)
                if event['type'] == 'StageFinished':
                    self.results[(job.job, stage.stage)] = event
                return
        self._has_gap = True

    def _decided(self, now_ns: int, decision: dict[str, Any], scores: list[Scored] | None) -> None:
        kind = decision['type']
        if self.of_fleet:
            take_fleet_decision(self.setup, self.jobs, now_ns, decision)
            return
        if kind == 'Release':
            self._released(now_ns, decision)
            return
        job = self.jobs.get(decision['job']) if 'job' in decision else None
        if job is None:
            # released before the trace begins, or a wake-up
            return
        if kind == 'Run':
            before = job.stages[-1].finished_ns if job.stages else None
            ready_ns = max(job.arrived_ns, before or job.arrived_ns)
            job.variant = decision['variant']
            job.stages.append(
                StageLife(
                    decision['stage'],
                    decision['unit'],
                    ready_ns,
                    now_ns,
                    now_ns,
                    items=decision.get('items', 1),
                    scores=_about(scores, job.job),
                )
            )
        elif kind == 'UseVariant':
            job.variant = decision['variant']
        elif kind == 'Complete':
            job.outcome = ON_TIME if decision['on_time'] else LATE
            job.ended_ns = job.release_ns + decision['response_ns']
        elif kind in ('Drop', 'Fail'):
            job.outcome = DROPPED if kind == 'Drop' else FAILED
            job.reason = decision['reason']
            job.scores = _about(scores, job.job)
            job.ended_ns = now_ns

    def _released(self, now_ns: int, decision: dict[str, Any]) -> None:
        job = decision['job']
        # jobs have numbers in a row
        self._has_gap |= self._newest is not None and job > self._newest + 1
        self._newest = job
        task = self.setup.tasks.get(decision['task'])
        self.jobs[job] = JobLife(
            job=job,
            task=decision['task'],
            stream=decision['stream'],
            seq=decision['seq'],
            release_ns=decision['release_ns'],
            arrived_ns=now_ns,
            deadline_ns=decision['deadline_ns'],
            parent=decision.get('parent'),
            items=decision.get('items', 1),
            variant=task.variants[0].name if task is not None else '',
        )


def _about(scores: list[Scored] | None, job: int) -> Scored | None:
    """Return the last call of the policy that compared a job; ``None`` if none did."""
    for one in reversed(scores or ()):
        if any(number == job for _, pairs in one['options'] for number, _ in pairs):
            return one
    return None


def read_run(path: Path) -> RecordedRun:
    """
    Read a trace.

    :raises ConfigError: when it is not a trace, or one without a job; names file and line
    """
    run = RecordedRun(path)
    where = str(path)
    try:
        for place, line in lines_of_trace(path):
            where = place
            run.take(line)
    except _UNUSABLE as error:
        if isinstance(error, ConfigError) and error.where.startswith(str(path)):
            raise
        told = f'there is no {error}' if isinstance(error, KeyError) else str(error)
        raise ConfigError(where, f'cannot be read: {told}') from None
    if not run.jobs:
        raise ConfigError(str(path), 'has no job: nothing came while it was recorded')
    return run
