# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Costs of every stage of a network on every unit of a device."""

from __future__ import annotations

import math
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from functools import partial

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.checks import not_there
from edge_sched_ros.system.cost_columns import ONE_STAGE
from edge_sched_ros.system.cost_lookup import check_units
from edge_sched_ros.system.cost_lookup import cost_for
from edge_sched_ros.system.cost_lookup import faster
from edge_sched_ros.system.costs import Cost
from edge_sched_ros.system.device import Device
from edge_sched_ros.system.layer_costs import layer_costs
from edge_sched_ros.system.network import ALONE
from edge_sched_ros.system.network import Network
from edge_sched_ros.system.network import Variant
from edge_sched_ros.system.roofline import check_demand
from edge_sched_ros.system.roofline import check_size
from edge_sched_ros.system.roofline import roofline_cost
from edge_sched_ros.system.roofline import with_traffic
from edge_sched_ros.system.stage import Stage
from edge_sched_ros.system.unit import Unit

Costs = Mapping[str, Mapping[str, Cost]]
#: returns where a key is, for messages; it may take a search, so only errors ask
At = Callable[..., str]


@dataclass(frozen=True, slots=True)
class StageCosts:
    """A stage and its cost on each unit that can run it, the cheapest first."""

    name: str
    chance: float
    exit_chance: float
    on: dict[str, Cost]


def network_called(
    name: str, networks: Mapping[str, Network], costs: Costs, where: str
) -> Network:
    """
    Return a network; one with only costs has one stage.

    :param where: file and key with its name, for messages
    :raises ConfigError: when there is none
    """
    if name in networks:
        return networks[name]
    if name not in costs:
        raise ConfigError(where, not_there(name, [*networks, *costs], 'network'))
    return Network(variants={ALONE: Variant(stages=(Stage(name=ONE_STAGE, library=name),))})


def stage_costs(
    variant: Variant,
    device: Device,
    costs: Costs,
    at: At,
    title: str,
    elsewhere: Collection[str] = (),
) -> list[StageCosts]:
    """
    Return the stages of a variant with their costs at the speeds of the device's units.

    :param costs: the costs that a stage's ``library`` may name
    :param at: returns where a key of the variant is, for messages
    :param title: what messages call the device
    :param elsewhere: words for units of other devices, for which there may be costs, too
    :raises ConfigError: for a stage that no unit can run, or an unknown network
    """
    found = stages_on(variant, device, costs, at, title)
    if variant.layers and not any(stage.on for stage in found):
        raise ConfigError(at('layers'), f'needs units with an array, and {title} has none')
    for index, (stage, spec) in enumerate(zip(found, variant.stages)):
        at_cost = partial(at, 'stages', str(index), 'cost')
        table = _table(spec, costs, at, title)
        check_units(table, device, at_cost, elsewhere)
        if not stage.on:
            given = ', '.join(sorted(table))
            kinds = ', '.join(sorted({unit.kind for unit in device.units.values()}))
            able = f'it has costs for {given}; units there are of kind {kinds}'
            if not table:
                able = f'stage {spec.name} has no costs; edge-sched profile measures them'
            raise ConfigError(at_cost(), f'no unit of {title} can run this stage ({able})')
    return found


def stages_on(
    variant: Variant, device: Device, costs: Costs, at: At, title: str
) -> list[StageCosts]:
    """Return the same including stages that no unit can run, with empty costs."""
    if variant.layers:
        return _from_layers(variant, device, at)
    found = []
    for index, stage in enumerate(variant.stages):
        at_stage = partial(at, 'stages', str(index))
        pairs = (
            (name, cost_on(stage, name, unit, costs, at_stage, title, device.bandwidth_gbps))
            for name, unit in device.units.items()
        )
        on = {name: cost for name, cost in pairs if cost is not None}
        found.append(StageCosts(stage.name, stage.chance, stage.exit_chance, _cheapest_first(on)))
    return found


def only_on(
    unit: str, stages: Sequence[StageCosts], device: Device, where: str
) -> list[StageCosts]:
    """
    Return stages restricted to one unit; unchanged if none is given.

    :param where: file and key with its name, for messages
    :raises ConfigError: when it does not exist, or cannot run one of them
    """
    if not unit:
        return list(stages)
    if unit not in device.units:
        raise ConfigError(where, not_there(unit, device.units))
    for stage in stages:
        if unit not in stage.on:
            able = ', '.join(stage.on)
            raise ConfigError(where, f"'{unit}' cannot run stage {stage.name} (only {able})")
    return [replace(stage, on={unit: stage.on[unit]}) for stage in stages]


def _table(stage: Stage, costs: Costs, at: At, title: str) -> dict[str, Cost]:
    if not stage.library:
        return stage.cost
    if stage.library not in costs:
        known = ', '.join(sorted(costs)) or 'none'
        problem = f"{title} has no costs of '{stage.library}' (known: {known})"
        raise ConfigError(at('library'), problem)
    return {**costs[stage.library], **stage.cost}


def cost_on(
    stage: Stage,
    name: str,
    unit: Unit,
    costs: Costs,
    at: At,
    title: str,
    most_gbps: float = math.inf,
) -> Cost | None:
    """
    Return the cost of a stage on a unit at its speed, ``None`` without one.

    :param costs: what the stage's ``library`` may name
    :param at: returns where a key of the stage is, for messages
    :param title: what messages call the device
    :param most_gbps: bandwidth that all units of the device share
    :raises ConfigError: for an unknown network, or a cost that draws more than this bandwidth
    """
    table_key = 'cost' if stage.cost else 'library'
    cost = cost_for(_table(stage, costs, at, title), name, unit)
    if cost is None:
        cost = roofline_cost(stage, unit, most_gbps)
        if cost is not None:
            check_size(cost, name, partial(at, 'gflops'))
        return cost
    cost, where = with_traffic(_scaled(cost, unit, stage), stage), partial(at, table_key)
    check_size(cost, name, where)
    check_demand(cost, name, most_gbps, where)
    return cost


def _scaled(cost: Cost, unit: Unit, stage: Stage) -> Cost:
    scale, cost = stage.scale, at_speed(cost, unit)
    energy = cost.energy_mj
    if energy is None and unit.active_mw:
        energy = unit.active_mw * cost.latency_ms / 1e3
    per_item_ms = cost.per_item_ms
    if per_item_ms is not None or stage.per_item:
        per_item_ms = ((per_item_ms or 0.0) + stage.per_item * cost.latency_ms) * scale
    return cost.model_copy(
        update={
            'latency_ms': cost.latency_ms * scale,
            'per_item_ms': per_item_ms,
            'energy_mj': None if energy is None else energy * scale,
        }
    )


def at_speed(cost: Cost, unit: Unit) -> Cost:
    """Return a cost at a unit's speed."""
    return faster(cost, unit.speed)


def _from_layers(variant: Variant, device: Device, at: At) -> list[StageCosts]:
    arrays = {name: unit.array for name, unit in device.units.items() if unit.array is not None}
    shapes = tuple(sorted(set(arrays.values()), key=repr))
    try:
        costs = layer_costs(variant.layers, variant.segments, shapes) if shapes else ()
    except ConfigError as error:
        raise ConfigError(at('layers'), error.problem) from None
    stages = []
    for index, stage in enumerate(variant.all_stages):
        on = {
            name: at_speed(costs[index][array], device.units[name])
            for name, array in arrays.items()
        }
        for name, cost in on.items():
            check_size(cost, name, partial(at, 'layers'))
            check_demand(cost, name, device.bandwidth_gbps, partial(at, 'layers'))
        chance = 1 - variant.skip_chance if index in variant.skippable else 1.0
        stages.append(
            StageCosts(stage.name, chance, variant.exits.get(index, 0.0), _cheapest_first(on))
        )
    return stages


def _cheapest_first(on: dict[str, Cost]) -> dict[str, Cost]:
    return dict(sorted(on.items(), key=lambda item: item[1].latency_ms))
