# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the robots of all scenes have in common."""

from __future__ import annotations

from typing import Any

#: the task that a fault is done to, and its topic
VICTIM, VICTIM_TOPIC = 'victim', 'bad/image_raw'
#: the tasks that must not notice it, and their topic
OTHERS, OTHERS_TOPIC = ('first', 'second'), 'good/image_raw'
#: no run is judged by the speed of the machine that it is on
DEADLINE_MS = 30_000.0


def parameters(more: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of the scene's node."""
    values: dict[str, Any] = {'tasks': [*OTHERS, VICTIM]}
    for name in values['tasks']:
        bad = name == VICTIM
        values |= {
            f'{name}.program': f'faults.programs:{"Victim" if bad else "Good"}',
            f'{name}.topic': VICTIM_TOPIC if bad else OTHERS_TOPIC,
            f'{name}.deadline_ms': DEADLINE_MS,
        }
    return values | more


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
