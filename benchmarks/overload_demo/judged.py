# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Runs as the observer of the benchmark saw them: the same yardstick for all contenders.

A trace of the node counts jobs; frames that never came to it have none. So the outcome of every
frame and task is set here from what was sent and what was heard. Stages, variants and reasons
remain those of the trace, where there is one.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.side_by_side.analysis.outcomes import Heard
from benchmarks.side_by_side.analysis.outcomes import Sent
from benchmarks.side_by_side.workload import camera_topic
from benchmarks.side_by_side.workload import Task
from benchmarks.side_by_side.workload import Workload
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.tracing.lives import DROPPED
from edge_sched_ros.tracing.lives import FAILED
from edge_sched_ros.tracing.lives import JobLife
from edge_sched_ros.tracing.lives import LATE
from edge_sched_ros.tracing.lives import ON_TIME
from edge_sched_ros.tracing.run import RecordedRun
from edge_sched_ros.tracing.setup import FORMAT
from edge_sched_ros.tracing.setup import setup_data

#: no answer came, and no trace says why
UNANSWERED = 'unanswered'
#: an answer and a frame belong together when their times differ by less, as a share of a period
_NEAR = 0.25


def empty_run(path: Path, workload: Workload, rate_hz: float) -> RecordedRun:
    """
    Return a run without jobs, for contenders that write no trace.

    :param path: its stem is the title
    """
    tasks = [
        TaskSpec(
            name=task.name,
            variants=(VariantSpec('', (StageSpec('answer', ()),)),),
            deadline_ns=deadline_ns(task, rate_hz),
            stream='' if task.parent else camera_topic(task.camera),
            after=task.parent,
        )
        for task in workload.tasks
    ]
    run = RecordedRun(path)
    head: dict[str, Any] = {'trace': FORMAT, 'policy': 'none'}
    run.take({**head, 'setup': setup_data(tasks, [], Profiles())})
    return run


def deadline_ns(task: Task, rate_hz: float) -> int:
    """Return the time from a frame's stamp to its answer."""
    return round(task.deadline_ms(rate_hz) * 1e6)


def clock_offset_ns() -> int:
    """Return by how much the clock of stamps is ahead of the clock of traces."""
    return time.time_ns() - time.monotonic_ns()


def judge(
    run: RecordedRun,
    workload: Workload,
    sent: Sent,
    heard: Mapping[str, Heard],
    *,
    rate_hz: float,
    first: int,
    offset_ns: int,
) -> None:
    """
    Replace the jobs of a run by one for each frame and task, with the outcome that was seen.

    :param first: number of the first frame of every camera that counts
    :param offset_ns: of the stamps, against the clock of the trace
    """
    traced: dict[str, list[JobLife]] = {}
    for job in run.jobs.values():
        traced.setdefault(job.task, []).append(job)
    number = max(run.jobs, default=0)
    found: list[JobLife] = []
    for task in workload.tasks:
        due_ns = deadline_ns(task, rate_hz)
        stamps = sent.stamps[task.camera].tolist()
        most_ns = round(_NEAR * 1e9 / rate_hz)
        paired = _paired(traced.get(task.name, []), stamps, offset_ns, most_ns)
        answers = _first_answers(heard[task.result_topic])
        for seq, stamp in list(enumerate(stamps))[first:]:
            number += 1
            job = paired.get(stamp) or JobLife(
                job=number,
                task=task.name,
                stream=camera_topic(task.camera),
                seq=seq,
                release_ns=stamp - offset_ns,
                arrived_ns=stamp - offset_ns,
                deadline_ns=stamp - offset_ns + due_ns,
            )
            found.append(_seen(job, answers.get(stamp), stamp, due_ns))
    found.sort(key=lambda job: (job.release_ns, job.job))
    run.jobs = {job.job: job for job in found}
    run.results = {key: event for key, event in run.results.items() if key[0] in run.jobs}
    run.first_ns = min(job.release_ns for job in found)
    run.last_ns = max(max(job.deadline_ns, job.ended_ns or 0) for job in found)
    run.ended = True


def _first_answers(heard: Heard) -> dict[int, int]:
    """Return when the first answer to each frame came: stamp -> time on the clock of stamps."""
    answers: dict[int, int] = {}
    for stamp, received in zip(heard.stamps.tolist(), heard.received.tolist()):
        answers[stamp] = min(received, answers.get(stamp, received))
    return answers


def _paired(
    jobs: Sequence[JobLife], stamps: Sequence[int], offset_ns: int, most_ns: int
) -> dict[int, JobLife]:
    """
    Return the job of each frame that has one, the nearest pairs first: stamp -> job.

    The node reads two clocks one after another, and may be interrupted in between.
    """
    near: list[tuple[int, int, int]] = []
    for index, job in enumerate(jobs):
        at_ns = job.release_ns + offset_ns
        place = bisect_left(stamps, at_ns)
        for stamp in stamps[max(0, place - 2) : place + 2]:
            if abs(stamp - at_ns) <= most_ns:
                near.append((abs(stamp - at_ns), index, stamp))
    found: dict[int, JobLife] = {}
    used: set[int] = set()
    for _, index, stamp in sorted(near):
        if index not in used and stamp not in found:
            used.add(index)
            found[stamp] = jobs[index]
    return found


def _seen(job: JobLife, received: int | None, stamp: int, due_ns: int) -> JobLife:
    """Return a job with the outcome that the observer saw."""
    if received is not None:
        outcome = ON_TIME if received - stamp <= due_ns else LATE
        ended_ns = job.release_ns + received - stamp
        return replace(job, outcome=outcome, reason='', ended_ns=ended_ns)
    if job.outcome in (DROPPED, FAILED):
        return job
    return replace(job, outcome=DROPPED, reason=UNANSWERED, ended_ns=job.deadline_ns)
