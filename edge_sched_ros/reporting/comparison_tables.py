# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tables of policies side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from edge_sched_ros.reporting.layout import show_line
from edge_sched_ros.reporting.layout import show_table
from edge_sched_ros.reporting.thin_runs import thin_runs

#: characters between two columns
_GAP = 2
#: characters of the misses beside a cost, with the gap before them
_MISSES = 5
_CORNER = 'UXCost, misses'
#: key of a mean -> its column and format
_MEANS = {
    'miss_ratio': ('misses', '{:.1%}'),
    'loss': ('loss', '{:.4f}'),
    'fairness': ('fairness', '{:.3f}'),
    'accuracy': ('accuracy', '{:.3f}'),
}


def show_comparison(found: Mapping[str, Any], baseline: str, console: Console) -> None:
    """Print UXCost and misses per scenario and policy, paired ratios to a baseline, means."""
    policies = list(found['geomean'])
    for names in _blocks(policies, found['scenarios'], console.width):
        _show_costs(found['scenarios'], found['misses'], names, console)
    bound = ('above \nbound',) if found['bound'] else ()
    columns = ('policy', 'UXCost', '95 %', 'misses', 'to best \nother', 'worst', *bound)
    rows = [_ratios(found, name, baseline)[: len(columns)] for name in policies]
    show_table(columns, rows, console, title=f'Ratios to {baseline}')
    _show_means(found, console)
    if few := thin_runs(found['runs']):
        show_line(few, console)
    if found['bound_windows']:
        show_line(_windows(found['bound_windows']), console)


def _show_means(found: Mapping[str, Any], console: Console) -> None:
    """Print per policy the means of all runs, and its loss against the best other policy."""
    # several devices: without accuracy and loss
    keys = [key for key in _MEANS if all(key in row for row in found['means'].values())]
    others = found['best_other_loss']
    columns = [*(_MEANS[key][0] for key in keys)]
    if others:
        columns += ['loss to \nbest other', 'worst']
    rows = []
    for name, row in found['means'].items():
        cells = [name, *(_MEANS[key][1].format(row[key]) for key in keys)]
        if others:
            cells += [f'{others[name]["geomean"]:.3f}', f'{others[name]["worst"]:.2f}']
        rows.append(tuple(cells))
    show_table(('policy', *columns), rows, console, title='Means of all runs')


def _ratios(found: Mapping[str, Any], name: str, baseline: str) -> tuple[str, ...]:
    pair = found['geomean'][name].get(baseline)
    other = found['best_other'][name]
    excess = _excess(found, name)
    return (
        name,
        _ratio(pair['uxcost_ratio']) if pair else '1',
        '{:.3f}-{:.3f}'.format(*pair['ci95']) if pair and pair['ci95'] else '',
        f'{pair["miss_ratio_ratio"]:.3f}' if pair else '1',
        f'{other["geomean"]:.3f}',
        f'{other["worst"]:.2f}',
        '' if excess is None else f'{excess:.1%}',
    )


def _blocks(
    policies: list[str], scenarios: Mapping[str, Mapping[str, float]], width: int
) -> list[list[str]]:
    """Divide the policies into tables of at most this width, if necessary."""
    left = width - max(map(len, [_CORNER, *scenarios]))
    blocks: list[list[str]] = []
    room = 0
    for name in policies:
        needed = (
            max(len(name), *(len(_cost(row[name])) + _MISSES for row in scenarios.values())) + _GAP
        )
        if needed > room:
            blocks.append([])
            room = left
        blocks[-1].append(name)
        room -= needed
    return blocks


def _cost(value: float) -> str:
    return f'{value:.4f}'


def _show_costs(
    scenarios: Mapping[str, Mapping[str, float]],
    misses: Mapping[str, Mapping[str, float]],
    names: list[str],
    console: Console,
) -> None:
    rows: list[tuple[str | Text, ...]] = []
    for scenario, row in scenarios.items():
        best = min(row.values())
        cells = (
            Text(
                f'{_cost(row[name])} {misses[scenario][name]:>{_MISSES - 1}.0%}',
                style='bold' if row[name] == best else '',
            )
            for name in names
        )
        rows.append((scenario, *cells))
    show_table((_CORNER, *names), rows, console)


def _excess(found: Mapping[str, Any], policy: str) -> float | None:
    """Return the mean over the scenarios that have a bound."""
    shares = [row[policy] for row in found['bound'].values() if policy in row]
    return sum(shares) / len(shares) if shares else None


def _windows(accounts: Mapping[str, Mapping[str, Any]]) -> str:
    def total(key: str) -> int:
        return sum(account[key] or 0 for account in accounts.values())

    bounded = sum(account['proven'] > 0 for account in accounts.values())
    optimum = [
        f'{total(key)} with {what}'
        for key, what in (
            ('optimum_missed', 'first variants'),
            ('optimum_missed_variants', 'any variants'),
        )
        if any(account[key] is not None for account in accounts.values())
    ]
    return (
        'above the bound: jobs missed beyond the clairvoyant optimum, a share of all jobs, mean '
        f'over {bounded} of {len(accounts)} scenarios; {total("proven")} of {total("windows")} '
        f'windows proven; of {total("jobs")} jobs the optimum misses '
        f'{" and ".join(optimum) or "unknown"}'
    )


def _ratio(value: float | None) -> str:
    return '' if value is None else f'{value:.3f}'
