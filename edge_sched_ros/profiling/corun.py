# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How much longer stages take while another unit is busy."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace

from edge_sched_ros.profiling.bench import Bench
from edge_sched_ros.profiling.repeat import Limits
from edge_sched_ros.profiling.repeat import repeat
from edge_sched_ros.profiling.statistics import Summary
from edge_sched_ros.profiling.target import Target
from edge_sched_ros.system.measurement import Pair

#: number of runs to find the longest stage
_FEW_RUNS = 5


@dataclass(frozen=True, slots=True)
class Load:
    """A network on a unit."""

    target: Target
    unit: str

    @property
    def units(self) -> set[str]:
        """Every unit used by its jobs."""
        return {local.unit.name for _, local in self.target.route(self.unit)}

    def beside(self, other: Load) -> tuple[str, str, str, str]:
        """Return the form of this load in a profile's pair."""
        return self.unit, self.target.network, other.unit, other.target.network


def plan_pairs(targets: Sequence[Target], most: int) -> list[tuple[Load, Load]]:
    """
    Return the pairs to measure: at most this many, with each pair of units equally often.

    :param targets: targets; one variant of each network is enough
    """
    loads = [Load(target, local.unit.name) for target in targets for local in target.all_units]
    by_units: dict[tuple[str, str], list[tuple[Load, Load]]] = {}
    for one, other in itertools.product(loads, loads):
        # a load that needs the other's unit for some stage would wait for it, and a stateful
        # program runs one job at a time
        alike = one.target.program is other.target.program and one.target.program.stateful
        if not one.units & other.units and not alike:
            by_units.setdefault((one.unit, other.unit), []).append((one, other))
    turns = itertools.zip_longest(*by_units.values())
    found = [pair for turn in turns for pair in turn if pair is not None]
    return found[:most]


def measure_pair(
    bench: Bench,
    one: Load,
    other: Load,
    limits: Limits,
    *,
    progress: Callable[[float], None] = lambda _share: None,
) -> Pair:
    """
    Measure the longest stage of a network alone, then while another unit is busy.

    :raises ConfigError: when a stage fails
    """
    for target in (one.target, other.target):
        target.begin()
    stage = _longest_stage(bench, one)
    route = one.target.route(one.unit)

    def sample() -> dict[str, float]:
        times = bench.run(one.target, route)
        return {stage: sum(t.ms for t in times if (t.stage, t.unit) == (stage, one.unit))}

    # both halves within the time limit
    half = replace(limits, max_s=limits.max_s / 2)

    def median(offset: float) -> Summary:
        done = repeat(
            sample,
            half,
            clock_ns=bench.clock_ns,
            progress=lambda share: progress(offset + share / 2),
        )
        return done.summaries[stage]

    try:
        alone = median(0.0)
        with bench.busy(other.target, other.target.route(other.unit)):
            beside = median(0.5)
    finally:
        for target in (one.target, other.target):
            target.program.reset()
    return Pair(
        unit=one.unit,
        network=one.target.name,
        stage=stage,
        other_unit=other.unit,
        other_network=other.target.name,
        alone_ms=round(alone.p50_ms, 6),
        beside_ms=round(beside.p50_ms, 6),
        runs=beside.runs,
    )


def _longest_stage(bench: Bench, load: Load) -> str:
    """Return the longest stage on a load's unit, by a few runs."""
    route = load.target.route(load.unit)
    shortest_ms: dict[str, float] = {}
    for _ in range(_FEW_RUNS):
        for time in bench.run(load.target, route):
            if time.unit == load.unit:
                shortest_ms[time.stage] = min(time.ms, shortest_ms.get(time.stage, time.ms))
    return max(shortest_ms, key=lambda name: shortest_ms[name])


def slowdowns(pairs: Sequence[Pair]) -> dict[str, dict[str, float]]:
    """Return unit -> other busy unit -> median factor over the pairs, at least 1."""
    ratios: dict[str, dict[str, list[float]]] = {}
    for pair in pairs:
        if pair.alone_ms > 0:
            row = ratios.setdefault(pair.unit, {})
            row.setdefault(pair.other_unit, []).append(pair.beside_ms / pair.alone_ms)
    return {
        unit: {
            other: round(min(1e3, max(1.0, statistics.median(values))), 4)
            for other, values in row.items()
        }
        for unit, row in ratios.items()
    }
