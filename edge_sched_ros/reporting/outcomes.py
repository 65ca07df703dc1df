# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tables of simulated runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table


def show_outcome(found: Mapping[str, Any], console: Console) -> None:
    """Print one run: its tasks, its units, what it is judged by."""
    console.print(
        f'[bold]{found["policy"]}[/bold] on {found["workload"]}, {found["platform"]}, '
        f'{found["seconds"]:.1f} s, seed {found["seed"]}'
    )
    tasks = Table('task', 'released', 'on time', 'late', 'dropped', 'p50 ms', 'p99 ms', 'mJ')
    for name, task in found['tasks'].items():
        dropped = ', '.join(f'{count} {reason}' for reason, count in task['dropped'].items())
        response = task['response_ms']
        tasks.add_row(
            name,
            str(task['released']),
            str(task['on_time']),
            str(task['late']),
            dropped or '0',
            _ms(response['p50']),
            _ms(response['p99']),
            f'{task["energy_mj"]:.0f}',
        )
    console.print(tasks)
    units = Table('unit', 'busy', 'mJ')
    for name, unit in found['units'].items():
        units.add_row(name, f'{unit["utilisation"]:.1%}', f'{unit["energy_mj"]:.0f}')
    console.print(units)
    console.print(
        f'UXCost {found["uxcost"]:.4f}   misses {found["miss_ratio"]:.2%}   XRBench '
        f'{found["xrbench_overall"]:.2f}   fairness {found["fairness"]:.3f}   accuracy '
        f'{found["accuracy"]:.3f}   deciding {found["decisions"]["mean_us"]:.0f} us on average'
    )


def show_comparison(found: Mapping[str, Any], baseline: str, console: Console) -> None:
    """Print UXCost per scenario and policy, then paired ratios to a baseline."""
    policies = list(found['geomean'])
    table = Table('UXCost', *policies)
    for scenario, row in found['scenarios'].items():
        best = min(row.values())
        table.add_row(
            scenario,
            *(
                f'[bold]{row[name]:.4f}[/bold]' if row[name] == best else f'{row[name]:.4f}'
                for name in policies
            ),
        )
    console.print(table)
    ratios = Table(
        'policy',
        f'UXCost / {baseline}',
        '95 % interval',
        f'misses / {baseline}',
        'UXCost / best other',
        'worst scenario',
        'above the bound',
    )
    for name in policies:
        pair = found['geomean'][name].get(baseline)
        other = found['best_other'][name]
        excess = [row[name] for row in found['bound'].values() if name in row]
        ratios.add_row(
            name,
            f'{pair["uxcost_ratio"]:.3f}' if pair else '1',
            '{:.3f} to {:.3f}'.format(*pair['ci95']) if pair and pair['ci95'] else '',
            f'{pair["miss_ratio_ratio"]:.3f}' if pair else '1',
            f'{other["geomean"]:.3f}',
            f'{other["worst"]:.2f}',
            f'{sum(excess) / len(excess):.1%}' if excess else '',
        )
    console.print(ratios)


def _ms(value: float | None) -> str:
    return '' if value is None else f'{value:.1f}'
