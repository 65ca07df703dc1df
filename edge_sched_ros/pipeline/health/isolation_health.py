# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Health of tasks that run in a process of their own."""

from __future__ import annotations

from edge_sched_ros.execution.isolation.program import IsolationReport
from edge_sched_ros.pipeline.health.levels import ERROR
from edge_sched_ros.pipeline.health.levels import WARN

#: how long the end of a process is told after its restart, seconds
_RECENT_S = 2.0


def isolation_problem(report: IsolationReport) -> tuple[int, str] | None:
    """Return level and message while a task's process is down, or shortly after it was."""
    if report.ready and not report.restarts:
        return None
    if not report.ready:
        when = f'next start in {report.next_start_s:.1f} s' if report.next_start_s else 'it starts'
        return ERROR, f'out: {report.last_end or "its process has ended"}; {when}'
    if report.since_end_s < _RECENT_S:
        return WARN, f'its process was started again: {report.last_end}'
    return None


def isolation_values(report: IsolationReport) -> dict[str, str]:
    """Return the state of a task's process as values of its line."""
    return {
        'process': str(report.pid or ''),
        'process_restarts': str(report.restarts),
        'process_last_end': report.last_end,
    }
