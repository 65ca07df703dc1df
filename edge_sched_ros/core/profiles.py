# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a stage costs on a unit, known beforehand or learned from the runs themselves."""

from __future__ import annotations

from dataclasses import dataclass

#: share an observation keeps when the next one comes; 0.95 remembers about 20 runs
_MEMORY = 0.95


@dataclass(frozen=True, slots=True)
class StageKey:
    """Whose cost: a stage of a task's variant on a unit."""

    task: str
    variant: str
    stage: str
    unit: str


class StageCost:
    """
    Running cost of one stage on one unit: ``fixed + per_item * items`` nanoseconds.

    An exponentially weighted least-squares line through the observed (items, latency) pairs;
    with one item count throughout it is their weighted mean.
    """

    __slots__ = ('_s', '_sx', '_sxx', '_sxy', '_sy', 'source', 'worst_ns')

    def __init__(self, latency_ns: int | None = None, *, source: str = 'observed') -> None:
        self._s = self._sx = self._sy = self._sxx = self._sxy = 0.0
        #: longest observation, fading slowly
        self.worst_ns = 0
        #: where the number comes from: ``observed`` or the name of a profile
        self.source = source
        if latency_ns is not None:
            self.observe(latency_ns, 1)
            self.source = source

    @property
    def known(self) -> bool:
        """Whether anything is known."""
        return self._s > 0

    def observe(self, latency_ns: int, items: int) -> None:
        """Take in one run over ``items`` items that took ``latency_ns``."""
        self._s = self._s * _MEMORY + 1
        self._sx = self._sx * _MEMORY + items
        self._sy = self._sy * _MEMORY + latency_ns
        self._sxx = self._sxx * _MEMORY + items * items
        self._sxy = self._sxy * _MEMORY + items * latency_ns
        self.worst_ns = max(latency_ns, round(self.worst_ns * 0.999))

    def expected_ns(self, items: int) -> int:
        """Return the expected latency for that many items, in nanoseconds."""
        mean_x = self._sx / self._s
        mean_y = self._sy / self._s
        spread = self._sxx / self._s - mean_x * mean_x
        if spread < 1e-3:
            return round(mean_y)
        slope = max(0.0, (self._sxy / self._s - mean_x * mean_y) / spread)
        return max(0, round(mean_y + slope * (items - mean_x)))


class Profiles:
    """Costs of all stages; grows to tasks x stages x units entries and no further."""

    def __init__(self) -> None:
        self._costs: dict[tuple[str, str, str, str], StageCost] = {}

    def set(self, key: StageKey, latency_ns: int, *, source: str) -> None:
        """Enter a cost known beforehand."""
        self._costs[(key.task, key.variant, key.stage, key.unit)] = StageCost(
            latency_ns, source=source
        )

    def observe(self, key: StageKey, latency_ns: int, items: int) -> None:
        """Take in one run."""
        entry = (key.task, key.variant, key.stage, key.unit)
        cost = self._costs.get(entry)
        if cost is None:
            cost = self._costs[entry] = StageCost()
        cost.observe(latency_ns, items)

    def cost(self, task: str, variant: str, stage: str, unit: str) -> StageCost | None:
        """Return what is known of the stage on the unit, or ``None``."""
        return self._costs.get((task, variant, stage, unit))

    def expected_ns(
        self, task: str, variant: str, stage: str, unit: str, items: int
    ) -> int | None:
        """Return the expected latency in nanoseconds, or ``None`` while unknown."""
        cost = self._costs.get((task, variant, stage, unit))
        return None if cost is None else cost.expected_ns(items)
