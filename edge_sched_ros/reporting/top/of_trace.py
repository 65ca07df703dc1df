# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A trace as ``edge-sched top`` shows it."""

from __future__ import annotations

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.reporting.top.played import Ended
from edge_sched_ros.reporting.top.played import snapshots
from edge_sched_ros.reporting.top.snapshot import Snapshot
from edge_sched_ros.tracing.lives import JobLife
from edge_sched_ros.tracing.run import RecordedRun


def snapshots_of_trace(run: RecordedRun, step_s: float | None = None) -> list[Snapshot]:
    """
    Return a recorded run as the status of its scheduler would have told it.

    :param step_s: time between two snapshots; ``None`` for one of the whole run
    :raises ConfigError: when no job had ended
    """
    jobs = [
        _ended(job, job.ended_ns, run.first_ns)
        for job in run.jobs.values()
        if job.ended_ns is not None
    ]
    if not jobs:
        raise ConfigError(str(run.path), 'has no job that had ended')
    jobs.sort(key=lambda job: job.end_s)
    return snapshots(jobs, str(run.path), step_s, policy=run.policy)


def _ended(job: JobLife, end_ns: int, begin_ns: int) -> Ended:
    # from the beginning of the run: the clock of a trace does not know the time of day
    return Ended(
        task=job.task,
        end_s=(end_ns - begin_ns) / 1e9,
        deadline_ms=(job.deadline_ns - job.release_ns) / 1e6,
        age_ms=(job.arrived_ns - job.release_ns) / 1e6,
        response_ms=(end_ns - job.release_ns) / 1e6 if job.answered else None,
        outcome=job.outcome,
        reason=job.reason,
        busy=tuple(
            (
                stage.unit,
                (stage.started_ns - begin_ns) / 1e9,
                ((stage.finished_ns or end_ns) - begin_ns) / 1e9,
            )
            for stage in job.stages
        ),
    )
