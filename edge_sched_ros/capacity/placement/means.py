# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Utilisation and mean response of a unit in plain numbers.

The same formulas as in ``fcfs``, ``processor_sharing`` and ``multi_core``, which name their
sources, but without tails: a placement needs thousands of means. The tests compare both. Cases
without a short form here use the full models.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from edge_sched_ros.capacity.load import Overload
from edge_sched_ros.capacity.multi_core import erlang_c
from edge_sched_ros.capacity.placement.problem import Demand
from edge_sched_ros.capacity.unit_model import unit_responses
from edge_sched_ros.capacity.unit_model import unit_utilisation
from edge_sched_ros.system.unit import Unit


def busy(unit: Unit, demands: Sequence[Demand]) -> float:
    """Return the share of time a unit would be busy, swaps included; it may be above 1."""
    if unit.batch > 1:
        return unit_utilisation(unit, [demand.entry for demand in demands])
    work = 0.0
    for demand in demands:
        work += demand.rate_per_ms * demand.service_ms
    return (work + swapping(demands) if unit.order == 'fcfs' else work) / unit.cores


def swapping(demands: Sequence[Demand]) -> float:
    """Return the share of time spent on swaps of networks."""
    rates = _rates(demands)
    if len(rates) < 2:
        return 0.0
    rate = sum(rates.values())
    return sum(
        demand.rate_per_ms * (1 - rates[demand.network] / rate) * demand.swap_ms
        for demand in demands
    )


def means_ms(unit: Unit, demands: Sequence[Demand], rho: float) -> list[float]:
    """
    Return the mean response of each demand; infinite at utilisation 1 or more.

    :param rho: the result of ``busy``
    """
    if rho >= 1:
        return [math.inf] * len(demands)
    if not demands:
        return []
    if unit.batch > 1 or unit.order == 'priority':
        return _asked(unit, demands)
    if unit.order == 'ps':
        return _shared(unit, demands, rho)
    return _in_order(unit, demands, rho)


def _shared(unit: Unit, demands: Sequence[Demand], rho: float) -> list[float]:
    if unit.cores > 1:
        stretch = erlang_c(unit.cores, rho * unit.cores) / (unit.cores * (1 - rho))
        return [demand.service_ms * (1 + stretch) for demand in demands]
    if unit.form == 'textbook':
        return [demand.service_ms / (1 - rho) for demand in demands]
    rate = sum(demand.rate_per_ms for demand in demands)
    wait = rho / rate * rho / (1 - rho)
    return [demand.service_ms + wait for demand in demands]


def _in_order(unit: Unit, demands: Sequence[Demand], rho: float) -> list[float]:
    rates = _rates(demands)
    rate = sum(rates.values())
    square = 0.0
    services = []
    for demand in demands:
        swap, chance = demand.swap_ms, 1 - rates[demand.network] / rate
        shift = chance * swap
        extra = shift * shift if unit.swap == 'mean' else shift * swap
        second = demand.second_ms2 + 2 * shift * demand.service_ms + extra
        square += demand.rate_per_ms * second
        services.append(demand.service_ms + shift)
    wait = square / (2 * (1 - rho))
    return [service + wait for service in services]


def _asked(unit: Unit, demands: Sequence[Demand]) -> list[float]:
    try:
        responses = unit_responses(unit, [demand.entry for demand in demands])
    except Overload:
        return [math.inf] * len(demands)
    return [response.mean_ms for response in responses]


def _rates(demands: Sequence[Demand]) -> dict[str, float]:
    rates: dict[str, float] = {}
    for demand in demands:
        rates[demand.network] = rates.get(demand.network, 0.0) + demand.rate_per_ms
    return rates
