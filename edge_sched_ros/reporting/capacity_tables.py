# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Answers of the queueing models as tables."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table


def show_capacity(found: dict[str, Any], console: Console) -> None:
    """
    Print what tasks get, what units have left, and what other rates would do.

    :param found: ``tasks``, ``units`` and ``what_if`` as the command gives them in JSON
    """
    console.print(_tasks(found['tasks']))
    console.print(_units(found['units']))
    for task, answer in found['what_if'].items():
        console.print(_what_if(task, answer))


def _tasks(tasks: dict[str, Any]) -> Table:
    table = _table(['task'], ['mean ms', 'p95 ms', 'p99 ms', 'busy'], ['fits'])
    for name, task in tasks.items():
        table.add_row(
            name,
            *_times(task),
            f'{task["utilisation"]:.3f}',
            'yes' if task['feasible'] else escape(f'no: {task["reason"]}'),
        )
    return table


def _units(units: dict[str, Any]) -> Table:
    table = _table(['unit', 'model'], ['busy', 'free', 'rates x'], ['limited by'])
    for name, unit in units.items():
        table.add_row(
            name,
            escape(unit['model']),
            f'{unit["utilisation"]:.3f}',
            f'{unit["headroom"]:.3f}',
            _number(unit['rate_factor']),
            escape(unit['limited_by']),
        )
    return table


def _what_if(task: str, answer: dict[str, Any]) -> Table:
    knee, most = _number(answer['knee_per_s']), _number(answer['highest_rate_per_s'])
    table = _table([], ['rate /s', 'mean ms', 'p95 ms', 'p99 ms', 'busy'], ['misses'])
    table.title = f'{task}: knee at {knee}/s, all in time up to {most}/s'
    for point in answer['points']:
        table.add_row(
            f'{point["rate_per_s"]:.4g}',
            *_times(point),
            f'{point["utilisation"]:.3f}',
            escape(point['reason'] or point['harmed']),
        )
    return table


def _table(left: list[str], right: list[str], last: list[str]) -> Table:
    table = Table()
    for name in left:
        table.add_column(name)
    for name in right:
        table.add_column(name, justify='right')
    for name in last:
        table.add_column(name)
    return table


def _times(answer: dict[str, Any]) -> list[str]:
    return [_number(answer[key]) for key in ('mean_ms', 'p95_ms', 'p99_ms')]


def _number(value: float | None) -> str:
    return '-' if value is None else f'{value:.4g}'
