# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which module is enough for a robot, as a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console

from edge_sched_ros.reporting.layout import show_line
from edge_sched_ros.reporting.layout import show_table


def show_advice(found: dict[str, Any], console: Console) -> None:
    """
    Print the smallest module that is enough, and what every module is for the robot.

    :param found: the results in the form of the command's JSON
    """
    best, limit = found['enough'], found['missed_limit']
    if best is None:
        show_line('no described module is enough; the lines below say why', console)
    else:
        show_line(_answer(best, limit), console)
    rows = [
        (
            _title(one['module']),
            _enough(one),
            one['policy'] or '-',
            _share(one['missed']),
            one['worst_task'] if one['missed'] else '-',
            _number(one['accuracy']),
            _number(one['least_load']),
            _number(one['margin']),
        )
        for one in found['modules']
    ]
    columns = ('module', 'enough', 'policy', 'missed', 'by', 'accuracy', 'load', 'rates x')
    show_table(columns, rows, console, left=3)
    for one in found['modules']:
        if one['reason']:
            show_line(f'{_title(one["module"])}: {one["reason"]}', console)


def _enough(one: dict[str, Any]) -> str:
    """Return ``?`` where no run could be made: a network has no cost on the module, say."""
    if not one['reason']:
        return 'yes'
    return '?' if one['least_load'] is None else 'no'


def _answer(best: dict[str, Any], limit: float) -> str:
    rates = best['margin']
    margin = (
        'with no margin: a tenth more frames are too many'
        if rates == 1
        else f'also with all rates times {rates:g}'
    )
    missed = (
        f'no task misses more than {best["missed"]:.2%} of its deadlines'
        if best['missed']
        else 'no deadline is missed'
    )
    return (
        f'{_title(best["module"])} with {best["policy"]} is enough: {missed} '
        f'({limit:.2%} allowed), {margin}'
    )


def _title(module: str) -> str:
    """Return a module's name and power mode, without its folder."""
    path, at, mode = module.rpartition('@')
    return f'{Path(path).stem}@{mode}' if at else Path(module).stem


def _share(value: float | None) -> str:
    return '-' if value is None else f'{value:.2%}'


def _number(value: float | None) -> str:
    return '-' if value is None else f'{value:.3g}'
