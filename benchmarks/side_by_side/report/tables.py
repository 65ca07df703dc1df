# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The summary in words: Markdown that reads well on a terminal."""

from __future__ import annotations

from typing import Any

from benchmarks.side_by_side.contenders.registry import CONTENDERS
from benchmarks.side_by_side.contenders.registry import SCHEDULER
from benchmarks.side_by_side.report.targets import look

#: up to this share of the machine for others, figures can be trusted
_QUIET = 0.05
_CPU = 'cpu_ms_per_answer'
#: heading -> key, factor, digits
_COLUMNS = {
    'on time/s': ('on_time_per_s', 1.0, 1),
    'missed %': ('miss_ratio', 100.0, 1),
    'p50 ms': ('p50_ms', 1.0, 1),
    'p99 ms': ('p99_ms', 1.0, 1),
    'age ms': ('age_mean_ms', 1.0, 1),
    'cores': ('cpu_cores', 1.0, 2),
    'CPU ms/answer': (_CPU, 1.0, 2),
    'PSS MB': ('pss_mb', 1.0, 0),
    'others %': ('others_cpu_share', 100.0, 0),
}


def markdown(summary: dict[str, Any]) -> str:
    """Return all tables."""
    parts = [_loads_table(summary['loads'])] if summary.get('loads') else []
    if summary.get('real'):
        parts += ['With the real networks:', _loads_table(summary['real']['loads'])]
    parts.append(_targets_table(summary['targets']))
    others = summary.get('others_cpu_share_most') or 0.0
    if others > _QUIET:
        parts.append(f'The machine was not quiet: others took up to {100 * others:.0f} % of it.')
    if summary['faults']:
        parts.append('\n'.join(['Faults:', '', *(f'- {fault}' for fault in summary['faults'])]))
    return '\n\n'.join(parts) + '\n'


def _loads_table(loads: dict[str, Any]) -> str:
    rows = [['load', 'who', *_COLUMNS, 'on time: ours over this one (95 %)', 'CPU of an answer']]
    for load, found in loads.items():
        everybody = {SCHEDULER: found['scheduler'], **found['baselines']}
        for name, own in everybody.items():
            if own is not None:
                title = CONTENDERS[name].title
                ratios = (_ratio(found, name, key) for key in ('on_time_per_s', _CPU))
                rows.append([f'{load}x', title, *_figures(own), *ratios])
    return _table(rows)


def _figures(own: dict[str, Any]) -> list[str]:
    return [_number(own[key], factor, digits) for key, factor, digits in _COLUMNS.values()]


def _ratio(found: dict[str, Any], name: str, key: str) -> str:
    ratio = look(found, 'ratios', 'each', name, key)
    if not ratio or ratio['mean'] is None:
        return ''
    text = f'{ratio["mean"]:.2f}'
    if ratio['low'] is not None:
        text += f' ({ratio["low"]:.2f} to {ratio["high"]:.2f})'
    return text


def _targets_table(targets: list[dict[str, Any]]) -> str:
    words = {True: 'yes', False: 'no', None: 'not measured'}
    rows = [['asked for', 'wanted', 'measured', 'met']]
    for target in targets:
        measured = _number(target['measured'], 1.0, 3)
        rows.append([target['what'], target['wanted'], measured, words[target['met']]])
    return _table(rows)


def _number(value: float | None, factor: float, digits: int) -> str:
    return '' if value is None else f'{value * factor:.{digits}f}'


def _table(rows: list[list[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        '| ' + ' | '.join(cell.ljust(width) for cell, width in zip(row, widths)) + ' |'
        for row in rows
    ]
    lines.insert(1, '| ' + ' | '.join('-' * width for width in widths) + ' |')
    return '\n'.join(lines)
