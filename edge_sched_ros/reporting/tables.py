# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tables for people."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from edge_sched_ros.reporting.layout import output_console
from edge_sched_ros.reporting.layout import show_line
from edge_sched_ros.reporting.layout import show_table

_COLUMNS = ('task', 'deadline', 'frames', 'on time', 'late', 'drop', 'fail', 'p50/p95/p99 ms')


def show_summary(summary: dict[str, Any], *, console: Console | None = None) -> None:
    """Print the result of a run: a line per task, then units, inputs and accuracy."""
    console = console or output_console()
    rows = [_row(name, task) for name, task in summary['tasks'].items()]
    show_table(_COLUMNS, rows, console, title=f'policy {summary["policy"]}')
    _show_reasons(summary, console)
    busy = ', '.join(f'{n} {u["utilisation"]:.0%}' for n, u in summary['units'].items())
    show_line(f'units busy: {busy}', console)
    if 'cpu_quota' in summary:
        show_line(_quota(summary['cpu_quota']), console)
    if 'accuracy' in summary:
        named = ', '.join(f'{key} {_number(v)}' for key, v in summary['accuracy'].items())
        show_line(f'accuracy: {named}', console)


def _row(name: str, task: dict[str, Any]) -> tuple[str, ...]:
    return (
        name,
        f'{task["deadline_ms"]:g} ms',
        str(task['released']),
        _share(task['on_time'], task['released']),
        str(task['late']),
        str(sum(task['dropped'].values())),
        str(sum(task['failed'].values())),
        '/'.join(_ms(task['response_ms'][key]) for key in ('p50', 'p95', 'p99')),
    )


def _quota(quota: dict[str, Any]) -> str:
    return (
        f'CPU quota: {quota["cpus"]:.3g} CPUs (CPU units: {quota["cpu_units"]}); it stopped this '
        f'process in {quota["throttled"]} of {quota["periods"]} periods of '
        f'{quota["period_ms"]:.3g} ms, for {quota["stopped_s"]:.3g} s'
    )


def _show_reasons(summary: dict[str, Any], console: Console) -> None:
    for name, task in summary['tasks'].items():
        for what in ('dropped', 'failed'):
            if task[what]:
                show_line(f'{name} {what}: {_reasons(task[what])}', console)
    for topic, counts in summary['inputs'].items():
        rejected = f', rejected: {_reasons(counts["rejected"])}' if counts['rejected'] else ''
        show_line(f'{topic}: {counts["received"]} received{rejected}', console)


def _share(part: int, whole: int) -> str:
    return f'{part / whole:.1%}' if whole else '-'


def _reasons(counts: dict[str, int]) -> str:
    return ', '.join(f'{reason} {count}' for reason, count in counts.items())


def _ms(value: float | None) -> str:
    return '-' if value is None else f'{value:.1f}'


def _number(value: float | None) -> str:
    return '-' if value is None else f'{value:.3f}'
