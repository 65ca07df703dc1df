# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Costs of a whole network on one unit: the sum over the stages of its first variant."""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Sequence
from functools import partial
from typing import Protocol

from edge_sched_ros.system.cost_lookup import check_cost_keys
from edge_sched_ros.system.cost_lookup import check_misplaced
from edge_sched_ros.system.cost_lookup import cost_for
from edge_sched_ros.system.costs import Cost
from edge_sched_ros.system.costs import CostByUnit
from edge_sched_ros.system.device import Device
from edge_sched_ros.system.roofline import check_demand
from edge_sched_ros.system.roofline import check_size
from edge_sched_ros.system.stage import Stage
from edge_sched_ros.system.stage_costs import at_speed
from edge_sched_ros.system.stage_costs import cost_on
from edge_sched_ros.system.stage_costs import stages_on
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.unit import Unit


class _MayRun(Protocol):
    """A stage that may not run for every job."""

    @property
    def chance(self) -> float:
        """Return the probability that a job that reaches it needs it."""

    @property
    def exit_chance(self) -> float:
        """Return the probability that the result is known after it."""


def network_cost(name: str, unit_name: str, device: Device, system: SystemFile) -> Cost | None:
    """
    Return the cost of one run of a network on a unit at its speed, ``None`` if it cannot run.

    Memory of the stages is summed; times and swaps are weighted by the probability of a stage.

    :param name: a key of the system's networks or costs
    :raises ConfigError: for a stage with an unknown ``library``
    """
    unit = device.units[unit_name]
    if name not in system.networks:
        cost = cost_for(system.costs[name], unit_name, unit)
        if cost is None:
            return None
        cost = at_speed(cost, unit)
        where = partial(system.at, 'costs', name)
        check_size(cost, unit_name, where)
        check_demand(cost, unit_name, device.bandwidth_gbps, where)
        return _with_spread(cost, device)
    variant = system.networks[name].first
    if variant.layers:
        if unit.array is None:
            return None
        at = system.variant_at(name)
        stages = stages_on(variant, device, system.costs, at, system.name)
        costs = [_with_spread(stage.on[unit_name], device) for stage in stages]
        return _checked(_total(costs, stages), unit_name, partial(at, 'layers'))
    found = []
    for index in range(len(variant.stages)):
        cost = _stage_cost(name, index, unit_name, unit, system, device.bandwidth_gbps)
        if cost is None:
            return None
        found.append(_with_spread(cost, device))
    return _checked(_total(found, variant.stages), unit_name, system.variant_at(name))


def cost_by_unit(name: str, system: SystemFile) -> CostByUnit:
    """
    Return a network's cost by name of units, for units with a cost of all of its stages.

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
        costs = [_stage_cost(name, index, word, unit, system) for index in range(len(stages))]
        known = [cost for cost in costs if cost is not None]
        if len(known) == len(costs):
            found[word] = _checked(_total(known, stages), word, system.variant_at(name))
    return found


def check_system_costs(system: SystemFile) -> None:
    """
    Check the units of all costs, transitions and contention, and log unused entries.

    A file named by ``costs_from`` is for many devices, so its unused entries are not logged.

    :raises ConfigError: naming a key of a cost in place of a unit, or a name in ``transitions`` or
        ``contention`` that matches no unit
    """
    named = system.named_devices()
    devices = list(named.values())
    for name, device in named.items():
        at = partial(system.at, *(('devices', name) if device is not system else ()))
        device.hand_overs_ms(at('transitions'))
        device.contention_law(at('contention'))
    if system.costs_from:
        words = {word for device in devices for word in device.unit_words}
        check_misplaced(system.costs, words, system.at('costs'))
    else:
        check_cost_keys(system.costs, devices, system.at('costs'))
    stages = {
        '.'.join(
            system.written('networks', name, 'variants', variant, 'stages', str(i), 'cost')[1:]
        ): stage.cost
        for name, network in system.networks.items()
        for variant in [next(iter(network.variants))]
        for i, stage in enumerate(network.first.stages)
    }
    check_cost_keys(stages, devices, system.at('networks'))


def _stage_cost(
    network: str,
    index: int,
    unit_name: str,
    unit: Unit,
    system: SystemFile,
    most_gbps: float = math.inf,
) -> Cost | None:
    stage = system.networks[network].first.stages[index]
    at = partial(system.variant_at(network), 'stages', str(index))
    return cost_on(stage, unit_name, unit, system.costs, at, system.name, most_gbps)


def _words(stage: Stage, system: SystemFile) -> list[str]:
    return list({**system.costs.get(stage.library, {}), **stage.cost})


def _with_spread(cost: Cost, device: Device) -> Cost:
    """Return a cost with the device's spread if it has none of its own."""
    if device.distribution == 'exponential':
        return cost.model_copy(update={'cv': 1.0})
    if cost.cv is not None or not device.latency_cv:
        return cost
    return cost.model_copy(update={'cv': device.latency_cv})


def _total(costs: Sequence[Cost], stages: Sequence[_MayRun]) -> Cost:
    """Return the cost of stages in sequence with independent times."""
    if len(costs) == 1:
        return costs[0]
    latency_ms, spread_ms = _time_ms(costs, stages)
    shares = _shares(stages)
    batched = any(cost.per_item_ms is not None for cost in costs)
    per_item_ms = sum(share * _per_item_ms(cost) for share, cost in zip(shares, costs))
    update = {
        'latency_ms': latency_ms,
        'cv': spread_ms / latency_ms if spread_ms else None,
        'per_item_ms': per_item_ms if batched else None,
        'demand_gbps': _demand_gbps(costs, shares),
        'memory_mib': sum(cost.memory_mib for cost in costs),
        'swap_ms': sum(share * cost.swap_ms for share, cost in zip(shares, costs)),
    }
    # not checked here: the caller does, with file and key
    return Cost(latency_ms=0.0).model_copy(update=update)


def _checked(cost: Cost, unit_name: str, at: Callable[..., str]) -> Cost:
    check_size(cost, unit_name, at)
    return cost


def _chances(stages: Sequence[_MayRun]) -> list[float]:
    """Return the probability that a job that reaches a stage needs it; 1 for the first one."""
    return [stage.chance if index else 1.0 for index, stage in enumerate(stages)]


def _shares(stages: Sequence[_MayRun]) -> list[float]:
    """Return the probability of each stage: it is needed, and no earlier stage gave the result."""
    shares, reach = [], 1.0
    for stage, chance in zip(stages, _chances(stages)):
        shares.append(reach * chance)
        reach *= 1 - chance * stage.exit_chance
    return shares


def _time_ms(costs: Sequence[Cost], stages: Sequence[_MayRun]) -> tuple[float, float]:
    """Return mean and standard deviation of the time of all stages together."""
    chances = _chances(stages)
    if min(chances) == 1 and not any(stage.exit_chance for stage in stages[:-1]):
        spreads = ((cost.cv or 0.0) * cost.latency_ms for cost in costs)
        return sum(cost.latency_ms for cost in costs), math.hypot(*spreads)
    # first and second moment of the time from a stage on, from the last stage to the first
    mean = second = 0.0
    for cost, stage, chance in reversed(list(zip(costs, stages, chances))):
        own, goes_on = cost.latency_ms, 1 - stage.exit_chance
        own_second = own * own * (1 + (cost.cv or 0.0) ** 2)
        if_run = own_second + goes_on * (2 * own * mean + second)
        second = chance * if_run + (1 - chance) * second
        mean = chance * (own + goes_on * mean) + (1 - chance) * mean
    return mean, math.sqrt(max(0.0, second - mean * mean))


def _demand_gbps(costs: Sequence[Cost], shares: Sequence[float]) -> float:
    """Return the mean memory traffic over all stages."""
    times_ms = [share * cost.latency_ms for share, cost in zip(shares, costs)]
    whole_ms = sum(times_ms)
    if not whole_ms:
        return 0.0
    return sum(time * cost.demand_gbps for time, cost in zip(times_ms, costs)) / whole_ms


def _per_item_ms(cost: Cost) -> float:
    return cost.latency_ms if cost.per_item_ms is None else cost.per_item_ms
