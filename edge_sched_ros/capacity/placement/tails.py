# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""p95 and p99 of applications on a node, by the full models."""

from __future__ import annotations

import math
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence

from edge_sched_ros.capacity.load import Overload
from edge_sched_ros.capacity.placement.problem import Demand
from edge_sched_ros.capacity.response import Response
from edge_sched_ros.capacity.tandem import tandem
from edge_sched_ros.capacity.unit_model import unit_responses
from edge_sched_ros.system.device import Device

#: objective -> the share of results that must be within the deadline
SHARES = {'p95': 0.95, 'p99': 0.99}


def tails_ms(
    node: Device, demands: Mapping[str, Sequence[Demand]], wanted: Mapping[str, str]
) -> dict[str, float]:
    """
    Return the quantile required by each application, including the network to the node.

    This takes milliseconds per node; means take microseconds.

    :param demands: demands of all applications on the node, by unit
    :param wanted: application -> ``p95`` or ``p99``
    """
    found = responses(node, demands, wanted)
    return {name: tail_ms(found[name], objective) for name, objective in wanted.items()}


def tail_ms(response: Response | None, objective: str) -> float:
    """Return ``p95`` or ``p99`` of a response; infinite without one."""
    return math.inf if response is None else response.quantile_ms(SHARES[objective])


def responses(
    node: Device, demands: Mapping[str, Sequence[Demand]], names: Collection[str]
) -> dict[str, Response | None]:
    """
    Return the full response of applications; ``None`` on an overloaded unit.

    To check a deadline, compute the share of results within it: this takes a twentieth of the time
    of a quantile.

    :param demands: demands of all applications on the node, by unit
    """
    parts: dict[str, list[Response] | None] = {name: [] for name in names}
    for unit, asked in demands.items():
        if not any(demand.app in parts for demand in asked):
            continue
        of_unit = _responses(node, unit, asked)
        for index, demand in enumerate(asked):
            found = parts.get(demand.app)
            if found is None:
                continue
            if of_unit is None:
                parts[demand.app] = None
            else:
                found.append(of_unit[index])
    return {
        name: None if found is None else tandem(found, node.network_ms)
        for name, found in parts.items()
    }


def _responses(node: Device, unit: str, asked: Sequence[Demand]) -> list[Response] | None:
    try:
        return unit_responses(node.units[unit], [demand.entry for demand in asked])
    except Overload:
        return None
