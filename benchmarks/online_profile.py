# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
How fast a cost follows the truth: ``dev/env.sh python benchmarks/online_profile.py [--json]``.

After 60 runs the true latency changes by a factor (``learned``), or a profile given beforehand
was wrong by it from the first run on (``given``). Noise is lognormal, 200 seeds a case. Printed
are the median of the jobs until the cost is within 5 % of the truth for good (looking at 60), the
median error after 20 jobs, and the share of seeds within 5 % then. ``ideal`` is the mean of these
20 runs alone: nobody who does not know the truth does much better.

Then what a single run of ten times the length makes of the cost, and what taking in a run costs.

``plain`` is an exponentially weighted line that takes every run in full, as this package had it
before; ``robust`` is :class:`edge_sched_ros.core.stage_cost.StageCost`.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import timeit
from collections.abc import Callable
from typing import Any

from edge_sched_ros.core.stage_cost import StageCost

FACTORS = (0.5, 0.8, 1.25, 2.0, 4.0)
SPREADS = (0.05, 0.1, 0.2)
SEEDS = 200
BEFORE, AFTER, WANTED, ENOUGH = 60, 60, 20, 0.05
TRUTH_NS = 10_000_000
MEMORY = 0.95


class Plain:
    """Every run counts in full, and 0.95 as much when the next one comes."""

    def __init__(self, latency_ns: int | None = None, *, source: str = '') -> None:
        self.source = source
        self._s = self._sx = self._sy = self._sxx = self._sxy = 0.0
        if latency_ns is not None:
            self.observe(latency_ns, 1)

    def observe(self, latency_ns: int, items: int) -> None:
        """Take in a run."""
        self._s = self._s * MEMORY + 1
        self._sx = self._sx * MEMORY + items
        self._sy = self._sy * MEMORY + latency_ns
        self._sxx = self._sxx * MEMORY + items * items
        self._sxy = self._sxy * MEMORY + items * latency_ns

    def expected_ns(self, items: int) -> int:
        """Return the cost of a run."""
        mean_x, mean_y = self._sx / self._s, self._sy / self._s
        spread = self._sxx / self._s - mean_x * mean_x
        rise = self._sxy / self._s - mean_x * mean_y
        slope = rise / spread if spread > 1e-3 and rise > 0 else 0.0
        return round(mean_y + slope * (items - mean_x))


KINDS: dict[str, Callable[..., Any]] = {'plain': Plain, 'robust': StageCost}


class Runs:
    """Lognormal run times."""

    def __init__(self, seed: int, spread: float) -> None:
        self._random = random.Random(seed)
        self._sigma = math.sqrt(math.log1p(spread * spread))

    def next_ns(self, mean_ns: float) -> int:
        """Return how long the next run takes."""
        sigma = self._sigma
        return round(mean_ns * math.exp(self._random.gauss(-sigma * sigma / 2, sigma)))


def follow(make: Callable[..., Any], case: str, factor: float, spread: float, seed: int) -> Any:
    """Return the errors after each of the jobs after the change, and that of their mean."""
    runs = Runs(seed, spread)
    if case == 'given':
        cost = make(TRUTH_NS, source='profile')
    else:
        cost = make()
        for _ in range(BEFORE):
            cost.observe(runs.next_ns(TRUTH_NS), 1)
    truth_ns, errors, seen = TRUTH_NS * factor, [], []
    for _ in range(AFTER):
        seen.append(runs.next_ns(truth_ns))
        cost.observe(seen[-1], 1)
        errors.append(abs(cost.expected_ns(1) / truth_ns - 1))
    return errors, abs(statistics.mean(seen[:WANTED]) / truth_ns - 1)


def measure(case: str, factor: float, spread: float) -> dict[str, Any]:
    """Return what every kind of cost makes of a change."""
    found: dict[str, Any] = {'case': case, 'factor': factor, 'spread': spread}
    for name, make in KINDS.items():
        followed = [follow(make, case, factor, spread, seed) for seed in range(SEEDS)]
        jobs = [
            max((n + 1 for n, error in enumerate(errors, 1) if error > ENOUGH), default=1)
            for errors, _ in followed
        ]
        then = [errors[WANTED - 1] for errors, _ in followed]
        found[name] = {
            'jobs': statistics.median(jobs),
            'error_after_20': statistics.median(then),
            'within_after_20': sum(error <= ENOUGH for error in then) / SEEDS,
        }
    found['ideal_within_after_20'] = sum(ideal <= ENOUGH for _, ideal in followed) / SEEDS
    return found


def outlier(make: Callable[..., Any], spread: float) -> dict[str, float]:
    """Return by how much a single run of ten times the length changes a cost, at most."""
    at_once, after = [], []
    for seed in range(SEEDS):
        runs, twin, cost = Runs(seed, spread), make(), make()
        for _ in range(BEFORE):
            for one, taken_ns in zip((twin, cost), [runs.next_ns(TRUTH_NS)] * 2):
                one.observe(taken_ns, 1)
        cost.observe(10 * TRUTH_NS, 1)
        at_once.append(abs(cost.expected_ns(1) / twin.expected_ns(1) - 1))
        taken_ns = runs.next_ns(TRUTH_NS)
        twin.observe(taken_ns, 1)
        cost.observe(taken_ns, 1)
        after.append(abs(cost.expected_ns(1) / twin.expected_ns(1) - 1))
    return {'at_once': max(at_once), 'a_run_later': max(after)}


def observe_ns() -> float:
    """Return what taking in a run costs, in nanoseconds."""
    runs = Runs(1, 0.1)
    taken = [runs.next_ns(TRUTH_NS) for _ in range(1000)]

    def loop() -> None:
        cost = StageCost(TRUTH_NS, source='profile')
        for latency_ns in taken:
            cost.observe(latency_ns, 1)

    return min(timeit.repeat(loop, number=10, repeat=20)) / 10 / len(taken) * 1e9


def main() -> None:
    """Print tables, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    changes = [
        measure(case, factor, spread)
        for case in ('learned', 'given')
        for factor in FACTORS
        for spread in SPREADS
    ]
    outliers = {
        name: {spread: outlier(make, spread) for spread in SPREADS} for name, make in KINDS.items()
    }
    if options.json:
        found = {'changes': changes, 'outliers': outliers, 'observe_ns': observe_ns()}
        print(json.dumps(found, indent=2))
        return
    print(f'{"":26}{"jobs to 5 %":>18}{"error after 20":>18}{"within 5 % then":>26}')
    print(f'{"case":9}{"factor":>8}{"spread":>8} ' + f'{"plain":>9}{"robust":>9}' * 3, '   ideal')
    for one in changes:
        plain, robust = one['plain'], one['robust']
        print(
            f'{one["case"]:9}{one["factor"]:8.2f}{one["spread"]:8.2f} '
            f'{plain["jobs"]:9.0f}{robust["jobs"]:9.0f}'
            f'{plain["error_after_20"]:9.1%}{robust["error_after_20"]:9.1%}'
            f'{plain["within_after_20"]:9.0%}{robust["within_after_20"]:9.0%}'
            f'{one["ideal_within_after_20"]:9.0%}'
        )
    for name, by_spread in outliers.items():
        for spread, moved in by_spread.items():
            print(
                f'one run of 10x, spread {spread:4.2f}, {name}: cost moves by at most '
                f'{moved["at_once"]:.1%}, a run later {moved["a_run_later"]:.1%}'
            )
    print(f'taking in a run: {observe_ns():.0f} ns')


if __name__ == '__main__':
    main()
