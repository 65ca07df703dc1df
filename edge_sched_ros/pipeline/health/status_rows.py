# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The status messages of a scheduler as what ``edge-sched top`` shows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

#: of a status in ``/diagnostics``, behind the name of the node
_INPUT, _UNIT = 'input ', 'unit '


def snapshot_of_status(
    node: str, message: Any, *, ages_ms: Mapping[str, float], waiting: Mapping[str, int]
) -> dict[str, Any]:
    """
    Return a ``SchedulerStatus`` in JSON types, as ``reporting.top`` reads it.

    :param node: fully qualified name of the scheduler
    :param ages_ms: task -> mean age of its frames on arrival
    :param waiting: unit -> stages that could start on it
    """
    stamp = message.header.stamp
    return {
        'source': node,
        'policy': message.policy,
        'stamp_s': stamp.sec + stamp.nanosec / 1e9,
        'live': True,
        'tasks': [_task(one, ages_ms.get(one.name)) for one in message.tasks],
        'units': [
            {
                'name': unit.name,
                'kind': unit.kind,
                'state': unit.state,
                'reason': unit.reason,
                'running': unit.running,
                'utilisation': unit.utilisation,
                'waiting': waiting.get(unit.name),
                'temperature_c': _known(unit.temperature_c),
            }
            for unit in message.units
        ],
    }


def _task(task: Any, age_ms: float | None) -> dict[str, Any]:
    return {
        'name': task.name,
        'enabled': task.enabled,
        'problem': task.problem,
        'deadline_ms': task.deadline_ms,
        'on_time_hz': task.on_time_hz,
        'p50_ms': _known(task.response_p50_ms),
        'p99_ms': _known(task.response_p99_ms),
        'age_ms': age_ms,
        'in_flight': task.in_flight,
        'on_time': task.on_time,
        'late': task.late,
        'lost': dict(zip(task.reasons, map(int, task.reason_counts))),
        'native': task.native,
        'in_python': task.in_python,
    }


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def ages_of(said: Mapping[str, Mapping[str, str]]) -> dict[str, float]:
    """
    Return task -> mean age of its frames on arrival in ms.

    :param said: what -> values, of a scheduler's lines in ``/diagnostics``
    """
    found: dict[str, float] = {}
    for what, values in said.items():
        if what.startswith(_INPUT) and 'age_mean_ms' in values:
            for task in values.get('tasks', '').split(', '):
                found[task] = float(values['age_mean_ms'])
    return found


def waiting_of(said: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
    """Return unit -> stages that could start on it; ``said`` as for :func:`ages_of`."""
    return {
        what.removeprefix(_UNIT): int(values['waiting'])
        for what, values in said.items()
        if what.startswith(_UNIT) and 'waiting' in values
    }
