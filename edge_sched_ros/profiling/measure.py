# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Measures all stages of a network on one unit."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass

from edge_sched_ros.profiling.bench import Bench
from edge_sched_ros.profiling.energy_meter import EnergyMeter
from edge_sched_ros.profiling.repeat import Limits
from edge_sched_ros.profiling.repeat import repeat
from edge_sched_ros.profiling.statistics import Summary
from edge_sched_ros.profiling.target import Target
from edge_sched_ros.system.costs import Cost
from edge_sched_ros.system.costs import Measurement

#: source of the numbers
SOURCE = 'edge-sched profile'
#: confidence of times measured on this computer: the highest
_CONFIDENCE = 'A'


@dataclass(frozen=True, slots=True)
class OnUnit:
    """
    The measurements of a network on a unit.

    :param stages: stages that the unit can run, by name
    :param sure: whether every median has the required precision
    """

    stages: Mapping[str, Cost]
    sure: bool


def measure(
    bench: Bench,
    target: Target,
    unit: str,
    limits: Limits,
    *,
    meter: EnergyMeter | None = None,
    memory_mib: Mapping[str, float] | None = None,
    progress: Callable[[float], None] = lambda _share: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> OnUnit:
    """
    Measure every stage of a network that a unit can run; other units run the rest.

    :param meter: reads the power during the measurement
    :param memory_mib: memory of the network, or of its segments, there by stage
    :param should_stop: ends it after the run in progress; earlier runs count
    :raises ConfigError: when a stage fails
    """
    route = target.route(unit)
    sizes = (1,) if target.most_items == 1 else (1, target.most_items)

    def sample() -> dict[tuple[str, int], float]:
        found: dict[tuple[str, int], float] = {}
        for items in sizes:
            times = bench.run(target, route, items=items)
            found |= {(time.stage, items): time.ms for time in times if time.unit == unit}
            if meter is not None:
                meter.note(bench.clock_ns(), [(time.unit, time.ms) for time in times])
        return found

    target.begin()
    if meter is not None:
        meter.begin(bench.clock_ns())
    try:
        done = repeat(
            sample, limits, clock_ns=bench.clock_ns, progress=progress, should_stop=should_stop
        )
    finally:
        target.program.reset()
    if meter is not None:
        meter.end(bench.clock_ns())
    costs = {}
    for stage, items in done.summaries:
        if items == 1:
            costs[stage] = _cost(
                done.summaries[(stage, 1)],
                done.summaries.get((stage, target.most_items)),
                target.most_items,
                memory_mib=(memory_mib or {}).get(stage),
                meter=meter,
                unit=unit,
            )
    return OnUnit(costs, done.sure)


def _cost(
    one: Summary,
    many: Summary | None,
    items: int,
    *,
    memory_mib: float | None,
    meter: EnergyMeter | None,
    unit: str,
) -> Cost:
    per_item_ms = None
    if many is not None and items > 1:
        per_item_ms = _round(max(0.0, many.p50_ms - one.p50_ms) / (items - 1))
    power_mw = None if meter is None else meter.power_mw(unit)
    return Cost(
        latency_ms=_round(one.p50_ms),
        per_item_ms=per_item_ms,
        memory_mib=round(memory_mib or 0.0, 2),
        energy_mj=None if power_mw is None else _round(power_mw * one.mean_ms / 1e3),
        measured=Measurement(
            p95_ms=_round(one.p95_ms),
            p99_ms=_round(one.p99_ms),
            mean_ms=_round(one.mean_ms),
            half_width_ms=_round(one.half_width_ms),
            level=round(one.confidence, 4),
            runs=one.runs,
            energy_source='' if power_mw is None or meter is None else meter.source(unit),
        ),
        source=SOURCE,
        confidence=_CONFIDENCE,
    )


def _round(value: float) -> float:
    """Return a number rounded to a nanosecond."""
    return round(value, 6)
