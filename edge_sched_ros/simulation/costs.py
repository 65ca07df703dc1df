# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What every stage really costs on every unit of a platform."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import UNIT_KINDS
from edge_sched_ros.simulation.platform import ArrayShape
from edge_sched_ros.simulation.platform import Platform
from edge_sched_ros.simulation.platform import PlatformUnit
from edge_sched_ros.simulation.schema import Cost
from edge_sched_ros.simulation.workload import Stage
from edge_sched_ros.simulation.workload import Variant

NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class StageCosts:
    """A stage and its cost on each unit that can run it, the cheapest first."""

    name: str
    chance: float
    exit_chance: float
    on: dict[str, Cost]


def stage_costs(variant: Variant, platform: Platform, where: str) -> list[StageCosts]:
    """
    Return the stages of a variant with their costs.

    :param where: the key of the variant, for messages
    :raises ConfigError: for a stage that no unit can run, or a network nobody has heard of
    """
    if variant.layers:
        return _from_layers(variant, platform, where)
    return [_from_table(stage, platform, f'{where}.{stage.name}') for stage in variant.stages]


def _from_table(stage: Stage, platform: Platform, where: str) -> StageCosts:
    table = dict(stage.cost)
    if stage.library:
        if stage.library not in platform.costs:
            known = ', '.join(sorted(platform.costs)) or 'none'
            raise ConfigError(
                f'{where}.library',
                f"platform {platform.name} knows no costs of '{stage.library}' (known: {known})",
            )
        table = {**platform.costs[stage.library], **table}
    _check_units(table, platform, where)
    on = {}
    for name, unit in platform.units.items():
        cost = table.get(name) or table.get(unit.type) or table.get(unit.kind)
        if cost is not None:
            on[name] = _scaled(cost, unit, stage)
    if not on:
        raise ConfigError(
            where,
            f'no unit of {platform.name} can run this stage (it has costs for '
            f'{", ".join(sorted(table)) or "nothing"}; there are {_names(platform)})',
        )
    return StageCosts(stage.name, stage.chance, stage.exit_chance, _cheapest_first(on))


def _check_units(table: dict[str, Cost], platform: Platform, where: str) -> None:
    """Types of other platforms may stand in a workload, and have an underscore; slips do not."""
    known = {*UNIT_KINDS, *platform.units, *(unit.type for unit in platform.units.values())}
    for key in table:
        if key not in known and '_' not in key:
            raise ConfigError(where, f"unknown unit '{key}' (there are {_names(platform)})")


def _names(platform: Platform) -> str:
    return ', '.join(sorted(platform.units))


def _scaled(cost: Cost, unit: PlatformUnit, stage: Stage) -> Cost:
    scale, cost = stage.scale, _at_speed(cost, unit)
    energy = cost.energy_mj
    if energy is None and unit.active_mw:
        energy = unit.active_mw * cost.latency_ms / 1e3
    return cost.model_copy(
        update={
            'latency_ms': cost.latency_ms * scale,
            'per_item_ms': (cost.per_item_ms + stage.per_item * cost.latency_ms) * scale,
            'energy_mj': None if energy is None else energy * scale,
        }
    )


def _at_speed(cost: Cost, unit: PlatformUnit) -> Cost:
    if unit.speed == 1:
        return cost
    times = {
        'latency_ms': cost.latency_ms / unit.speed,
        'per_item_ms': cost.per_item_ms / unit.speed,
    }
    return cost.model_copy(update=times)


def _from_layers(variant: Variant, platform: Platform, where: str) -> list[StageCosts]:
    arrays = {name: unit.array for name, unit in platform.units.items() if unit.array is not None}
    if not arrays:
        raise ConfigError(
            f'{where}.layers', f'needs units with an array, and {platform.name} has none'
        )
    try:
        shapes = tuple(sorted(set(arrays.values()), key=repr))
        found = _layer_costs(variant.layers, variant.segments, shapes)
    except ConfigError as error:
        raise ConfigError(f'{where}.layers', error.problem) from None
    stages = []
    for index, by_array in enumerate(found):
        on = {
            name: _at_speed(by_array[array], platform.units[name])
            for name, array in arrays.items()
        }
        chance = 1 - variant.skip_chance if index in variant.skippable else 1.0
        stages.append(
            StageCosts(f's{index}', chance, variant.exits.get(index, 0.0), _cheapest_first(on))
        )
    return stages


@lru_cache(maxsize=1024)
def _layer_costs(
    layers: str, count: int, shapes: tuple[ArrayShape, ...]
) -> tuple[dict[ArrayShape, Cost], ...]:
    from edge_sched_ros.simulation.costmodel.library import network_layers
    from edge_sched_ros.simulation.costmodel.model import Array
    from edge_sched_ros.simulation.costmodel.segments import segment_cost
    from edge_sched_ros.simulation.costmodel.segments import segments

    arrays = {shape: Array(**shape.model_dump()) for shape in shapes}
    found = []
    for group in segments(network_layers(layers), list(arrays.values()), count):
        by_array = {}
        for shape, array in arrays.items():
            cost = segment_cost(group, array)
            by_array[shape] = Cost(
                latency_ms=cost.latency_ns / NS_PER_MS,
                energy_mj=cost.energy_mj,
                demand_gbps=cost.bandwidth_gbps,
                source='analytic layer cost model',
            )
        found.append(by_array)
    return tuple(found)


def _cheapest_first(on: dict[str, Cost]) -> dict[str, Cost]:
    return dict(sorted(on.items(), key=lambda item: item[1].latency_ms))
