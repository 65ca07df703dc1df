# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Limits on the length of a run and on its tasks."""

from __future__ import annotations

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.simulation.change_keys import check_changes
from edge_sched_ros.system.system import System

#: maximum number of frames of all streams; a longer run takes hours
MOST_FRAMES = 10_000_000
#: maximum number of tasks; every decision looks at all of them
MOST_TASKS = 2000


def check_frames(system: System, seconds: float) -> None:
    """
    Refuse a run with too many frames or tasks, or impossible changes.

    :raises ConfigError: naming the change, the tasks, or the stream or task with the most frames
    """
    check_changes(system)
    if len(system.tasks) > MOST_TASKS:
        raise ConfigError(
            system.workload.at('tasks'),
            f'are {len(system.tasks)}; a run may have {MOST_TASKS}',
        )
    frames = {name: _frames(system, name, seconds) for name in system.streams}
    if sum(frames.values()) <= MOST_FRAMES:
        return
    name = max(frames, key=lambda stream: frames[stream])
    kind = 'streams' if name in system.workload.streams else 'tasks'
    raise ConfigError(
        system.workload.at(kind, name),
        f'period_ms {_shortest_ms(system, name, seconds):g} would be {frames[name]:.3g} frames '
        f'in {seconds:g} s; a run may have {MOST_FRAMES:.0e}',
    )


def _frames(system: System, name: str, seconds: float) -> float:
    stream = system.streams[name]
    at_s = min(seconds, (stream.phase_ms or 0.0) / 1e3)
    period_ms, frames = stream.period_ms, 0.0
    for change_s, changed_ms in [*_changes(system, name), (seconds, period_ms)]:
        until_s = min(max(at_s, change_s), seconds)
        frames += (until_s - at_s) * 1e3 / period_ms
        at_s, period_ms = until_s, changed_ms
    return frames


def _shortest_ms(system: System, name: str, seconds: float) -> float:
    changed = [period for at_s, period in _changes(system, name) if at_s < seconds]
    return min([system.streams[name].period_ms, *changed])


def _changes(system: System, name: str) -> list[tuple[float, float]]:
    """Return the times and values of a stream's changes of period."""
    found = [
        (change.at_s, float(change.set['period_ms']))
        for change in system.workload.changes
        if name in (change.stream, change.task) and 'period_ms' in change.set
    ]
    return sorted(found, key=lambda change: change[0])
