# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Networks cut into groups of layers, the units a scheduler places."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from itertools import pairwise

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.costmodel.layers import Layer
from edge_sched_ros.system.costmodel.model import Array
from edge_sched_ros.system.costmodel.model import layer_cost
from edge_sched_ros.system.costmodel.model import LayerCost


def segments(
    layers: Sequence[Layer], arrays: Sequence[Array], count: int
) -> list[tuple[Layer, ...]]:
    """
    Cut a network into groups of consecutive layers of roughly equal mean latency.

    The cut after group i is the layer boundary nearest to i / count of the network's latency,
    the mean over the arrays; every group has at least one layer.

    :param layers: the network
    :param arrays: the arrays it may run on
    :param count: how many groups
    :raises ConfigError: for no arrays, or for more groups than layers
    """
    if not 1 <= count <= len(layers):
        raise ConfigError('segments', f'{count} must be from 1 to {len(layers)}, one a layer')
    if not arrays:
        raise ConfigError('arrays', 'segments need at least one array to weigh layers by')
    ends = list(accumulate(sum(layer_cost(one, a).latency_ns for a in arrays) for one in layers))
    cuts = [0]
    for index in range(1, count):
        goal = ends[-1] * index / count
        # boundary n lies after n layers, at ends[n - 1]
        after = bisect_left(ends, goal) + 1
        before = after - 1
        below = ends[before - 1] if before else 0
        cut = before if goal - below <= ends[after - 1] - goal else after
        cuts.append(max(cuts[-1] + 1, min(cut, len(layers) - (count - index))))
    cuts.append(len(layers))
    return [tuple(layers[start:end]) for start, end in pairwise(cuts)]


def segment_cost(layers: Sequence[Layer], array: Array, *, charge_dram: bool = True) -> LayerCost:
    """
    Return the cost of layers one after the other: sums, and the mean bandwidth over all.

    :param layers: at least one layer
    :param array: the array they run on
    :param charge_dram: see :func:`~edge_sched_ros.system.costmodel.model.layer_cost`
    """
    costs = [layer_cost(layer, array, charge_dram) for layer in layers]
    latency_ns = sum(cost.latency_ns for cost in costs)
    moved = sum(cost.bandwidth_gbps * cost.latency_ns for cost in costs)
    energy_mj = sum(cost.energy_mj for cost in costs)
    return LayerCost(latency_ns, energy_mj, moved / latency_ns if latency_ns else 0.0)
