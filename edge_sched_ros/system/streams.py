# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Release rates of the tasks of a system."""

from __future__ import annotations

from collections.abc import Mapping

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.checks import not_there
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.workload import Stream
from edge_sched_ros.system.workload import Task


def own_streams(system: SystemFile) -> dict[str, Stream]:
    """
    Return the tasks' own streams, by the task's name.

    :raises ConfigError: when a stream of this name exists already
    """
    streams = {}
    for name, task in system.tasks.items():
        period_ms = task.own_period_ms
        if period_ms is None:
            continue
        if name in system.streams:
            key = 'period_ms' if task.rate_per_s is None else 'rate_per_s'
            problem = f"makes a stream '{name}', which exists already"
            raise ConfigError(system.at('tasks', name, key), problem)
        streams[name] = Stream(
            period_ms=period_ms,
            arrivals=task.own_arrivals,
            jitter_ms=task.jitter_ms,
            phase_ms=task.phase_ms,
        )
    return streams


def period_ms_of(
    task: Task, system: SystemFile, streams: Mapping[str, Stream], where: str
) -> float:
    """
    Return the time between a task's releases if every cascade is always activated.

    :param streams: all streams, including those of tasks
    :param where: file and key of the task, for messages
    :raises ConfigError: for an unknown stream or task, or a loop
    """
    return _period_ms(task, system, streams, where, ())


def period_at(name: str, system: SystemFile) -> str:
    """Return file and key of the period of a task, in a cascade that of its first task."""
    task = system.tasks[name]
    if task.before:
        return period_at(task.before[0], system)
    if task.stream:
        return system.at('streams', task.stream, 'period_ms')
    return system.at('tasks', name, 'period_ms' if task.rate_per_s is None else 'rate_per_s')


def _period_ms(
    task: Task,
    system: SystemFile,
    streams: Mapping[str, Stream],
    where: str,
    seen: tuple[str, ...],
) -> float:
    periods = []
    for name in task.before:
        if name not in system.tasks:
            raise ConfigError(f'{where}.after', not_there(name, system.tasks, 'task'))
        if name in seen:
            raise ConfigError(f'{where}.after', f'is a loop: {" -> ".join([*seen, name])}')
        periods.append(_period_ms(system.tasks[name], system, streams, where, (*seen, name)))
    if periods:
        # a join has no more frames than the rarest task before it
        return max(periods) * task.every_n
    if task.own_period_ms is not None:
        return task.own_period_ms * task.every_n
    if task.stream not in streams:
        raise ConfigError(f'{where}.stream', not_there(task.stream, streams, 'stream'))
    return streams[task.stream].period_ms * task.every_n
