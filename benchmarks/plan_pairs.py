# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Plans of pairs of networks: ``dev/env.sh python benchmarks/plan_pairs.py [--pairs N] [--json]``.

Random networks of ten groups on a GPU and a DLA: the DLA 1.3 to 3 times as slow by group and
unable to run one in twenty, one change of unit allowed, contention by table or by bandwidth.
For each objective: how many are proven optimal, the longest wall time, and what the plan is worth
against each baseline (above 1 is better for the plan; geometric mean, and the least).
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
from typing import Any

from edge_sched_ros.planning.objective import MAX_THROUGHPUT
from edge_sched_ros.planning.objective import Objective
from edge_sched_ros.planning.objective import OBJECTIVES
from edge_sched_ros.planning.planner import make_plan
from edge_sched_ros.planning.problem import Network
from edge_sched_ros.planning.problem import Problem
from edge_sched_ros.system.contention import Contention
from edge_sched_ros.system.contention import Pairwise
from edge_sched_ros.system.contention import Piecewise
from edge_sched_ros.system.contention import PiecewiseContention

GROUPS = 10
POWER_W = {'gpu': 20.0, 'dla': 4.0}


def random_network(name: str, chance: random.Random) -> Network:
    """Return a network of ten groups."""
    gpu = [chance.uniform(0.1, 1.0) for _ in range(GROUPS)]
    dla = [None if chance.random() < 0.05 else ms * chance.uniform(1.3, 3.0) for ms in gpu]
    times: dict[str, tuple[float | None, ...]] = {'gpu': tuple(gpu), 'dla': tuple(dla)}
    return Network(
        name,
        times,
        energy_mj={u: tuple((ms or 0.0) * POWER_W[u] for ms in row) for u, row in times.items()},
        demand_gbps={u: tuple(chance.uniform(5, 60) for _ in gpu) for u in times},
        leave_ms={u: tuple(chance.uniform(0.01, 0.1) for _ in gpu[1:]) for u in times},
    )


def random_pair(seed: int) -> Problem:
    """Return two networks on a GPU and a DLA that disturb each other."""
    chance = random.Random(seed)
    networks = tuple(random_network(name, chance) for name in ('one', 'other'))
    keys = {'knee_gbps': 30.0, 'slope': 1.0, 'bandwidth_gbps': 100.0}
    contention: Contention = Piecewise(PiecewiseContention(model='piecewise', **keys))
    if seed % 2:
        slower = {'gpu': {'dla': chance.uniform(1, 1.3)}, 'dla': {'gpu': chance.uniform(1, 1.3)}}
        contention = Pairwise(slower)
    kinds = {unit: unit for unit in POWER_W}
    return Problem(tuple(POWER_W), networks, kinds, {}, contention)


def measure(objective: str, pairs: int) -> dict[str, Any]:
    """Return what came of planning that many pairs."""
    proven, longest_s = 0, 0.0
    ratios: dict[str, list[float]] = {}
    for seed in range(pairs):
        plan = make_plan(random_pair(seed), Objective(objective))
        proven += plan.optimal
        longest_s = max(longest_s, plan.solve_s)
        for name, value in plan.baselines.items():
            if value is not None:
                ratio = value / plan.best.value
                if objective == MAX_THROUGHPUT:
                    ratio = 1 / ratio
                ratios.setdefault(name, []).append(ratio)
    return {
        'objective': objective,
        'pairs': pairs,
        'proven': proven,
        'longest_s': longest_s,
        'over_baselines': {
            name: {'mean': statistics.geometric_mean(values), 'least': min(values)}
            for name, values in ratios.items()
        },
    }


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--pairs', type=int, default=20)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    found = [measure(objective, options.pairs) for objective in OBJECTIVES]
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for row in found:
        print(
            f'{row["objective"]:15} proven {row["proven"]} of {row["pairs"]}, '
            f'at most {row["longest_s"]:.2f} s'
        )
        for name, ratio in row['over_baselines'].items():
            print(f'  over {name:17} {ratio["mean"]:.3f} (least {ratio["least"]:.3f})')


if __name__ == '__main__':
    main()
