# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Settings of a task that may change at run time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.tasks import TaskSpec

#: settings of a task that ``ParametersChanged`` may change
DYNAMIC_TASK_KEYS = (
    'deadline_ns',
    'period_ns',
    'priority',
    'every_n',
    'queue_depth',
    'max_in_flight',
    'enabled',
    'min_rate_hz',
    'variant',
)


def changed_task(tasks: Mapping[str, TaskSpec], name: str, values: Mapping[str, Any]) -> TaskSpec:
    """
    Return the task with other settings; ``variant`` is the one to run, empty for any.

    :raises ConfigError: for an unknown task, a setting that is fixed, or a value out of range
    """
    if name not in tasks:
        raise ConfigError('tasks', f"there is no task named '{name}'")
    for key in values:
        if key not in DYNAMIC_TASK_KEYS:
            raise ConfigError(f'{name}.{key}', 'cannot change while running')
    own = {key: value for key, value in values.items() if key != 'variant'}
    task = replace(tasks[name], **own)
    return task.pinned(str(values['variant'])) if 'variant' in values else task
