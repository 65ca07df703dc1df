# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a placement leaves out of tasks that come after others."""

from __future__ import annotations

from edge_sched_ros.system.rates import rates_per_s
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.workload import Task


def cascades(system: SystemFile) -> dict[str, str]:
    """
    Return the tasks that come after another one, with how each is placed, in words.

    Each is an application of its own: how often it has requests follows from the task before it.
    When they come and how old their frames are by then does not.
    """
    rates = rates_per_s(system)
    return {
        name: _words(task, rates[name])
        for name, task in system.tasks.items()
        if task.after and name in rates
    }


def _words(task: Task, rate_per_s: float) -> str:
    before = ', '.join(task.before)
    rate = f'rate of {before}' if len(task.before) == 1 else f'least rate of {before}'
    of = f'{rate} x probability x mean fan_out / every_n'
    words = f'placed on its own, with {rate_per_s:.4g} requests per second ({of})'
    if task.deadline_ms is None:
        return words
    without = f'without the time of {before} and the way from its node'
    return f'{words}; {task.deadline_ms:g} ms count from its own request, {without}'
