# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Results of the queueing models as tables."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from edge_sched_ros.reporting.explanation import show_explanation
from edge_sched_ros.reporting.layout import show_line
from edge_sched_ros.reporting.layout import show_table


def show_capacity(found: dict[str, Any], console: Console) -> None:
    """
    Print responses of tasks, headroom of units, and effects of other rates.

    :param found: ``tasks``, ``units`` and ``what_if`` in the form of the command's JSON
    """
    _show_tasks(found['tasks'], console)
    _show_units(found['units'], console)
    for task, answer in found['what_if'].items():
        _show_what_if(task, answer, console)
    if 'explanation' in found:
        show_explanation(found['explanation'], console)


def _show_tasks(tasks: dict[str, Any], console: Console) -> None:
    rows = [
        (
            name,
            *_times(task),
            f'{task["utilisation"]:.3f}',
            'yes' if task['feasible'] else 'no',
        )
        for name, task in tasks.items()
    ]
    show_table(('task', 'mean ms', 'p95 ms', 'p99 ms', 'busy', 'fits'), rows, console)
    reasons = [(name, task['reason']) for name, task in tasks.items() if task['reason']]
    for name, reason in reasons:
        show_line(f'{name} does not fit: {reason}', console)
    if reasons:
        console.print()


def _show_units(units: dict[str, Any], console: Console) -> None:
    rows = [
        (
            name,
            unit['model'],
            f'{unit["utilisation"]:.3f}',
            f'{unit["headroom"]:.3f}',
            _number(unit['rate_factor']),
        )
        for name, unit in units.items()
    ]
    columns = ('unit', 'model', 'busy', 'free', 'rates x')
    show_table(columns, rows, console, left=2)
    limits = [(name, unit['limited_by']) for name, unit in units.items() if unit['limited_by']]
    for name, limit in limits:
        show_line(f'{name} is limited by {limit}', console)
    if limits:
        console.print()


def _show_what_if(task: str, answer: dict[str, Any], console: Console) -> None:
    knee, most = _number(answer['knee_per_s']), _number(answer['highest_rate_per_s'])
    rows = []
    misses = []
    for point in answer['points']:
        rate = f'{point["rate_per_s"]:.4g}'
        missed = point['reason'] or point['harmed']
        rows.append(
            (rate, *_times(point), f'{point["utilisation"]:.3f}', 'yes' if missed else 'no')
        )
        if missed:
            misses.append(f'at {rate}/s: {missed}')
    title = f'{task}: knee at {knee}/s, all in time up to {most}/s'
    columns = ('rate /s', 'mean ms', 'p95 ms', 'p99 ms', 'busy', 'misses')
    show_table(columns, rows, console, left=0, title=title)
    for line in misses:
        show_line(line, console)
    if misses:
        console.print()


def _times(answer: dict[str, Any]) -> list[str]:
    return [_number(answer[key]) for key in ('mean_ms', 'p95_ms', 'p99_ms')]


def _number(value: float | None) -> str:
    return '-' if value is None else f'{value:.4g}'
