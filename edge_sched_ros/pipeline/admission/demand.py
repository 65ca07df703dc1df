# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Translates the dispatcher's state into the input of the admission model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edge_sched_ros.capacity.admission_tasks import Order
from edge_sched_ros.capacity.admission_tasks import StageDemand
from edge_sched_ros.capacity.admission_tasks import TaskDemand
from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.tasks import NS_PER_MS
from edge_sched_ros.core.tasks import parents_first
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.system.learned import available_units
from edge_sched_ros.system.learned import costs_on
from edge_sched_ros.system.learned import share_activated
from edge_sched_ros.system.learned import spread

#: policies that serve the oldest frame first; others are modelled as earliest deadline first
_BY_AGE = ('fcfs', 'round_robin')
#: minimum of a time
_LEAST_MS = 1e-6


@dataclass(frozen=True, slots=True)
class Known:
    """
    What the dispatcher knows at one moment.

    :param costs: (task, variant) -> its stages; absent while one of them is unknown
    :param slots: unit that can be used -> stages at a time
    :param fan_out: cascade -> share of the results before it that activate it
    :param cpus: CPUs that a quota allows for all CPU units together; ``None`` without quota
    """

    tasks: dict[str, TaskSpec]
    costs: dict[tuple[str, str], tuple[StageDemand, ...]]
    slots: dict[str, int]
    fan_out: dict[str, float]
    order: Order
    cpus: float | None = None


def look(dispatcher: LowLevelDispatcher, _now_ns: int = 0) -> Known:
    """Return what a dispatcher knows; call it while nothing else handles events."""
    slots = {name: dispatcher.units[name].slots for name in available_units(dispatcher)}
    costs = {}
    for name, spec in dispatcher.tasks.items():
        for variant in spec.all_variants or spec.variants:
            stages = [_stage(dispatcher, name, variant, stage, slots) for stage in variant.stages]
            if all(stage is not None for stage in stages):
                costs[name, variant.name] = tuple(stage for stage in stages if stage is not None)
    fan_out = {name: share_activated(dispatcher, spec) for name, spec in dispatcher.tasks.items()}
    plain = dispatcher.policy_name.partition('+')[0]
    order: Order = 'fcfs' if plain in _BY_AGE else 'edf'
    return Known(dict(dispatcher.tasks), costs, slots, fan_out, order)


def _stage(
    dispatcher: LowLevelDispatcher,
    task: str,
    variant: VariantSpec,
    stage: StageSpec,
    units: Mapping[str, int],
) -> StageDemand | None:
    times, deviation = [], 0.0
    for unit, cost in costs_on(dispatcher, task, variant.name, stage, units):
        time_ms = cost.mean_ns / NS_PER_MS / dispatcher.units[unit].speed
        times.append((unit, time_ms if time_ms > _LEAST_MS else _LEAST_MS))
        deviation = cost.deviation if cost.deviation > deviation else deviation
    return StageDemand(tuple(times), spread(deviation)) if times else None


def demands(
    known: Known,
    tasks: Mapping[str, TaskSpec],
    seen_hz: Mapping[str, float],
    variants: Mapping[str, str] | None = None,
) -> tuple[list[TaskDemand], dict[str, str]]:
    """
    Return the demand of each task, and for tasks with unknown demand, why.

    The rate of a stream is the greater of the measured and the declared one.

    :param tasks: with the settings to check
    :param seen_hz: stream -> messages a second
    :param variants: task -> the variant it runs, if not its first
    """
    found: dict[str, TaskDemand] = {}
    unknown: dict[str, str] = {}
    rates = _stream_rates(tasks, seen_hz)
    for name in parents_first(tasks):
        spec = tasks[name]
        if not spec.enabled or _is_off(spec, tasks):
            continue
        variant = (variants or {}).get(name, spec.variants[0].name)
        stages = known.costs.get((name, variant))
        before = [found[one] for one in spec.before if one in found]
        stream_hz = rates.get(spec.stream, 0.0)
        rate = stream_hz / spec.every_n
        share = 1.0
        if before:
            # a join has no more frames than the rarest task before it
            rate = min(one.rate_per_s for one in before) * known.fan_out[name] / spec.every_n
            share = rate / before[0].rate_per_s
        if stages is None:
            unknown[name] = 'its cost is not known yet'
        elif len(before) < len(spec.before):
            missing = next(one for one in spec.before if one not in found)
            unknown[name] = f'the demand of {missing} is not known'
        elif rate <= 0:
            unknown[name] = 'its rate is not known (no frames yet, no period_ms)'
        else:
            found[name] = TaskDemand(
                name, rate, stages, spec.deadline_ns / NS_PER_MS, spec.priority, spec.after,
                share, spec.max_in_flight, spec.stream, 1 if spec.after else spec.every_n,
                spec.joined_with,
            )  # fmt: skip
    return [found[name] for name in tasks if name in found], unknown


def _stream_rates(tasks: Mapping[str, TaskSpec], seen_hz: Mapping[str, float]) -> dict[str, float]:
    rates: dict[str, float] = {}
    for spec in tasks.values():
        if spec.stream:
            declared = 1e9 / spec.period_ns if spec.period_ns else 0.0
            seen = seen_hz.get(spec.stream, 0.0)
            rates[spec.stream] = max(rates.get(spec.stream, 0.0), declared, seen)
    return rates


def _is_off(spec: TaskSpec, tasks: Mapping[str, TaskSpec]) -> bool:
    """Whether a task on a way to it is disabled."""
    return any(not tasks[one].enabled or _is_off(tasks[one], tasks) for one in spec.before)
