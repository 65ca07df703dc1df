# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Mean activation rates of the tasks of a system."""

from __future__ import annotations

from collections.abc import Mapping

from edge_sched_ros.system.checks import whole_ns
from edge_sched_ros.system.streams import period_at
from edge_sched_ros.system.streams import period_ms_of
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.workload import Task


def rates_per_s(system: SystemFile, known: Mapping[str, float] | None = None) -> dict[str, float]:
    """
    Return the rate of each task; tasks that are not enabled are left out.

    :param known: rates that override those of the file
    :raises ConfigError: for an unknown stream or task, or a loop
    """
    found = dict(known or {})
    for name, task in system.tasks.items():
        period_ms = period_ms_of(task, system, system.streams, system.at('tasks', name))
        if not task.after:
            whole_ns(period_ms, period_at(name, system))
            own = task.rate_per_s and task.rate_per_s / task.every_n
            found.setdefault(name, own or 1e3 / period_ms)
    enabled = (name for name in system.tasks if _is_enabled(name, system))
    rates = {name: _rate(name, system, found) for name in enabled}
    return {name: rate for name, rate in rates.items() if rate > 0}


def is_periodic(task: Task, system: SystemFile) -> bool:
    """Return whether a task gets periodic frames; a cascade does not."""
    if task.after:
        return False
    if task.stream:
        return system.streams[task.stream].arrivals == 'periodic'
    return task.own_arrivals == 'periodic'


def _rate(name: str, system: SystemFile, known: Mapping[str, float]) -> float:
    if name in known:
        return known[name]
    task = system.tasks[name]
    items = sum(task.fan_out) / 2
    before = min(_rate(one, system, known) for one in task.before)
    return before * task.probability * items / task.every_n


def _is_enabled(name: str, system: SystemFile) -> bool:
    task = system.tasks[name]
    return task.enabled and all(_is_enabled(one, system) for one in task.before)
