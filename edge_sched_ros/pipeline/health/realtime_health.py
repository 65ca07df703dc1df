# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The line of diagnostics on real-time settings."""

from __future__ import annotations

from collections.abc import Sequence

from edge_sched_ros.execution.realtime import Measure
from edge_sched_ros.pipeline.health.health import Health
from edge_sched_ros.pipeline.health.health import OK
from edge_sched_ros.pipeline.health.health import WARN


def realtime_health(measures: Sequence[Measure]) -> list[Health]:
    """Return one line, a warning when a setting is not in force; none if nothing was asked for."""
    if not measures:
        return []
    failed = [one for one in measures if not one.done]
    text = '; '.join(f'{one.name}: {one.text}' for one in failed or measures)
    values = {one.name: one.text for one in measures}
    return [Health('real time', WARN if failed else OK, text, 'scheduler', values)]
