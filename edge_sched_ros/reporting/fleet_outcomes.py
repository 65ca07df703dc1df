# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tables of simulated runs over several devices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from edge_sched_ros.reporting.layout import show_line
from edge_sched_ros.reporting.layout import show_table

_MIB = 1 << 20


def show_fleet(found: Mapping[str, Any], console: Console) -> None:
    """Print one run: its tasks, who did what, what went over the links."""
    show_line(
        f'{found["policy"]} over {found["device_policy"]} on {found["system"]}, '
        f'{found["seconds"]:.1f} s, seed {found["seed"]}; coordinator on {found["coordinator"]}',
        console,
    )
    show_line(f'least load {found["least_load"]:.3g}', console)
    _show_tasks(found['tasks'], console)
    _show_devices(found['devices'], found['tasks'], console)
    _show_links(found['links'], console)
    show_line(
        f'{found["answers_per_s"]:.1f} answers per second   misses {found["miss_ratio"]:.2%}   '
        f'UXCost {found["uxcost"]:.4f}   fairness {found["fairness"]:.3f}',
        console,
    )
    show_line(
        f'deciding {found["decisions"]["mean_us"]:.0f} us on average on the coordinator, '
        f'{found["device_decisions"]["mean_us"]:.0f} us on devices',
        console,
    )


def _show_tasks(tasks: Mapping[str, Any], console: Console) -> None:
    columns = ('task', 'home', 'released', 'on time', 'late', 'dropped', 'failed', 'p50 ms')
    rows = [
        (
            name,
            task['home'],
            str(task['released']),
            str(task['on_time']),
            str(task['late']),
            *(str(sum(task[end].values())) for end in ('dropped', 'failed')),
            *(_ms(task['response_ms'][p]) for p in ('p50', 'p99')),
        )
        for name, task in tasks.items()
    ]
    show_table((*columns, 'p99 ms'), rows, console, left=2)
    for name, task in tasks.items():
        for end in ('dropped', 'failed'):
            if task[end]:
                reasons = ', '.join(f'{reason} {count}' for reason, count in task[end].items())
                show_line(f'{name} {end}: {reasons}', console)
    if any(task[end] for task in tasks.values() for end in ('dropped', 'failed')):
        show_line('', console)


def _show_devices(devices: Mapping[str, Any], tasks: Mapping[str, Any], console: Console) -> None:
    columns = ('device', 'partitions', 'given up', 'busiest unit', 'received MiB', 'segments of')
    rows = []
    for name, device in devices.items():
        done = device['partitions']
        given_up = sum(done['failed'].values()) + done['cancelled'] + done['lost']
        rows.append(
            (
                name,
                str(done['exited']),
                str(given_up),
                _busiest(device['units']),
                f'{device["received_bytes"] / _MIB:.1f}',
                _shares(device['segments'], tasks),
            )
        )
    show_table(columns, rows, console)


def _busiest(units: Mapping[str, Any]) -> str:
    name, unit = max(units.items(), key=lambda item: float(item[1]['utilisation']))
    return f'{name} {unit["utilisation"]:.0%}'


def _shares(segments: Mapping[str, int], tasks: Mapping[str, Any]) -> str:
    """Return how many segments of which tasks a device ran, those with most first."""
    order = sorted((name for name in segments if name in tasks), key=lambda n: -segments[n])
    shown = ', '.join(f'{name} {segments[name]}' for name in order[:4])
    return f'{shown}, ...' if len(order) > 4 else shown or 'nothing'


def _show_links(links: Mapping[str, Any], console: Console) -> None:
    rows = [
        (name, str(link['transfers']), f'{link["bytes"] / _MIB:.1f}', str(link['failed']))
        for name, link in links.items()
        if link['transfers']
    ]
    if rows:
        show_table(('link', 'tensors', 'MiB', 'failed'), rows, console)


def _ms(value: float | None) -> str:
    return '' if value is None else f'{value:.1f}'
