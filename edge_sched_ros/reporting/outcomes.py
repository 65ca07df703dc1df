# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tables of simulated runs."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Column
from rich.table import Table

#: characters beside the text of a column
_RULES = 3


def show_outcome(found: Mapping[str, Any], console: Console, *, seconds: float) -> None:
    """
    Print one run: its tasks, its units, what it is judged by.

    :param found: the outcome, with ``load`` and ``least_load``
    :param seconds: how long frames came
    """
    console.print(
        f'[bold]{escape(found["policy"])}[/bold] on {escape(found["workload"])}, '
        f'{escape(found["platform"])}, {found["seconds"]:.1f} s, seed {found["seed"]}',
        soft_wrap=True,
    )
    console.print(_load(found))
    console.print(_tasks(found['tasks']))
    if not any(task['released'] for task in found['tasks'].values()):
        console.print(f'no job was released in {seconds:g} s')
    units = Table('unit', 'busy', 'mJ')
    for name, unit in found['units'].items():
        units.add_row(escape(name), f'{unit["utilisation"]:.1%}', f'{unit["energy_mj"]:.0f}')
    console.print(units)
    console.print(
        f'UXCost {found["uxcost"]:.4f}   misses {found["miss_ratio"]:.2%}   XRBench '
        f'{found["xrbench_overall"]:.2f}   fairness {found["fairness"]:.3f}   accuracy '
        f'{found["accuracy"]:.3f}   deciding {found["decisions"]["mean_us"]:.0f} us on average'
    )


def _load(found: Mapping[str, Any]) -> str:
    least = f'least load {found["least_load"]:.3g}'
    load = found['load']
    if load is None:
        return least
    return (
        f'load {load["wanted"]:g}: latencies x {load["latency_factor"]:.4g}, rates x '
        f'{load["rate_factor"]:.4g}; {least}'
    )


def _tasks(tasks: Mapping[str, Any]) -> Table:
    # most runs lose nothing, and the table is wide enough
    failed = ('failed',) if any(task['failed'] for task in tasks.values()) else ()
    ends = ('dropped', *failed)
    reasons = (Column(end, overflow='fold') for end in ends)
    table = Table('task', 'released', 'on time', 'late', *reasons, 'p50 ms', 'p99 ms', 'mJ')
    for name, task in tasks.items():
        response = task['response_ms']
        table.add_row(
            escape(name),
            str(task['released']),
            str(task['on_time']),
            str(task['late']),
            *(_reasons(task[end]) for end in ends),
            _ms(response['p50']),
            _ms(response['p99']),
            f'{task["energy_mj"]:.0f}',
        )
    return table


def _reasons(counts: Mapping[str, int]) -> str:
    return ', '.join(f'{count} {escape(reason)}' for reason, count in counts.items()) or '0'


def show_comparison(found: Mapping[str, Any], baseline: str, console: Console) -> None:
    """Print UXCost per scenario and policy, then paired ratios to a baseline."""
    policies = list(found['geomean'])
    for names in _blocks(policies, found['scenarios'], console.width):
        console.print(_costs(found['scenarios'], names))
    columns = ('UXCost', '95 %', 'misses', 'to best\nother', 'worst', 'above\nbound')
    ratios = Table(
        Column('policy', overflow='fold'),
        *(Column(text, no_wrap=True) for text in columns),
        title=f'Ratios to {baseline}',
        title_justify='left',
    )
    for name in policies:
        pair = found['geomean'][name].get(baseline)
        other = found['best_other'][name]
        excess = _excess(found, name)
        ratios.add_row(
            name,
            _ratio(pair['uxcost_ratio']) if pair else '1',
            '{:.3f}-{:.3f}'.format(*pair['ci95']) if pair and pair['ci95'] else '',
            f'{pair["miss_ratio_ratio"]:.3f}' if pair else '1',
            f'{other["geomean"]:.3f}',
            f'{other["worst"]:.2f}',
            '' if excess is None else f'{excess:.1%}',
        )
    console.print(ratios)
    if found['bound_windows']:
        console.print(_windows(found['bound_windows']))


def _blocks(policies: list[str], scenarios: Iterable[str], width: int) -> list[list[str]]:
    """Divide the policies into tables that are no wider than that, if need be."""
    left = width - max(map(len, scenarios)) - _RULES - 1
    blocks: list[list[str]] = []
    room = 0
    for name in policies:
        needed = max(6, *map(len, _broken(name).split())) + _RULES
        if needed > room:
            blocks.append([])
            room = left
        blocks[-1].append(name)
        room -= needed
    return blocks


def _broken(name: str) -> str:
    """Break the name of a policy into lines."""
    return name.replace('_', '_\n').replace('+', '\n+')


def _costs(scenarios: Mapping[str, Mapping[str, float]], names: list[str]) -> Table:
    table = Table(Column('UXCost', no_wrap=True), *map(_broken, names))
    for scenario, row in scenarios.items():
        best = min(row.values())
        cells = (
            f'[bold]{row[name]:.4f}[/bold]' if row[name] == best else f'{row[name]:.4f}'
            for name in names
        )
        table.add_row(escape(scenario), *cells)
    return table


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


def _ms(value: float | None) -> str:
    return '' if value is None else f'{value:.1f}'
