# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tables of simulated runs."""

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
        f'UXCost {found["uxcost"]:.4f}   misses {found["miss_ratio"]:.2%}   XRBench '
        f'{found["xrbench_overall"]:.2f}   fairness {found["fairness"]:.3f}   accuracy '
        f'{found["accuracy"]:.3f}',
        console,
    )
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


def show_comparison(found: Mapping[str, Any], baseline: str, console: Console) -> None:
    """Print UXCost per scenario and policy, then paired ratios to a baseline."""
    policies = list(found['geomean'])
    for names in _blocks(policies, found['scenarios'], console.width):
        _show_costs(found['scenarios'], names, console)
    bound = ('above \nbound',) if found['bound'] else ()
    columns = ('policy', 'UXCost', '95 %', 'misses', 'to best \nother', 'worst', *bound)
    rows = [_ratios(found, name, baseline)[: len(columns)] for name in policies]
    show_table(columns, rows, console, title=f'Ratios to {baseline}')
    if few := thin_runs(found['runs']):
        show_line(few, console)
    if found['bound_windows']:
        show_line(_windows(found['bound_windows']), console)


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
    left = width - max(map(len, scenarios))
    blocks: list[list[str]] = []
    room = 0
    for name in policies:
        needed = max(len(name), *(len(_cost(row[name])) for row in scenarios.values())) + _GAP
        if needed > room:
            blocks.append([])
            room = left
        blocks[-1].append(name)
        room -= needed
    return blocks


def _cost(value: float) -> str:
    return f'{value:.4f}'


def _show_costs(
    scenarios: Mapping[str, Mapping[str, float]], names: list[str], console: Console
) -> None:
    rows: list[tuple[str | Text, ...]] = []
    for scenario, row in scenarios.items():
        best = min(row.values())
        cells = (
            Text(_cost(row[name]), style='bold' if row[name] == best else '') for name in names
        )
        rows.append((scenario, *cells))
    show_table(('UXCost', *names), rows, console)


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
