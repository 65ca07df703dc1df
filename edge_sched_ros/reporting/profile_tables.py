# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Costs of networks on units, as tables."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping

from rich.console import Console

from edge_sched_ros.reporting.layout import show_line
from edge_sched_ros.reporting.layout import show_table
from edge_sched_ros.system.contention import PairwiseContention
from edge_sched_ros.system.costs import Cost
from edge_sched_ros.system.system_file import SystemFile

Matrix = Mapping[str, Mapping[str, float]]
_BASE = 'base'


def rows(profile: SystemFile) -> Iterator[tuple[str, str, str, str, Cost]]:
    """Return network, variant, stage, unit and cost of all entries of a profile."""
    for network, spec in profile.networks.items():
        for variant, one in spec.variants.items():
            for stage in one.stages:
                for unit, cost in stage.cost.items():
                    yield network, variant, stage.name, unit, cost


def label(network: str, variant: str) -> str:
    """Return the label of a variant."""
    return network if variant == _BASE else f'{network}/{variant}'


def handovers_ms(profile: SystemFile) -> dict[str, dict[str, float]]:
    """Return unit -> other unit -> transfer time."""
    found: dict[str, dict[str, float]] = {}
    for one in profile.transitions:
        found.setdefault(one.begin, {})[one.end] = one.ms
    return found


def slowdowns(profile: SystemFile) -> Matrix:
    """Return unit -> other busy unit -> slowdown; empty without a table."""
    table = profile.contention
    return table.slowdown if isinstance(table, PairwiseContention) else {}


def show_profile(profile: SystemFile, console: Console) -> None:
    """Print a profile."""
    show_line(', '.join(dict.fromkeys(filter(None, _title(profile)))), console)
    found = list(rows(profile))
    columns: dict[str, Callable[[Cost], str]] = {
        'p50 ms': lambda cost: _number(cost.latency_ms),
        '±': _share,
        'p95': lambda cost: _number(cost.measured.p95_ms if cost.measured else None),
        'p99': lambda cost: _number(cost.measured.p99_ms if cost.measured else None),
        'per item': lambda cost: _number(cost.per_item_ms or None),
        'MiB': lambda cost: _number(cost.memory_mib or None),
        'mJ': lambda cost: _number(cost.energy_mj),
    }
    # columns without numbers are left out
    for name, key in (('per item', 'per_item_ms'), ('MiB', 'memory_mib'), ('mJ', 'energy_mj')):
        if not any(getattr(cost, key) for *_, cost in found):
            del columns[name]
    parts: dict[str, list[tuple[str, ...]]] = {}
    for network, variant, stage, unit, cost in found:
        numbers = (column(cost) for column in columns.values())
        parts.setdefault(label(network, variant), []).append((stage, unit, *numbers))
    for title, lines in parts.items():
        show_table(('stage', 'unit', *columns), lines, console, left=2, title=title)
    _show_matrix(handovers_ms(profile), 'hand-over ms, from', console)
    _show_matrix(slowdowns(profile), 'slowdown beside', console)


def _title(profile: SystemFile) -> list[str | None]:
    """Return the measured computer, the date and the versions."""
    measured = profile.measured
    if measured is None:
        return ['not measured']
    machine = measured.machine
    words = [machine.model, machine.cpu, f'{machine.cores} cores', measured.power_mode]
    return [*words, measured.date, measured.picture or 'unknown picture']


def _show_matrix(matrix: Matrix, title: str, console: Console) -> None:
    if not matrix:
        return
    others = list(dict.fromkeys(other for row in matrix.values() for other in row))
    lines = [
        (unit, *(_number(row.get(other)) for other in others)) for unit, row in matrix.items()
    ]
    show_table((title, *others), lines, console)


def _share(cost: Cost) -> str:
    # a single run has no deviation
    if cost.measured is None or not cost.latency_ms or cost.measured.runs == 1:
        return '-'
    return f'{cost.measured.half_width_ms / cost.latency_ms:.1%}'


def _number(value: float | None) -> str:
    return '-' if value is None else f'{value:.3g}'
