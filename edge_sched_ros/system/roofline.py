# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Costs from operations and memory traffic, where none is measured."""

from __future__ import annotations

import math
from collections.abc import Callable

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.costs import Cost
from edge_sched_ros.system.fields import MOST
from edge_sched_ros.system.stage import Stage
from edge_sched_ros.system.unit import Unit

_MS_PER_S = 1e3
_ROUNDING = 0.005


#: numbers of a cost that are limited in a file
_SIZES = ('latency_ms', 'per_item_ms', 'energy_mj', 'demand_gbps', 'memory_mib', 'swap_ms')


def roofline_cost(stage: Stage, unit: Unit, most_gbps: float = math.inf) -> Cost | None:
    """
    Return the least time of a stage on a unit, ``None`` where the keys do not tell it.

    Computing and memory traffic overlap, so the longer one counts (Williams, Waterman and
    Patterson, 2009). The speed of a unit is that of its clock, which its memory does not follow.

    :param most_gbps: bandwidth that all units of the device share
    """
    if stage.gflops is None or unit.peak_gflops is None:
        return None
    compute_ms = _MS_PER_S * stage.gflops / (unit.peak_gflops * unit.speed)
    traffic_mb = stage.traffic_mb or 0.0
    if traffic_mb and unit.memory_gbps is None:
        return None
    # megabytes over gigabytes a second are milliseconds
    memory_ms = traffic_mb / min(unit.memory_gbps or most_gbps, most_gbps)
    latency_ms = stage.scale * max(compute_ms, memory_ms)
    update = {
        'latency_ms': latency_ms,
        'per_item_ms': stage.per_item * latency_ms if stage.per_item else None,
        'energy_mj': unit.active_mw * latency_ms / _MS_PER_S if unit.active_mw else None,
        'source': 'roofline of gflops and traffic_mb',
    }
    # not checked here: the caller does, with file and key
    cost = Cost(latency_ms=0.0).model_copy(update=update)
    return with_traffic(cost, stage)


def with_traffic(cost: Cost, stage: Stage) -> Cost:
    """Return a cost with the memory traffic of its stage, unless it has one of its own."""
    if not stage.traffic_mb or cost.demand_gbps or not cost.latency_ms:
        return cost
    demand_gbps = stage.scale * stage.traffic_mb / cost.latency_ms
    return cost.model_copy(update={'demand_gbps': demand_gbps})


def check_size(cost: Cost, unit_name: str, where: Callable[[], str]) -> None:
    """
    Check that a cost at a unit's speed is within the limits of costs in a file.

    :param where: returns file and key of the stage, for messages
    :raises ConfigError: naming the first number above
    """
    for key in _SIZES:
        value = getattr(cost, key) or 0.0
        if value > MOST:
            problem = f'gives {key} {value:.4g} on {unit_name}; must be at most {MOST:g}'
            raise ConfigError(where(), problem)


def check_demand(cost: Cost, unit_name: str, most_gbps: float, where: Callable[[], str]) -> None:
    """
    Check that a given cost draws no more than the memory of its device gives.

    :param where: returns file and key of the cost, for messages
    :raises ConfigError: when it does: the time cannot have been measured with that traffic
    """
    # times written in decimals may be a little too short
    if cost.demand_gbps > most_gbps * (1 + _ROUNDING):
        raise ConfigError(
            where(),
            f'draws {cost.demand_gbps:.4g} GB/s on {unit_name}, above the bandwidth_gbps of '
            f'{most_gbps:g} of contention',
        )
