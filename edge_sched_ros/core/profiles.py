# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a stage costs on a unit, known beforehand or learned from the runs themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edge_sched_ros.core.tasks import StageSpec
    from edge_sched_ros.core.tasks import VariantSpec

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

    __slots__ = (
        '_mean_x',
        '_mean_y',
        '_s',
        '_slope',
        '_sx',
        '_sxx',
        '_sxy',
        '_sy',
        'demand',
        'deviation',
        'energy_mj',
        'energy_per_item_mj',
        'source',
        'worst_ns',
    )

    def __init__(
        self, latency_ns: int | None = None, *, per_item_ns: int = 0, source: str = 'observed'
    ) -> None:
        self._s = self._sx = self._sy = self._sxx = self._sxy = 0.0
        self._mean_x = self._mean_y = self._slope = 0.0
        #: longest observation, fading slowly
        self.worst_ns = 0
        #: where the number comes from: ``observed`` or the name of a profile
        self.source = source
        #: energy of a run over one item; ``None`` while unknown
        self.energy_mj: float | None = None
        #: what every further item adds
        self.energy_per_item_mj = 0.0
        #: how hard it pulls at the shared memory bus; what the number means is up to the
        #: contention model that reads it
        self.demand = 0.0
        #: mean distance of observations from what was expected, as a share of it
        self.deviation = 0.0
        if latency_ns is not None:
            self.observe(latency_ns, 1)
            if per_item_ns:
                self.observe(latency_ns + per_item_ns, 2)
            self.source = source

    @property
    def known(self) -> bool:
        """Whether anything is known."""
        return self._s > 0

    def observe(self, latency_ns: int, items: int) -> None:
        """Take in one run over ``items`` items that took ``latency_ns``."""
        if self._s >= 1 and (expected_ns := self.expected_ns(items)):
            off = abs(latency_ns - expected_ns) / expected_ns
            self.deviation += (off - self.deviation) * (1 - _MEMORY)
        self._s = self._s * _MEMORY + 1
        self._sx = self._sx * _MEMORY + items
        self._sy = self._sy * _MEMORY + latency_ns
        self._sxx = self._sxx * _MEMORY + items * items
        self._sxy = self._sxy * _MEMORY + items * latency_ns
        self.worst_ns = max(latency_ns, int(self.worst_ns * 0.999))
        mean_x = self._mean_x = self._sx / self._s
        mean_y = self._mean_y = self._sy / self._s
        spread = self._sxx / self._s - mean_x * mean_x
        rise = self._sxy / self._s - mean_x * mean_y
        self._slope = rise / spread if spread > 1e-3 and rise > 0 else 0.0

    def expected_ns(self, items: int) -> int:
        """Return the expected latency for that many items, in nanoseconds."""
        if not self._slope:
            return round(self._mean_y)
        return max(0, round(self._mean_y + self._slope * (items - self._mean_x)))

    def expected_mj(self, items: int) -> float | None:
        """Return the expected energy for that many items in mJ, or ``None`` while unknown."""
        if self.energy_mj is None:
            return None
        return max(0.0, self.energy_mj + self.energy_per_item_mj * (items - 1))


class Profiles:
    """Costs of all stages; grows to tasks x stages x units entries and no further."""

    def __init__(self) -> None:
        self._costs: dict[tuple[str, str, str, str], StageCost] = {}
        #: (from unit, to unit) -> time to hand a job's data over, in nanoseconds
        self._transitions: dict[tuple[str, str], int] = {}
        #: (task, variant) -> the hungriest cost of each stage
        self._worst: dict[tuple[str, str], list[StageCost]] = {}

    def set(
        self,
        key: StageKey,
        latency_ns: int,
        *,
        source: str,
        per_item_ns: int = 0,
        energy_mj: float | None = None,
        energy_per_item_mj: float = 0.0,
        demand: float = 0.0,
    ) -> None:
        """
        Enter a cost known beforehand.

        :param latency_ns: of a run over one item
        :param per_item_ns: what every further item adds
        :param energy_mj: of a run over one item, if known
        :param demand: pull at the shared memory bus, in the contention model's unit
        """
        cost = StageCost(latency_ns, per_item_ns=per_item_ns, source=source)
        cost.energy_mj = energy_mj
        cost.energy_per_item_mj = energy_per_item_mj
        cost.demand = demand
        self._costs[(key.task, key.variant, key.stage, key.unit)] = cost
        self._worst.clear()

    def set_transition(self, source: str, target: str, time_ns: int) -> None:
        """Enter what handing a job's data from one unit to another costs."""
        self._transitions[(source, target)] = time_ns

    def transition_ns(self, source: str | None, target: str) -> int:
        """Return the time to hand a job's data over; 0 within a unit or where unknown."""
        if source is None or not self._transitions:
            return 0
        return self._transitions.get((source, target), 0)

    def worst_energy_mj(self, task: str, variant: VariantSpec, items: int) -> float:
        """Return the energy of a job with every stage on its hungriest unit; unknown counts 0."""
        key = (task, variant.name)
        costs = self._worst.get(key)
        if costs is None:
            costs = self._worst[key] = [
                max(known, key=lambda cost: cost.energy_mj or 0.0)
                for stage in variant.stages
                if (known := self._with_energy(task, variant.name, stage))
            ]
        return sum(cost.expected_mj(items) or 0.0 for cost in costs)

    def _with_energy(self, task: str, variant: str, stage: StageSpec) -> list[StageCost]:
        costs = (self._costs.get((task, variant, stage.name, unit)) for unit in stage.units)
        return [cost for cost in costs if cost is not None and cost.energy_mj is not None]

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
