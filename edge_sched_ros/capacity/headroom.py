# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The remaining headroom: the rates at which the first task misses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from edge_sched_ros.capacity.analysis import analyse
from edge_sched_ros.capacity.analysis import by_place
from edge_sched_ros.capacity.cluster import Cluster
from edge_sched_ros.capacity.unit_model import model_name
from edge_sched_ros.capacity.unit_model import unit_utilisation

_STEPS = 14
#: factor on rates with which requests no longer meet each other
_NEXT_TO_NONE = 1e-6


@dataclass(frozen=True, slots=True)
class Headroom:
    """
    The remaining capacity of a unit.

    :param utilisation: share of time it is busy
    :param model: name of the queueing model
    :param rate_factor: factor on all rates of its tasks at which the first task misses; below 1
        when one misses already, ``None`` when no task uses the unit or the factor is above 1000.
        A task of other units that misses at any of these rates does not count
    :param limited_by: the task that misses first, and why
    """

    utilisation: float
    model: str
    rate_factor: float | None
    limited_by: str

    def to_dict(self) -> dict[str, object]:
        """Return it in JSON types."""
        return {
            'utilisation': self.utilisation,
            'headroom': max(0.0, 1 - self.utilisation),
            'model': self.model,
            'rate_factor': self.rate_factor,
            'limited_by': self.limited_by,
        }


def headroom(cluster: Cluster) -> dict[str, Headroom]:
    """Return the headroom of every unit, by device and unit."""
    placed = by_place(cluster.entries())
    found = {}
    for device_name, device in cluster.devices.items():
        for unit_name, unit in device.units.items():
            mine = placed.get((device_name, unit_name), [])
            names = {entry.task for entry in mine}
            factor, limit = _factor(cluster, names) if mine else (None, '')
            found[f'{device_name}/{unit_name}'] = Headroom(
                unit_utilisation(unit, mine), model_name(unit, mine), factor, limit
            )
    return found


def highest(fits: Callable[[float], bool], most: float = 1000.0) -> float | None:
    """
    Return the highest factor that fits, if all lower ones fit, too; 0 when none does.

    ``None`` when even ``most`` does.
    """
    low, high = 0.0, 1.0
    while fits(high):
        low, high = high, 2 * high
        if high > most:
            return None
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _factor(cluster: Cluster, names: set[str]) -> tuple[float | None, str]:
    def scaled(factor: float) -> Cluster:
        rates = {name: cluster.rates[name] * factor for name in names}
        return cluster.with_rates(rates)

    still = {name for name, one in analyse(scaled(_NEXT_TO_NONE)).items() if one.reason}
    apart = frozenset(still - names)

    def fits(factor: float) -> bool:
        return not _first_miss(scaled(factor), apart)

    factor = highest(fits)
    if factor is None:
        return None, ''
    return factor, _first_miss(scaled(max(factor * 1.001, 1e-6) + 1e-9), apart)


def _first_miss(cluster: Cluster, apart: frozenset[str]) -> str:
    for name, verdict in analyse(cluster).items():
        if verdict.reason and name not in apart:
            return f'{name}: {verdict.reason}'
    return ''
