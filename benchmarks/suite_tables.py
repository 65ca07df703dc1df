# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Print the tables of ``docs/results/policies.md`` from comparisons.

Of ``edge-sched compare --suite dream --seeds 3 --seconds 4 --json > dream.json`` and likewise the
others: ``dev/env.sh python benchmarks/suite_tables.py dream.json robot.json xrbench.json``. Files
that were made with ``--bound`` give the table of the clairvoyant optimum as well, and one of the
suite ``random`` the policies by how wrong the profiles are.
"""

from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path
from typing import Any

from edge_sched_ros.simulation.bound.suite import switches_variants
from edge_sched_ros.simulation.comparison import best_other
from edge_sched_ros.simulation.comparison import geomean
from edge_sched_ros.simulation.random_systems.system import random_system
from edge_sched_ros.system.system import System
from edge_sched_ros.system.system_file import SystemFile

_BASE, _OURS = 'edf+drop', 'horizon'
#: of UXCost over the best other policy, from which on a scenario is named
_WORSE = 1.05


def policies(found: dict[str, Any]) -> None:
    """Print every policy's UXCost over that of ``edf+drop``, misses, accuracy, best other."""
    print(f'\n{found["suite"]}: {len(found["runs"])} runs, {len(found["scenarios"])} scenarios')
    print(
        '| policy | UXCost over edf+drop (95 %) | over edf | over fcfs | misses | loss | fairness '
        '| accuracy | best other, UXCost | loss | worse | worst |'
    )
    print('| --- ' * 12 + '|')
    for policy, others in found['geomean'].items():
        runs = [run for run in found['runs'] if run['policy'] == policy]
        ratios = [_ratio(others.get(other)) for other in (_BASE, 'edf', 'fcfs')]
        missed, loss, fairness, accuracy = (
            statistics.fmean(run[key] for run in runs)
            for key in ('miss_ratio', 'loss', 'fairness', 'accuracy')
        )
        best, by_loss = found['best_other'][policy], found['best_other_loss'][policy]
        print(
            f'| `{policy}` | {" | ".join(ratios)} | {100 * missed:.1f} % | {loss:.3f} '
            f'| {fairness:.3f} | {accuracy:.3f} | {best["geomean"]:.2f} '
            f'| {by_loss["geomean"]:.2f} | {by_loss["worse"]:.0%} | {by_loss["worst"]:.2f} |'
        )


def _ratio(pair: dict[str, Any] | None) -> str:
    if pair is None:
        return '1'
    low, high = pair['ci95'] or (float('nan'),) * 2
    return f'{pair["uxcost_ratio"]:.3f} ({low:.2f} to {high:.2f})'


def groups(found: dict[str, Any]) -> None:
    """Print the policies against the best other one by what is wrong with the profiles."""
    kinds: dict[str, set[str]] = {}
    for name in found['scenarios']:
        kinds.setdefault(_profiles(random_system(int(name.split('-')[1]))), set()).add(name)
    print('| profiles | systems | policy | loss over the best other | worst |')
    print('| --- | --- | --- | --- | --- |')
    for kind, names in sorted(kinds.items()):
        runs = [run for run in found['runs'] if run['scenario'] in names]
        for policy in (_OURS, 'dream', _BASE):
            here = list(best_other(runs, policy, 'loss').values())
            print(
                f'| {kind} | {len(names)} | `{policy}` | {geomean(here):.3f} | {max(here):.2f} |'
            )


def _profiles(system: SystemFile) -> str:
    """Return what is wrong with the profiles of a drawn system."""
    factors = {cost.profile_factor for cost in System(system).costs.values()}
    kind = 'right' if factors == {1.0} else 'too short' if max(factors) <= 1 else 'mixed'
    return kind if system.device().tail is None else f'{kind}, tails'


def against_the_best(comparisons: list[dict[str, Any]], objective: str) -> None:
    """Print how ``horizon`` does against the best other policy of every scenario."""
    ratios: dict[str, float] = {}
    for found in comparisons:
        here = best_other(found['runs'], _OURS, objective)
        over = geomean(list(here.values()))
        print(f'{found["suite"]}: {objective} of {_OURS} over the best other {over:.3f}')
        ratios.update(here)
    worse = sorted(((r, name) for name, r in ratios.items() if r > _WORSE), reverse=True)
    print(
        f'all: {geomean(list(ratios.values())):.3f}; above {_WORSE}: {len(worse)} of {len(ratios)}'
    )
    for ratio, name in worse:
        print(f'  {ratio:.2f} {name}')


def bounds(found: dict[str, Any]) -> None:
    """Print what policies missed beyond the optimum, as a share of all jobs of proven windows."""
    proven = {name: w for name, w in found['bound_windows'].items() if w['proven']}
    jobs = sum(w['jobs'] for w in proven.values())
    tried = sum(w['windows'] for w in found['bound_windows'].values())
    count = sum(w['proven'] for w in proven.values())
    print(f'\n{found["suite"]}: {count} of {tried} windows proven')
    best = [
        sum(w[key] or 0 for w in proven.values())
        for key in ('optimum_missed', 'optimum_missed_variants')
    ]
    print(f'{jobs} jobs, missed at best {best[0]}, with lighter variants {best[1]}')
    for policy in found['geomean']:
        beyond = sum(found['bound'][name][policy] * w['jobs'] for name, w in proven.items())
        print(f'  {policy}: {beyond:.0f} jobs beyond it, {100 * beyond / jobs:.1f} %')
    least = [_least_share(found['bound'][name], w) for name, w in proven.items()]
    print(f'misses of the optimum over those of the best policy but {_OURS}: {geomean(least):.2f}')


def _least_share(beyond: dict[str, float], window: dict[str, Any]) -> float:
    """Return (m + 0.5) / (b + 0.5) of the optimum's misses and the best other policy's."""
    first, free = window['optimum_missed'], window['optimum_missed_variants']
    best = min(
        share * window['jobs'] + ((free if switches_variants(name) else first) or 0)
        for name, share in beyond.items()
        if name != _OURS
    )
    return float((min(one for one in (first, free) if one is not None) + 0.5) / (best + 0.5))


def main() -> None:
    """Read the files named on the command line."""
    comparisons = [json.loads(Path(name).read_text()) for name in sys.argv[1:]]
    if not comparisons:
        sys.exit(__doc__)
    for found in comparisons:
        policies(found)
        if found['bound']:
            bounds(found)
        if found['suite'] == 'random':
            groups(found)
    if all(_OURS in found['geomean'] for found in comparisons):
        for objective in ('uxcost', 'loss'):
            against_the_best(comparisons, objective)


if __name__ == '__main__':
    main()
