# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Costs learned by a dispatcher, for models and in the form of a system file."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
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
#: values of a cost that its parts divide
_DIVIDED = ('latency_ms', 'per_item_ms', 'energy_mj')
#: task, variant, stage, unit -> part -> its share of the stage's time; empty for no parts
Shares = Callable[[str, str, str, str], Mapping[str, float]]
#: minimum number of results for the activation rate of a cascade
ENOUGH = 10
#: prefixes of the core's sources of learned costs: from this unit, or from an equal one
_SHOWN = ('observed', 'like ')
_NOT_IN_NAMES = re.compile(r'[^A-Za-z0-9_.-]+')


def available_units(dispatcher: LowLevelDispatcher) -> list[str]:
    """Return the usable units."""
    return [name for name, state in dispatcher.units.items() if state.state == AVAILABLE]


def costs_on(
    dispatcher: LowLevelDispatcher,
    task: str,
    variant: str,
    stage: StageSpec,
    units: Collection[str],
) -> list[tuple[str, StageCost]]:
    """
    Return the units that can run a stage and have a known cost, the preferred first.

    :param units: the units to consider
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
    """Return the number of results of the task before a cascade, the least of a join's."""
    before = [dispatcher.ledger.tasks[name] for name in spec.before]
    return min(account.on_time + account.late for account in before)


def share_activated(dispatcher: LowLevelDispatcher, spec: TaskSpec) -> float:
    """Return the share of results of the previous task that activate a cascade."""
    if not spec.needs_items:
        return 1.0
    answers = answers_before(dispatcher, spec)
    if answers < ENOUGH:
        return 1.0
    released = dispatcher.ledger.tasks[spec.name].released * spec.every_n
    return min(1.0, max(released, 1) / answers)


def units_data(dispatcher: LowLevelDispatcher, units: Iterable[str]) -> dict[str, Any]:
    """Return units in the form of a system file, at full speed."""
    states = {name: dispatcher.units[name] for name in units}
    return {name: {'kind': one.unit.kind, 'slots': one.slots} for name, one in states.items()}


def speeds_now(dispatcher: LowLevelDispatcher, units: Iterable[str]) -> dict[str, float]:
    """Return the units that are not at full speed, with their speeds."""
    speeds = {name: dispatcher.units[name].speed for name in units}
    return {name: speed for name, speed in speeds.items() if speed != 1}


def transitions_data(
    dispatcher: LowLevelDispatcher, units: Collection[str]
) -> list[dict[str, Any]]:
    """Return the transfer times between units in the form of a system file."""
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
    shares: Shares | None = None,
) -> dict[str, Any]:
    """
    Return variants of a task's network in the form of a system file, with the known costs.

    A unit without a known cost of a stage counts as unable to run it. A variant with a stage
    without any known cost is left out; the result may be empty.

    :param shares: says how stages that run as one divide into parts, which become the stages; as
        they run by default
    """
    found = {}
    for variant in variants:
        stages = []
        for stage in variant.stages:
            costs = costs_on(dispatcher, task, variant.name, stage, units)
            divided = {}
            if shares is not None:
                divided = {unit: shares(task, variant.name, stage.name, unit) for unit, _ in costs}
            stages += _stages(stage, costs, divided)
        if all(stage['cost'] for stage in stages):
            name = plain_name(variant.name)
            found[name] = {'accuracy': variant.accuracy, 'stages': stages}
    return {'variants': found} if found else {}


def tolerance_left(spec: TaskSpec, variants: Mapping[str, Any]) -> float | None:
    """
    Return a task's tolerance as a share of the accuracy of the first variant that is written.

    Where the task's own first variant is left out, as its cost is not known, the same accuracy
    remains the least. There is none for a single variant, and for a first one below that least.

    :param variants: those that are written, by name, as of :func:`network_data`
    """
    if spec.tolerance is None or len(variants) < 2:
        return None
    first = next(iter(variants.values()))['accuracy']
    if first == spec.variants[0].accuracy:
        return spec.tolerance
    least: float = spec.variants[0].accuracy * (1 - spec.tolerance)
    return round(1 - least / first, 6) if first >= least > 0 else None


def _stages(
    stage: StageSpec,
    costs: Sequence[tuple[str, StageCost]],
    divided: Mapping[str, Mapping[str, float]],
) -> list[dict[str, Any]]:
    """
    Return a stage, or its parts.

    :param divided: unit -> part -> share of the time; nothing for a stage without parts
    """
    if not all(divided.get(unit) for unit, _ in costs) or not costs:
        return [_stage(stage, costs)]
    parts: dict[str, dict[str, Any]] = {}
    for unit, cost in costs:
        whole, shares = _cost(cost), divided[unit]
        longest = max(shares, key=lambda part: shares[part])
        for part, share in shares.items():
            one = parts.setdefault(part, {'name': plain_name(part), 'cost': {}})
            one['cost'][unit] = _part_cost(whole, share, stage.name, longest == part)
    return list(parts.values())


def _part_cost(whole: dict[str, Any], share: float, stage: str, longest: bool) -> dict[str, Any]:
    """Return the cost of a part; the memory is that of the longest, as its network's is most."""
    scaled = {key: whole[key] * share for key in _DIVIDED if key in whole}
    kept = {key: value for key, value in whole.items() if longest or key != 'memory_mib'}
    note = ', '.join(filter(None, (f'part of {stage}', str(whole.get('note', '')))))
    return {**kept, **scaled, 'note': note}


def plain_name(text: str) -> str:
    """Return a name converted to one that system files allow."""
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
    """Return a cost at full speed; unknown values are left out."""
    one_ns = cost.expected_ns(1)
    # costs from profiles have no deviation before a run
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
