# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The lines of a coordinator's trace: jobs over several devices.

A unit is named ``DEVICE/UNIT``. A coordinator hears when a partition began and ended, and how long
each of its segments took on which unit: segments are put one after the other from its beginning,
so a wait between two of them is not seen. Until a device tells, a partition is on the device
alone.
"""

from __future__ import annotations

from typing import Any

from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.core.units import Unit
from edge_sched_ros.tracing.lives import DROPPED
from edge_sched_ros.tracing.lives import FAILED
from edge_sched_ros.tracing.lives import JobLife
from edge_sched_ros.tracing.lives import LATE
from edge_sched_ros.tracing.lives import ON_TIME
from edge_sched_ros.tracing.lives import StageLife
from edge_sched_ros.tracing.setup import Setup

#: jobs by id
Jobs = dict[int, JobLife]

#: of a task of which only jobs are known
_UNKNOWN = (VariantSpec('', (StageSpec('', ()),)),)
_NOTHING: dict[str, Any] = {'tasks': [], 'units': [], 'costs': [], 'transitions': []}


def is_of_fleet(head: dict[str, Any]) -> bool:
    """Whether a first line is that of a coordinator's trace."""
    return 'system' in head and 'setup' not in head


def with_setup(head: dict[str, Any]) -> dict[str, Any]:
    """Return a first line with the setup of a run of which only events are known."""
    return {**head, 'setup': _NOTHING}


def take_fleet_event(setup: Setup, jobs: Jobs, event: dict[str, Any]) -> None:
    """Add what an event tells: units of a device, and what ran where."""
    kind = event['type']
    if kind == 'DeviceJoined':
        offer = event['offer']
        for unit in offer['units']:
            name = f'{offer["name"]}/{unit["name"]}'
            setup.units[name] = Unit(name, str(unit['kind']), slots=int(unit['slots']))
    elif kind == 'PartitionExited':
        job = jobs.get(event['job'])
        if job is not None:
            _exited(job, event)


def _exited(job: JobLife, event: dict[str, Any]) -> None:
    device, partition = event['device'], event['partition']
    for place in range(len(job.stages) - 1, -1, -1):
        pushed = job.stages[place]
        if (pushed.stage, pushed.unit, pushed.finished_ns) == (partition, device, None):
            job.stages[place : place + 1] = _segments(pushed, device, event)
            return


def _segments(pushed: StageLife, device: str, event: dict[str, Any]) -> list[StageLife]:
    begin_ns, end_ns = event['started_ns'], event['finished_ns']
    if not event['costs_ns']:
        pushed.started_ns, pushed.finished_ns = begin_ns, end_ns
        return [pushed]
    found = []
    decided_ns = pushed.decided_ns
    for segment, (unit, took_ns) in event['costs_ns'].items():
        until_ns = max(begin_ns, min(end_ns, begin_ns + took_ns))
        name = f'{device}/{unit}'
        found.append(StageLife(segment, name, decided_ns, decided_ns, begin_ns, until_ns))
        begin_ns = decided_ns = until_ns
    return found


def take_fleet_decision(setup: Setup, jobs: Jobs, now_ns: int, decision: dict[str, Any]) -> None:
    """Add what a coordinator decided about a job."""
    kind = decision['type']
    if kind == 'JobReleased':
        _released(setup, jobs, now_ns, decision)
        return
    job = jobs.get(decision['job']) if 'job' in decision else None
    if job is None:
        return
    if kind == 'Push':
        device, partition = decision['device'], decision['partition']
        job.stages.append(StageLife(partition, device, now_ns, now_ns, now_ns))
    elif kind == 'JobCompleted':
        outcome = ON_TIME if decision['on_time'] else LATE
        _ended(job, outcome, job.release_ns + decision['response_ns'], decision)
    elif kind in ('JobDropped', 'JobFailed'):
        job.reason = decision['reason']
        _ended(job, DROPPED if kind == 'JobDropped' else FAILED, now_ns, decision)


def _released(setup: Setup, jobs: Jobs, now_ns: int, decision: dict[str, Any]) -> None:
    number, task, stream = decision['job'], decision['task'], decision['stream']
    release_ns, deadline_ns = decision['release_ns'], decision['deadline_ns']
    if task not in setup.tasks:
        allowed_ns = deadline_ns - release_ns
        setup.tasks[task] = TaskSpec(task, _UNKNOWN, allowed_ns, stream=stream)
    jobs[number] = JobLife(
        job=number,
        task=task,
        stream=stream,
        seq=decision['seq'],
        release_ns=release_ns,
        arrived_ns=now_ns,
        deadline_ns=deadline_ns,
        parent=decision['parent'],
        items=decision['items'],
    )


def _ended(job: JobLife, outcome: str, at_ns: int, decision: dict[str, Any]) -> None:
    job.outcome, job.ended_ns, job.variant = outcome, at_ns, decision['variant']
    for stage in job.stages:
        if stage.finished_ns is None:
            # nobody heard whether it began, so it must not look as if it ran
            stage.started_ns = at_ns
