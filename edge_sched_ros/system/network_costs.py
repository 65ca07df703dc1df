# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a whole network costs on one unit: the sum over the stages of its first variant."""

from __future__ import annotations

import math
from collections.abc import Iterable
from collections.abc import Sequence

from edge_sched_ros.system.cost_lookup import check_cost_keys
from edge_sched_ros.system.cost_lookup import check_misplaced
from edge_sched_ros.system.cost_lookup import given_for
from edge_sched_ros.system.costs import Cost
from edge_sched_ros.system.costs import CostByUnit
from edge_sched_ros.system.device import Device
from edge_sched_ros.system.network import Stage
from edge_sched_ros.system.stage_costs import at_speed
from edge_sched_ros.system.stage_costs import cost_on
from edge_sched_ros.system.stage_costs import stages_on
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.unit import Unit


def network_cost(name: str, unit_name: str, device: Device, system: SystemFile) -> Cost | None:
    """
    Return what one run of a network takes on a unit at its speed, ``None`` where it cannot run.

    Times, memory and swaps of the stages add up; every stage counts, however seldom it is needed.

    :param name: a key of the system's networks or costs
    :raises ConfigError: for a stage whose ``library`` is not there
    """
    unit = device.units[unit_name]
    if name not in system.networks:
        cost = given_for(system.costs[name], unit_name, unit)
        return None if cost is None else _with_spread(at_speed(cost, unit), device)
    variant = system.networks[name].first
    if variant.layers:
        if unit.array is None:
            return None
        where = system.at('networks', name)
        stages = stages_on(variant, device, system.costs, where, system.name)
        return _total([_with_spread(stage.on[unit_name], device) for stage in stages])
    found = []
    for stage in variant.stages:
        cost = _stage_cost(name, stage, unit_name, unit, system)
        if cost is None:
            return None
        found.append(_with_spread(cost, device))
    return _total(found)


def cost_by_unit(name: str, system: SystemFile) -> CostByUnit:
    """
    Return what a network takes by what units are called, where all of its stages have a cost.

    :param name: a key of the system's networks, or of its costs
    """
    if name not in system.networks:
        return dict(system.costs[name])
    # times are given for units at speed 1
    unit = Unit()
    found: CostByUnit = {}
    stages = system.networks[name].first.stages
    words = [word for stage in stages[:1] for word in _words(stage, system)]
    for word in words:
        costs = [_stage_cost(name, stage, word, unit, system) for stage in stages]
        known = [cost for cost in costs if cost is not None]
        if len(known) == len(costs):
            found[word] = _total(known)
    return found


def check_system_costs(system: SystemFile, devices: Iterable[Device]) -> None:
    """
    Check the units of all costs, and log which no unit would use.

    Nothing is logged of a file that ``costs_from`` names: it is for many devices.

    :raises ConfigError: naming a part of a cost that stands where a unit should
    """
    devices = list(devices)
    if system.costs_from:
        words = {word for device in devices for word in device.unit_words}
        check_misplaced(system.costs, words, system.at('costs'))
    else:
        check_cost_keys(system.costs, devices, system.at('costs'))
    stages = {
        f'{name}.{stage.name}': stage.cost
        for name, network in system.networks.items()
        for stage in network.first.stages
    }
    check_cost_keys(stages, devices, system.at('networks'))


def _stage_cost(
    network: str, stage: Stage, unit_name: str, unit: Unit, system: SystemFile
) -> Cost | None:
    # a key's file takes a search: only for messages
    found = not stage.library or stage.library in system.costs
    where = '' if found else system.at('networks', network, 'stages', stage.name, 'library')
    return cost_on(stage, unit_name, unit, system.costs, where, system.name)


def _words(stage: Stage, system: SystemFile) -> list[str]:
    return list({**system.costs.get(stage.library, {}), **stage.cost})


def _with_spread(cost: Cost, device: Device) -> Cost:
    """Return a cost with the device's spread where it has none of its own."""
    if device.distribution == 'exponential':
        return cost.model_copy(update={'cv': 1.0})
    if cost.cv is not None or not device.latency_cv:
        return cost
    return cost.model_copy(update={'cv': device.latency_cv})


def _total(costs: Sequence[Cost]) -> Cost:
    """Return the cost of stages one after the other, their times independent."""
    if len(costs) == 1:
        return costs[0]
    latency_ms = sum(cost.latency_ms for cost in costs)
    spread_ms = math.hypot(*((cost.cv or 0.0) * cost.latency_ms for cost in costs))
    batched = any(cost.per_item_ms is not None for cost in costs)
    return Cost(
        latency_ms=latency_ms,
        cv=spread_ms / latency_ms if spread_ms else None,
        per_item_ms=sum(map(_per_item_ms, costs)) if batched else None,
        memory_mib=sum(cost.memory_mib for cost in costs),
        swap_ms=sum(cost.swap_ms for cost in costs),
    )


def _per_item_ms(cost: Cost) -> float:
    return cost.latency_ms if cost.per_item_ms is None else cost.per_item_ms
