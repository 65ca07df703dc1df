# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tables of simulated runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from edge_sched_ros.reporting.layout import show_line
from edge_sched_ros.reporting.layout import show_table


def show_outcome(found: Mapping[str, Any], console: Console, *, seconds: float) -> None:
    """
    Print one run: its tasks, its units and its objectives.

    :param found: the outcome, with ``load`` and ``least_load``
    :param seconds: virtual time during which frames arrived
    """
    # tasks and device may be in one system
    names = dict.fromkeys((found['workload'], found['platform']))
    show_line(
        f'{found["policy"]} on {", ".join(names)}, {found["seconds"]:.1f} s, seed {found["seed"]}',
        console,
    )
    show_line(_load(found), console)
    _show_tasks(found['tasks'], console)
    if not any(task['released'] for task in found['tasks'].values()):
        show_line(f'no job was released in {seconds:g} s', console)
    units = [
        (name, f'{unit["utilisation"]:.1%}', f'{unit["energy_mj"]:.0f}')
        for name, unit in found['units'].items()
    ]
    show_table(('unit', 'busy', 'mJ'), units, console)
    show_line(
        f'UXCost {found["uxcost"]:.4f}   misses {found["miss_ratio"]:.2%}   loss '
        f'{found["loss"]:.4f}   XRBench {found["xrbench_overall"]:.2f}',
        console,
    )
    show_line(f'fairness {found["fairness"]:.3f}   accuracy {found["accuracy"]:.3f}', console)
    show_line(f'deciding {found["decisions"]["mean_us"]:.0f} us on average', console)


def _load(found: Mapping[str, Any]) -> str:
    least = f'least load {found["least_load"]:.3g}'
    load = found['load']
    if load is None:
        return least
    return (
        f'load {load["wanted"]:g}: latencies x {load["latency_factor"]:.4g}, rates x '
        f'{load["rate_factor"]:.4g}; {least}'
    )


def _show_tasks(tasks: Mapping[str, Any], console: Console) -> None:
    # most runs lose nothing
    failed = ('failed',) if any(task['failed'] for task in tasks.values()) else ()
    ends = ('dropped', *failed)
    columns = ('task', 'released', 'on time', 'late', *ends, 'p50 ms', 'p99 ms', 'mJ')
    rows = [
        (
            name,
            str(task['released']),
            str(task['on_time']),
            str(task['late']),
            *(str(sum(task[end].values())) for end in ends),
            _ms(task['response_ms']['p50']),
            _ms(task['response_ms']['p99']),
            f'{task["energy_mj"]:.0f}',
        )
        for name, task in tasks.items()
    ]
    show_table(columns, rows, console)
    reasons = [
        f'{name} {end}: {", ".join(f"{reason} {count}" for reason, count in task[end].items())}'
        for name, task in tasks.items()
        for end in ends
        if task[end]
    ]
    for line in reasons:
        show_line(line, console)
    if reasons:
        console.print()


def _ms(value: float | None) -> str:
    return '' if value is None else f'{value:.1f}'
