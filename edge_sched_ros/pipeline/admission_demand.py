# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From what the dispatcher knows to what the model of admission asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edge_sched_ros.capacity.admission_tasks import Order
from edge_sched_ros.capacity.admission_tasks import StageDemand
from edge_sched_ros.capacity.admission_tasks import TaskDemand
from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.core.units import AVAILABLE

_NS_PER_MS = 1e6
#: a normal distribution's standard deviation over its mean deviation
_CV_PER_DEVIATION = 1.2533
_MOST_CV = 1.0
#: policies that serve the older frame first; the others are taken as earliest deadline first
_BY_AGE = ('fcfs', 'round_robin')
#: answers from which a cascade's fan-out can be told
_ENOUGH = 10


@dataclass(frozen=True, slots=True)
class Known:
    """
    What is known at a moment.

    :param costs: (task, variant) -> its stages; absent while one of them is unknown
    :param slots: unit that can be used -> stages at a time
    :param fan_out: cascade -> share of the answers before it that activate it
    :param cpus: what a quota leaves all CPU units together; ``None`` for none
    """

    tasks: dict[str, TaskSpec]
    costs: dict[tuple[str, str], tuple[StageDemand, ...]]
    slots: dict[str, int]
    fan_out: dict[str, float]
    order: Order
    cpus: float | None = None


def look(dispatcher: LowLevelDispatcher, _now_ns: int = 0) -> Known:
    """Return what a dispatcher knows; call it while nothing else handles events."""
    slots = {
        name: state.slots for name, state in dispatcher.units.items() if state.state == AVAILABLE
    }
    costs = {}
    for name, spec in dispatcher.tasks.items():
        for variant in spec.all_variants or spec.variants:
            stages = _stages(dispatcher, name, variant)
            if all(stage is not None for stage in stages):
                costs[name, variant.name] = tuple(stage for stage in stages if stage is not None)
    fan_out = {name: _fan_out(dispatcher, spec) for name, spec in dispatcher.tasks.items()}
    plain = dispatcher.policy_name.partition('+')[0]
    order: Order = 'fcfs' if plain in _BY_AGE else 'edf'
    return Known(dict(dispatcher.tasks), costs, slots, fan_out, order)


def _stages(
    dispatcher: LowLevelDispatcher, task: str, variant: VariantSpec
) -> list[StageDemand | None]:
    return [_stage(dispatcher, task, variant.name, stage) for stage in variant.stages]


def _stage(
    dispatcher: LowLevelDispatcher, task: str, variant: str, stage: StageSpec
) -> StageDemand | None:
    known = dispatcher.profiles.on_units(task, variant, stage.name)
    times, cvs = [], []
    for unit in stage.units:
        state, cost = dispatcher.units[unit], known.get(unit)
        if state.state == AVAILABLE and cost is not None and cost.known:
            times.append((unit, max(1e-6, cost.mean_ns / _NS_PER_MS / state.speed)))
            cvs.append(min(_MOST_CV, cost.deviation * _CV_PER_DEVIATION))
    return StageDemand(tuple(times), max(cvs)) if times else None


def _fan_out(dispatcher: LowLevelDispatcher, spec: TaskSpec) -> float:
    """Return the share of the answers of the task before that bring a cascade something."""
    if not spec.needs_items:
        return 1.0
    before = dispatcher.ledger.tasks[spec.after]
    answers = before.on_time + before.late
    if answers < _ENOUGH:
        return 1.0
    released = dispatcher.ledger.tasks[spec.name].released * spec.every_n
    return min(1.0, max(released, 1) / answers)


def demands(
    known: Known,
    tasks: Mapping[str, TaskSpec],
    seen_hz: Mapping[str, float],
    variants: Mapping[str, str] | None = None,
) -> tuple[list[TaskDemand], dict[str, str]]:
    """
    Return what tasks ask for, and of those of which that is not known, why.

    The rate of a stream is the greater of the one seen and the one its tasks declare.

    :param tasks: with the settings in question
    :param seen_hz: stream -> messages a second
    :param variants: task -> the one it runs, where not its first
    """
    found: dict[str, TaskDemand] = {}
    unknown: dict[str, str] = {}
    rates = _stream_rates(tasks, seen_hz)
    for name in _parents_first(tasks):
        spec = tasks[name]
        if not spec.enabled or _is_off(spec, tasks):
            continue
        variant = (variants or {}).get(name, spec.variants[0].name)
        stages = known.costs.get((name, variant))
        before = found.get(spec.after)
        stream_hz = rates.get(spec.stream, 0.0)
        rate = stream_hz / spec.every_n
        share = 1.0
        if spec.after and before is not None:
            share = known.fan_out[name] / spec.every_n
            rate = before.rate_per_s * share
        if stages is None:
            unknown[name] = 'what it takes is not known yet'
        elif spec.after and before is None:
            unknown[name] = f'nothing is known of {spec.after}'
        elif rate <= 0:
            unknown[name] = 'how often it runs is not known (no frames yet, no period_ms)'
        else:
            found[name] = TaskDemand(
                name, rate, stages, spec.deadline_ns / _NS_PER_MS, spec.priority, spec.after,
                share, spec.max_in_flight, spec.stream, 1 if spec.after else spec.every_n,
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


def _parents_first(tasks: Mapping[str, TaskSpec]) -> list[str]:
    return sorted(tasks, key=lambda name: _depth(tasks[name], tasks))


def _depth(spec: TaskSpec, tasks: Mapping[str, TaskSpec]) -> int:
    return 1 + _depth(tasks[spec.after], tasks) if spec.after else 0


def _is_off(spec: TaskSpec, tasks: Mapping[str, TaskSpec]) -> bool:
    """Whether a task that it comes after is disabled."""
    while spec.after:
        spec = tasks[spec.after]
        if not spec.enabled:
            return True
    return False
