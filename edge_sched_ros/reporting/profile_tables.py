# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What networks cost where, as tables."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

from rich.console import Console

from edge_sched_ros.reporting.layout import show_line
from edge_sched_ros.reporting.layout import show_table

Data = Mapping[str, Any]
_BASE = 'base'


def rows(data: Data) -> Iterator[tuple[str, str, str, str, Data]]:
    """Return network, variant, stage, unit and cost of everything in a profile."""
    for network, spec in data['networks'].items():
        for variant, one in spec['variants'].items():
            for stage, units in one['stages'].items():
                for unit, cost in units.items():
                    yield network, variant, stage, unit, cost


def label(network: str, variant: str) -> str:
    """Return how a variant is called for people."""
    return network if variant == _BASE else f'{network}/{variant}'


def show_profile(data: Data, console: Console) -> None:
    """
    Print a profile.

    :param data: as its file holds it
    """
    machine = data['machine']
    words = [machine['model'], machine['cpu'], f'{machine["cores"]} cores', data['power_mode']]
    words += [data['date'], data['picture'] or 'picture not said']
    show_line(', '.join(dict.fromkeys(filter(None, words))), console)
    found = list(rows(data))
    # what nothing has a number for is left out
    columns = {
        'p50 ms': lambda cost: _number(cost['p50_ms']),
        '±': _share,
        'p95': lambda cost: _number(cost['p95_ms']),
        'p99': lambda cost: _number(cost['p99_ms']),
        'per item': lambda cost: _number(cost['per_item_ms'] or None),
        'MiB': lambda cost: _number(cost['memory_mib']),
        'mJ': lambda cost: _number(cost['energy_mj']),
    }
    for name, key in (('per item', 'per_item_ms'), ('MiB', 'memory_mib'), ('mJ', 'energy_mj')):
        if not any(cost[key] for *_, cost in found):
            del columns[name]
    parts: dict[str, list[tuple[str, ...]]] = {}
    for network, variant, stage, unit, cost in found:
        numbers = (column(cost) for column in columns.values())
        parts.setdefault(label(network, variant), []).append((stage, unit, *numbers))
    for title, lines in parts.items():
        show_table(('stage', 'unit', *columns), lines, console, left=2, title=title)
    _show_matrix(data['transitions_ms'], 'hand-over ms, from', console)
    _show_matrix(data['corun']['slowdown'], 'slowdown beside', console)


def _show_matrix(matrix: Mapping[str, Mapping[str, float]], title: str, console: Console) -> None:
    if not matrix:
        return
    others = list(dict.fromkeys(other for row in matrix.values() for other in row))
    lines = [
        (unit, *(_number(row.get(other)) for other in others)) for unit, row in matrix.items()
    ]
    show_table((title, *others), lines, console)


def _share(cost: Data) -> str:
    half, median = cost['half_width_ms'], cost['p50_ms']
    # a single run has no spread
    return f'{half / median:.1%}' if median and cost['runs'] > 1 else '-'


def _number(value: float | None) -> str:
    return '-' if value is None else f'{value:.3g}'
