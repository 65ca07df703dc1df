# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What a change costs a suite: ``dev/env.sh python benchmarks/suite_ratios.py NEW.json OLD.json``.

Both are what ``edge-sched compare --suite robot --policies edf,edf+drop --seeds 2 --seconds 3
--json`` prints, in the checkout with the change and in one without. Per policy one row: how many
pairs of runs of one scenario and seed there are, and new over old, as geometric means: UXCost, and
misses as ``(missed + 0.5) / (ended + 1)``. Pairs with a UXCost of zero are left out of that.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from edge_sched_ros.simulation.comparison import geomean

Key = tuple[str, str, int]


def runs_of(path: str) -> dict[Key, dict[str, Any]]:
    """Return the runs of a comparison by policy, scenario and seed."""
    found = json.loads(Path(path).read_text(encoding='utf-8'))['runs']
    return {(run['policy'], run['scenario'], run['seed']): run for run in found}


def misses(run: dict[str, Any]) -> float:
    """Return the share of jobs without an answer in time, never zero."""
    ended = sum(task['released'] for task in run['tasks'].values())
    on_time = sum(task['on_time'] for task in run['tasks'].values())
    return float((ended - on_time + 0.5) / (ended + 1))


def main() -> None:
    """Compare and print."""
    new, old = map(runs_of, sys.argv[1:3])
    both = [key for key in new if key in old]
    print(f'{"policy":20} {"pairs":>5} {"UXCost":>7} {"misses":>7}')
    for policy in dict.fromkeys(policy for policy, _, _ in both):
        pairs = [(new[key], old[key]) for key in both if key[0] == policy]
        costs = [a['uxcost'] / b['uxcost'] for a, b in pairs if a['uxcost'] and b['uxcost']]
        missed = geomean([misses(a) / misses(b) for a, b in pairs])
        print(f'{policy:20} {len(pairs):5} {geomean(costs):7.3f} {missed:7.3f}')


if __name__ == '__main__':
    main()
