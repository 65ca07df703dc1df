# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Costs of networks given by layers, from the analytic model of arrays."""

from __future__ import annotations

from functools import lru_cache

from edge_sched_ros.core.tasks import NS_PER_MS
from edge_sched_ros.system.costs import Cost
from edge_sched_ros.system.unit import ArrayShape


@lru_cache(maxsize=1024)
def layer_costs(
    layers: str, count: int, shapes: tuple[ArrayShape, ...]
) -> tuple[dict[ArrayShape, Cost], ...]:
    """
    Return the cost of each segment of a network on each array.

    :param layers: a network of the layer library
    :param count: segments its layers are grouped into, of about equal latency
    :raises ConfigError: for an unknown network, or more segments than layers
    """
    from edge_sched_ros.system.costmodel.library import network_layers
    from edge_sched_ros.system.costmodel.model import Array
    from edge_sched_ros.system.costmodel.segments import segment_cost
    from edge_sched_ros.system.costmodel.segments import segments

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
