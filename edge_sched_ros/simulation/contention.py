# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How units that are busy at the same time slow each other down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import UNIT_KINDS
from edge_sched_ros.simulation import platform as spec


class Contention(Protocol):
    """Gives the slowdown of a stage, at least 1."""

    def slowdown(self, unit: str, demand: float, busy: Mapping[str, float]) -> float:
        """
        Return how much longer a stage takes.

        :param unit: where it runs
        :param demand: its memory bandwidth in GB/s
        :param busy: all busy units, this one among them, and their demand in GB/s
        """


class Pairwise:
    """Factors of a measured table, multiplied over the other busy units."""

    def __init__(self, model: spec.PairwiseContention, units: spec.Platform) -> None:
        #: unit -> other unit -> factor
        self._factors: dict[str, dict[str, float]] = {}
        for one, row in model.slowdown.items():
            for other, factor in row.items():
                for a in _called(units, one):
                    for b in _called(units, other):
                        if a != b:
                            self._factors.setdefault(a, {})[b] = factor

    def slowdown(self, unit: str, demand: float, busy: Mapping[str, float]) -> float:
        """Return the product of the factors."""
        product = 1.0
        factors = self._factors.get(unit)
        if factors is not None:
            for other in busy:
                product *= factors.get(other, 1.0)
        return product


class Piecewise:
    """Nothing below the knee of total demand, a rising line above it, a limit."""

    def __init__(self, model: spec.PiecewiseContention) -> None:
        self._model = model

    def slowdown(self, unit: str, demand: float, busy: Mapping[str, float]) -> float:
        """Return ``1 + slope * (total - knee) / bandwidth``, within 1 and the limit."""
        if demand <= 0:
            return 1.0
        model = self._model
        others = sum([value for other, value in busy.items() if other != unit])
        excess = demand + others - model.knee_gbps
        return min(model.limit, 1 + model.slope * max(0.0, excess) / model.bandwidth_gbps)


def make_contention(platform: spec.Platform) -> Contention | None:
    """Return the platform's contention model, ``None`` for none."""
    model = platform.contention
    if isinstance(model, spec.PairwiseContention):
        return Pairwise(model, platform)
    if isinstance(model, spec.PiecewiseContention):
        return Piecewise(model)
    return None


def _called(platform: spec.Platform, name: str) -> list[str]:
    found = units_called(platform, name)
    # a kind or another platform's type may be absent here; anything else is a slip
    if not found and name not in UNIT_KINDS and '_' not in name:
        known = ', '.join(platform.units)
        raise ConfigError(
            f'{platform.where}: contention.slowdown', f"unknown unit '{name}' (there are {known})"
        )
    return found


def units_called(platform: spec.Platform, name: str) -> list[str]:
    """Return the units of that name, type or kind."""
    if name in platform.units:
        return [name]
    return [key for key, unit in platform.units.items() if name in (unit.type, unit.kind)]
