# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The line of diagnostics on a trace that cannot be written."""

from __future__ import annotations

from edge_sched_ros.pipeline.health.health import Health
from edge_sched_ros.pipeline.health.health import WARN


def trace_health(problem: str) -> list[Health]:
    """Return a warning while lines are being lost; nothing if there is no problem."""
    return [Health('trace file', WARN, problem, 'scheduler')] if problem else []
