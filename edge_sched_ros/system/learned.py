# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Costs that a dispatcher has learned: for models that ask, and as a system file has them."""

from __future__ import annotations

import re
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.stage_cost import StageCost
from edge_sched_ros.core.tasks import NS_PER_MS
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.core.units import AVAILABLE

#: a normal distribution's standard deviation over its mean deviation
_CV_PER_DEVIATION = 1.2533
_MOST_CV = 1.0
#: answers from which it can be told how often a cascade has something to do
ENOUGH = 10
#: how the sources begin, in the core, of costs that runs have shown: here, or on an equal unit
_SHOWN = ('observed', 'like ')
_NOT_IN_NAMES = re.compile(r'[^A-Za-z0-9_.-]+')


def available_units(dispatcher: LowLevelDispatcher) -> list[str]:
    """Return the units that can be used now."""
    return [name for name, state in dispatcher.units.items() if state.state == AVAILABLE]


def costs_on(
    dispatcher: LowLevelDispatcher,
    task: str,
    variant: str,
    stage: StageSpec,
    units: Collection[str],
) -> list[tuple[str, StageCost]]:
    """
    Return the units that can run a stage and on which its cost is known, the preferred first.

    :param units: others are left out
    """
    known = dispatcher.profiles.on_units(task, variant, stage.name)
    return [
        (unit, cost)
        for unit in stage.units
        if unit in units and (cost := known.get(unit)) is not None and cost.known
    ]


def spread(deviation: float) -> float:
    """Return the standard deviation of runs over their mean, of their mean deviation."""
    return min(_MOST_CV, deviation * _CV_PER_DEVIATION)


def answers_before(dispatcher: LowLevelDispatcher, spec: TaskSpec) -> int:
    """Return how often the task before a cascade has answered."""
    before = dispatcher.ledger.tasks[spec.after]
    return before.on_time + before.late


def share_activated(dispatcher: LowLevelDispatcher, spec: TaskSpec) -> float:
    """Return the share of the answers of the task before that bring a cascade something."""
    if not spec.needs_items:
        return 1.0
    answers = answers_before(dispatcher, spec)
    if answers < ENOUGH:
        return 1.0
    released = dispatcher.ledger.tasks[spec.name].released * spec.every_n
    return min(1.0, max(released, 1) / answers)


def parents_first(tasks: Mapping[str, TaskSpec]) -> list[str]:
    """Return names of tasks, cascades after those they come after."""

    def depth(spec: TaskSpec) -> int:
        return 1 + depth(tasks[spec.after]) if spec.after else 0

    return sorted(tasks, key=lambda name: depth(tasks[name]))


def units_data(dispatcher: LowLevelDispatcher, units: Iterable[str]) -> dict[str, Any]:
    """Return units as a system file has them, at full speed."""
    states = {name: dispatcher.units[name] for name in units}
    return {name: {'kind': one.unit.kind, 'slots': one.slots} for name, one in states.items()}


def speeds_now(dispatcher: LowLevelDispatcher, units: Iterable[str]) -> dict[str, float]:
    """Return the units that are not at full speed now, with their speeds."""
    speeds = {name: dispatcher.units[name].speed for name in units}
    return {name: speed for name, speed in speeds.items() if speed != 1}


def transitions_data(
    dispatcher: LowLevelDispatcher, units: Collection[str]
) -> list[dict[str, Any]]:
    """Return the hand-over times between units as a system file has them."""
    return [
        {'from': begin, 'to': end, 'ms': time_ns / NS_PER_MS}
        for begin in units
        for end in units
        if begin != end and (time_ns := dispatcher.profiles.transition_ns(begin, end))
    ]


def network_data(
    dispatcher: LowLevelDispatcher,
    task: str,
    variants: Iterable[VariantSpec],
    units: Collection[str],
) -> dict[str, Any]:
    """
    Return variants of a task's network as a system file has them, with the costs known now.

    A unit on which a stage's cost is not known is taken for one that cannot run it. A variant
    with a stage whose cost is known nowhere is left out; of none left the result is empty.
    """
    found = {}
    for variant in variants:
        stages = [
            _stage(stage, costs_on(dispatcher, task, variant.name, stage, units))
            for stage in variant.stages
        ]
        if all(stage['cost'] for stage in stages):
            name = plain_name(variant.name)
            found[name] = {'accuracy': variant.accuracy, 'stages': stages}
    return {'variants': found} if found else {}


def plain_name(text: str) -> str:
    """Return a name as system files allow it, of one that may have other signs."""
    plain = _NOT_IN_NAMES.sub('.', text).strip('.')
    return plain if plain[:1].isalpha() else f'n{plain}'


def task_network(network: str, task: str) -> str:
    """Return the name of a network that several tasks run, as learned for one of them."""
    return f'{plain_name(network)}.{task}'


def _stage(stage: StageSpec, costs: Iterable[tuple[str, StageCost]]) -> dict[str, Any]:
    data: dict[str, Any] = {'name': plain_name(stage.name)}
    if stage.chance < 1:
        data['chance'] = stage.chance
    if stage.exit_chance:
        data['exit_chance'] = stage.exit_chance
    return {**data, 'cost': {unit: _cost(cost) for unit, cost in costs}}


def _cost(cost: StageCost) -> dict[str, Any]:
    """Return a cost at full speed; what is not known is left out."""
    one_ns = cost.expected_ns(1)
    # costs given beforehand have no deviation before a run
    shown = cost.deviation > 0 or cost.source.startswith(_SHOWN)
    data = {
        'latency_ms': one_ns / NS_PER_MS,
        'cv': round(spread(cost.deviation), 4) or None,
        'per_item_ms': (cost.expected_ns(2) - one_ns) / NS_PER_MS or None,
        'energy_mj': cost.energy_mj,
        'demand_gbps': cost.demand or None,
        'memory_mib': cost.memory_mib,
        'source': 'learned' if shown else 'profile',
        'note': None if cost.source == _SHOWN[0] else cost.source,
    }
    return {key: value for key, value in data.items() if value is not None}
