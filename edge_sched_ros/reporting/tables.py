# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tables for people."""

from __future__ import annotations

from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table


def show_summary(summary: dict[str, Any], *, console: Console | None = None) -> None:
    """Print what came of a run: a line a task, then units, inputs and accuracy."""
    console = console or Console()
    # fits 80 columns: names of tasks may be long
    table = Table(
        title=f'policy {summary["policy"]}', title_justify='left', box=SIMPLE_HEAD, padding=(0, 1)
    )
    table.add_column('task', no_wrap=True)
    for name in ('deadline', 'frames', 'on time', 'late', 'drop', 'fail'):
        table.add_column(name, justify='right', no_wrap=True)
    table.add_column('p50/p95/p99 ms', justify='right', no_wrap=True)
    for name, task in summary['tasks'].items():
        table.add_row(
            escape(name),
            f'{task["deadline_ms"]:g} ms',
            str(task['released']),
            _share(task['on_time'], task['released']),
            str(task['late']),
            str(sum(task['dropped'].values())),
            str(sum(task['failed'].values())),
            '/'.join(_ms(task['response_ms'][key]) for key in ('p50', 'p95', 'p99')),
        )
    console.print(table)
    _show_reasons(summary, console)
    busy = ', '.join(f'{escape(n)} {u["utilisation"]:.0%}' for n, u in summary['units'].items())
    console.print(f'units busy: {busy}')
    if 'accuracy' in summary:
        named = ', '.join(f'{key} {_number(v)}' for key, v in summary['accuracy'].items())
        console.print(f'accuracy: {named}', soft_wrap=True)


def _show_reasons(summary: dict[str, Any], console: Console) -> None:
    for name, task in summary['tasks'].items():
        for what in ('dropped', 'failed'):
            if task[what]:
                console.print(f'{escape(name)} {what}: {_reasons(task[what])}', soft_wrap=True)
    for topic, counts in summary['inputs'].items():
        rejected = f', rejected: {_reasons(counts["rejected"])}' if counts['rejected'] else ''
        console.print(f'{escape(topic)}: {counts["received"]} received{rejected}', soft_wrap=True)


def _share(part: int, whole: int) -> str:
    return f'{part / whole:.1%}' if whole else '-'


def _reasons(counts: dict[str, int]) -> str:
    return ', '.join(f'{escape(reason)} {count}' for reason, count in counts.items())


def _ms(value: float | None) -> str:
    return '-' if value is None else f'{value:.1f}'


def _number(value: float | None) -> str:
    return '-' if value is None else f'{value:.3f}'
