# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""p95 and p99 of applications on a node, by the full models."""

from __future__ import annotations

import math
from collections.abc import Mapping
from collections.abc import Sequence

from edge_sched_ros.capacity.load import Overload
from edge_sched_ros.capacity.placement.problem import Demand
from edge_sched_ros.capacity.placement.schema import NodeSpec
from edge_sched_ros.capacity.response import Response
from edge_sched_ros.capacity.tandem import tandem
from edge_sched_ros.capacity.unit_model import unit_responses


def tails_ms(
    node: NodeSpec, demands: Mapping[str, Sequence[Demand]], wanted: Mapping[str, str]
) -> dict[str, float]:
    """
    Return the quantile each application wants, network to the node included.

    Milliseconds of work for a node, against microseconds for means.

    :param demands: by unit, of all applications on the node
    :param wanted: application -> ``p95`` or ``p99``
    """
    parts: dict[str, list[Response] | None] = {name: [] for name in wanted}
    for unit, asked in demands.items():
        if not any(demand.app in parts for demand in asked):
            continue
        responses = _responses(node, unit, asked)
        for index, demand in enumerate(asked):
            found = parts.get(demand.app)
            if found is None:
                continue
            if responses is None:
                parts[demand.app] = None
            else:
                found.append(responses[index])
    return {
        name: math.inf
        if (responses := parts[name]) is None
        else float(getattr(tandem(responses, node.network_ms), f'{objective}_ms'))
        for name, objective in wanted.items()
    }


def _responses(node: NodeSpec, unit: str, asked: Sequence[Demand]) -> list[Response] | None:
    try:
        return unit_responses(node.units[unit], [demand.entry for demand in asked])
    except Overload:
        return None
