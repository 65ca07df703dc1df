# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Costs from operations and memory traffic, where none is measured."""

from __future__ import annotations

from edge_sched_ros.system.costs import Cost
from edge_sched_ros.system.stage import Stage
from edge_sched_ros.system.unit import Unit

_MS_PER_S = 1e3


def roofline_cost(stage: Stage, unit: Unit) -> Cost | None:
    """
    Return the least time of a stage on a unit, ``None`` where the keys do not tell it.

    Computing and memory traffic overlap, so the longer one counts (Williams, Waterman and
    Patterson, 2009). The speed of a unit is that of its clock, which its memory does not follow.
    """
    if stage.gflops is None or unit.peak_gflops is None:
        return None
    compute_ms = _MS_PER_S * stage.gflops / (unit.peak_gflops * unit.speed)
    traffic_mb = stage.traffic_mb or 0.0
    if traffic_mb and unit.memory_gbps is None:
        return None
    # megabytes over gigabytes a second are milliseconds
    memory_ms = traffic_mb / unit.memory_gbps if unit.memory_gbps else 0.0
    latency_ms = stage.scale * max(compute_ms, memory_ms)
    cost = Cost(
        latency_ms=latency_ms,
        per_item_ms=stage.per_item * latency_ms if stage.per_item else None,
        energy_mj=unit.active_mw * latency_ms / _MS_PER_S if unit.active_mw else None,
        source='roofline of gflops and traffic_mb',
    )
    return with_traffic(cost, stage)


def with_traffic(cost: Cost, stage: Stage) -> Cost:
    """Return a cost with the memory traffic of its stage, unless it has one of its own."""
    if not stage.traffic_mb or cost.demand_gbps or not cost.latency_ms:
        return cost
    demand_gbps = stage.scale * stage.traffic_mb / cost.latency_ms
    return cost.model_copy(update={'demand_gbps': demand_gbps})
