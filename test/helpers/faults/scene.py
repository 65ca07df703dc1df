# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the robots of all scenes have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

#: the task that a fault is done to, and its topic
VICTIM, VICTIM_TOPIC = 'victim', 'bad/image_raw'
#: the tasks that must not notice it, and their topic
OTHERS, OTHERS_TOPIC = ('first', 'second'), 'good/image_raw'
#: no run is judged by the speed of the machine that it is on
DEADLINE_MS = 30_000.0
_FLOOR_MS = 600_000.0


def parameters(more: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of the scene's node; ``more`` as those of a fault."""
    values: dict[str, Any] = {'tasks': [*OTHERS, VICTIM], 'watchdog_floor_ms': _FLOOR_MS}
    for name in values['tasks']:
        bad = name == VICTIM
        values |= {
            f'{name}.program': f'faults.programs:{"Victim" if bad else "Good"}',
            f'{name}.topic': VICTIM_TOPIC if bad else OTHERS_TOPIC,
            f'{name}.deadline_ms': DEADLINE_MS,
        }
    values |= {name: value() if callable(value) else value for name, value in more.items()}
    return {name: value for name, value in values.items() if value is not None}


def unaccounted(tasks: dict[str, Any]) -> int:
    """Return the number of jobs without an end; ``tasks`` as in a summary."""
    missing = 0
    for task in tasks.values():
        ended = task['on_time'] + task['late']
        ended += sum(task['dropped'].values()) + sum(task['failed'].values())
        missing += abs(task['released'] - ended)
    return missing


def share_on_time(task: dict[str, Any]) -> float:
    """Return the share of a task's jobs that were on time; 1 without any."""
    return task['on_time'] / task['released'] if task['released'] else 1.0


def total(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the tasks of several runs as those of one, all as in a summary."""
    return {name: _sum([tasks[name] for tasks in runs]) for name in runs[0]}


def _sum(tasks: Sequence[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in ('released', 'on_time', 'late'):
        found[key] = sum(task[key] for task in tasks)
    for key in ('dropped', 'failed'):
        found[key] = dict(sum((Counter(task[key]) for task in tasks), Counter()))
    return found
