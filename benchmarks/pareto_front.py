# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The search for fronts of allocations: ``dev/env.sh python benchmarks/pareto_front.py [--json]``.

Networks of random costs shaped like those measured for MobileNetV2 on a phone (Samsung/ONE: the
GPU about nine times as fast for seven times the memory), 12 segments on two units and 8 on three:
few enough to try every allocation. The searches may measure a tenth of them. Compared are Hamming
local Pareto search, NSGA-II (pymoo, where it is installed: ``pip install pymoo==0.6.1.5``) and
random allocations, by the share of the whole front's hypervolume they reach, and by the share of
its points they find. ``large`` has 40 segments, where the whole front is not known: there the
hypervolume is relative to that of all searches' points together.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
from collections.abc import Callable
from typing import Any

from edge_sched_ros.planning.allocation import exhaustive_front
from edge_sched_ros.planning.allocation import front_of
from edge_sched_ros.planning.allocation import hypervolume
from edge_sched_ros.planning.allocation import Measured
from edge_sched_ros.planning.allocation import Table
from edge_sched_ros.planning.local_search import estimate_front

#: name -> segments, units, measurements
CASES = {
    'two units': (12, 2, 4096 // 10),
    'three units': (8, 3, 6561 // 10),
    'large': (40, 2, 2000),
}
POPULATION = 32


def random_table(segments: int, units: int, seed: int) -> Table:
    """Return a network whose faster units take more memory, by a different factor per segment."""
    chance = random.Random(seed)
    latency, memory = [], []
    for _ in range(segments):
        slowest, least = chance.lognormvariate(1.5, 0.8), chance.lognormvariate(1.0, 0.6)
        speeds = [1.0, *(chance.uniform(0.8, 12) for _ in range(units - 1))]
        latency.append([slowest / speed for speed in speeds])
        memory.append([least * (1 + 0.7 * (speed - 1) * chance.random()) for speed in speeds])
    handover = [[0.0 if u == v else 0.3 for v in range(units)] for u in range(units)]
    return Table(latency, memory, handover, [10.0, *(25.0 for _ in range(units - 1))])


def nsga2(table: Table, segments: int, units: int, most: int, seed: int) -> list[Measured]:
    """Return what NSGA-II finds with that many evaluations; repeated ones count once."""
    import numpy as np
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.core.problem import ElementwiseProblem
    from pymoo.operators.crossover.pntx import SinglePointCrossover
    from pymoo.operators.mutation.pm import PM
    from pymoo.operators.repair.rounding import RoundingRepair
    from pymoo.operators.sampling.rnd import IntegerRandomSampling
    from pymoo.optimize import minimize

    found: dict[tuple[int, ...], Measured] = {}

    class Allocations(ElementwiseProblem):
        def __init__(self) -> None:
            super().__init__(n_var=segments, n_obj=2, xl=0, xu=units - 1, vtype=int)

        def _evaluate(self, x: Any, out: dict[str, Any], *_: Any, **__: Any) -> None:
            vector = tuple(int(value) for value in np.round(x))
            if vector not in found and len(found) < most:
                found[vector] = Measured(vector, *table(vector))
            out['F'] = table(vector)

    algorithm = NSGA2(
        pop_size=POPULATION,
        sampling=IntegerRandomSampling(),
        crossover=SinglePointCrossover(prob=0.9, repair=RoundingRepair()),
        mutation=PM(prob=0.5, eta=3, vtype=float, repair=RoundingRepair()),
        eliminate_duplicates=True,
    )
    minimize(Allocations(), algorithm, ('n_eval', most), seed=seed, verbose=False)
    return front_of(list(found.values()))


def at_random(table: Table, segments: int, units: int, most: int, seed: int) -> list[Measured]:
    """Return the front of random allocations."""
    chance = random.Random(seed)
    vectors = {tuple(chance.randrange(units) for _ in range(segments)) for _ in range(most)}
    return front_of([Measured(vector, *table(vector)) for vector in vectors])


def local(table: Table, segments: int, units: int, most: int, seed: int) -> list[Measured]:
    """Return the front of Hamming local Pareto search."""
    return estimate_front(
        table, segments, units, enqueued=40, rounds=200, reach=4, most=most, seed=seed
    ).front


def searches() -> dict[str, Callable[..., list[Measured]]]:
    """Return the searches that can be run here."""
    found: dict[str, Callable[..., list[Measured]]] = {'hamming': local, 'random': at_random}
    try:
        import pymoo  # noqa: F401
    except ImportError:
        return found
    return {**found, 'nsga2': nsga2}


def measure(case: str, networks: int) -> dict[str, Any]:
    """Return the shares every search reaches on a case."""
    segments, units, most = CASES[case]
    volumes: dict[str, list[float]] = {}
    points: dict[str, list[float]] = {}
    for seed in range(networks):
        table = random_table(segments, units, seed)
        fronts = {
            name: search(table, segments, units, most, seed) for name, search in searches().items()
        }
        known = units**segments <= 1e5
        whole = (
            exhaustive_front(table, segments, units)
            if known
            else front_of([point for front in fronts.values() for point in front])
        )
        corner = (
            1.01 * max(point.latency_ms for point in whole),
            1.01 * max(point.memory_mib for point in whole),
        )
        best = {point.costs for point in whole}
        for name, front in fronts.items():
            share = hypervolume(front, corner) / hypervolume(whole, corner)
            volumes.setdefault(name, []).append(share)
            hit = sum(point.costs in best for point in front) / len(best)
            points.setdefault(name, []).append(hit)
    return {
        'case': case,
        'allocations': units**segments,
        'measured': most,
        'networks': networks,
        'hypervolume': {
            name: {'mean': statistics.mean(shares), 'least': min(shares)}
            for name, shares in volumes.items()
        },
        'points_found': {name: statistics.mean(shares) for name, shares in points.items()},
    }


def main() -> None:
    """Print a line per case and search."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--networks', type=int, default=10, help='random networks per case')
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    found = [measure(case, options.networks) for case in CASES]
    if options.json:
        print(json.dumps(found, indent=2))
        return
    print(
        f'{"case":12} {"search":8} {"measured":>14} {"hypervolume":>12} {"least":>6} {"points":>7}'
    )
    for case in found:
        for name, volume in case['hypervolume'].items():
            print(
                f'{case["case"]:12} {name:8} {case["measured"]:5} of {case["allocations"]:<6.3g} '
                f'{volume["mean"]:12.4f} {volume["least"]:6.3f} {case["points_found"][name]:7.1%}'
            )


if __name__ == '__main__':
    main()
