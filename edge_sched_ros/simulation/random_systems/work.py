# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tasks and networks drawn at random, in relative times."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.simulation.random_systems.device import RandomUnit
from edge_sched_ros.simulation.random_systems.dice import Dice

_MOST_TASKS, _MOST_STAGES = 12, 6
#: frames of sensors a second
_RATES = (2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 30.0, 45.0, 60.0)
_ARRIVALS = ('periodic',) * 6 + ('sporadic', 'poisson', 'bursty', 'bursty')
#: share of tasks after another, deepest cascade
_CASCADES, _DEEPEST = 0.25, 3
_VARIANTS = 0.25
#: how far profiles are off, by system: right, all runs longer, or either way by stage and unit
_PROFILES = ('right', 'right', 'longer', 'mixed')
_OFF = (1.2, 1.5)


def random_tasks(dice: Dice) -> dict[str, dict[str, Any]]:
    """Return 2 to 12 tasks; deadlines are relative to the period of the first task before."""
    tasks: dict[str, dict[str, Any]] = {}
    depths: dict[str, int] = {}
    for index in range(dice.whole(2, _MOST_TASKS)):
        name = f't{index}'
        able = [other for other, depth in depths.items() if depth < _DEEPEST]
        task: dict[str, Any] = {'network': f'n{index}'}
        if able and dice.chance(_CASCADES):
            before = dice.pick(able)
            depths[name] = depths[before] + 1
            task |= {'after': before, 'probability': round(dice.between(0.3, 1.0), 3)}
            if dice.chance(0.5):
                task['fan_out'] = [1, dice.whole(2, 4)]
        else:
            depths[name] = 1
            task |= _trigger(dice)
        if dice.chance(0.3):
            task['queue_depth'] = dice.whole(2, 3)
        if dice.chance(0.25):
            task['max_in_flight'] = 2
        if dice.chance(0.1):
            task['priority'] = 1
        tasks[name] = task
    return tasks


def _trigger(dice: Dice) -> dict[str, Any]:
    period_ms = round(1e3 / dice.pick(_RATES), 3)
    found: dict[str, Any] = {'period_ms': period_ms, 'arrivals': dice.pick(_ARRIVALS)}
    if found['arrivals'] == 'periodic' and dice.chance(0.5):
        found['jitter_ms'] = round(period_ms * dice.between(0.0, 0.3), 3)
    return found


def random_network(
    dice: Dice, units: tuple[RandomUnit, ...], work_ms: float, profiles: str
) -> dict[str, Any]:
    """
    Return a network of 1 to 6 stages, in a quarter of cases with a lighter variant.

    :param work_ms: its time on a usual GPU
    :param profiles: how far they are off, one of ``right``, ``longer`` and ``mixed``
    """
    parts = [dice.scale(0.3, 3.0) for _ in range(dice.whole(1, _MOST_STAGES))]
    # the networks that a kind of unit likes; the first unit can run everything
    likes = {unit.kind: dice.scale(0.6, 1.7) for unit in units}
    able = {unit.name for unit in units[1:] if dice.chance(0.8)} | {units[0].name}
    stages = []
    for number, part in enumerate(parts):
        costs = {}
        for unit in units:
            if unit is not units[0] and (unit.name not in able or dice.chance(0.1)):
                continue
            ms = work_ms * part / sum(parts) * unit.slowness * likes[unit.kind]
            costs[unit.name] = _cost(dice, ms, unit, profiles)
        stages.append({'name': f's{number}', 'cost': costs})
    if not dice.chance(_VARIANTS):
        return {'stages': stages}
    lighter = _lighter(stages, dice.between(0.4, 0.7))
    accuracy = round(dice.between(0.85, 0.97), 3)
    return {
        'variants': {
            'full': {'stages': stages},
            'light': {'stages': lighter, 'accuracy': accuracy},
        }
    }


def _cost(dice: Dice, ms: float, unit: RandomUnit, profiles: str) -> dict[str, Any]:
    cost: dict[str, Any] = {'latency_ms': ms, 'per_item_ms': ms * dice.between(0.1, 0.6)}
    if unit.active_mw:
        cost['energy_mj'] = unit.active_mw * ms / 1e3
    if profiles == 'longer' or (profiles == 'mixed' and dice.chance(0.5)):
        cost['profile_factor'] = 1 / dice.between(*_OFF)
    elif profiles == 'mixed':
        cost['profile_factor'] = dice.between(*_OFF)
    return cost


def _lighter(stages: list[dict[str, Any]], factor: float) -> list[dict[str, Any]]:
    kept = ('latency_ms', 'per_item_ms', 'energy_mj')
    return [
        {
            'name': stage['name'],
            'cost': {
                unit: {key: value * (factor if key in kept else 1) for key, value in cost.items()}
                for unit, cost in stage['cost'].items()
            },
        }
        for stage in stages
    ]


def random_profiles(dice: Dice) -> str:
    """Return how far the profiles of a system are off."""
    return dice.pick(_PROFILES)
