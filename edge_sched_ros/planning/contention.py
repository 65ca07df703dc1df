# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How groups that run at the same time slow each other down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Protocol


class Contention(Protocol):
    """Gives the slowdown of a group, at least 1; the same forms as in the simulator."""

    def slowdown(self, unit: str, busy: Mapping[str, float]) -> float:
        """
        Return how much longer a group takes.

        :param unit: where it runs
        :param busy: all busy units, this one among them, and their demand in GB/s
        """

    @property
    def acts(self) -> bool:
        """Whether it can slow anything down."""


@dataclass(frozen=True)
class Nothing:
    """No unit disturbs another."""

    acts: bool = False

    def slowdown(self, unit: str, busy: Mapping[str, float]) -> float:
        """Return 1."""
        return 1.0


@dataclass(frozen=True)
class Pairwise:
    """Factors of a measured table, multiplied over the other busy units."""

    factors: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def acts(self) -> bool:
        """Whether any factor is above 1."""
        return any(factor > 1 for row in self.factors.values() for factor in row.values())

    def slowdown(self, unit: str, busy: Mapping[str, float]) -> float:
        """Return the product of the factors."""
        product = 1.0
        row = self.factors.get(unit, {})
        for other in busy:
            if other != unit:
                product *= row.get(other, 1.0)
        return product


@dataclass(frozen=True)
class Piecewise:
    """
    Nothing below the knee of total demand, a rising line above it, a limit.

    The shape follows PCCS (Xu et al., MICRO 2021); its numbers are fitted per device.
    """

    knee_gbps: float
    slope: float
    bandwidth_gbps: float
    limit: float = 4.0

    @property
    def acts(self) -> bool:
        """Whether the line rises at all."""
        return self.slope > 0 and self.limit > 1

    def slowdown(self, unit: str, busy: Mapping[str, float]) -> float:
        """
        Return ``1 + slope * (total - knee) / bandwidth``, within 1 and the limit.

        Alone a group takes what was measured alone, so only what others add counts.
        """
        demand = busy.get(unit, 0.0)
        if demand <= 0:
            return 1.0
        return max(1.0, self._line(sum(busy.values())) / self._line(demand))

    def _line(self, total_gbps: float) -> float:
        excess = max(0.0, total_gbps - self.knee_gbps)
        return min(self.limit, 1 + self.slope * excess / self.bandwidth_gbps)


NONE = Nothing()
