# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a stage costs on a unit, known beforehand or learned from the runs themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from edge_sched_ros.core.tasks import StageSpec
    from edge_sched_ros.core.tasks import VariantSpec

#: share an observation keeps when the next one comes; 0.95 remembers about 20 runs
_MEMORY = 0.95
_NOTHING: Mapping[str, StageCost] = {}


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
        '_steady_ns',
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
        #: what any run is expected to take as long as items do not matter
        self._steady_ns = 0
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
        s = self._s
        if s >= 1:
            expected_ns = self.expected_ns(items) if self._slope else self._steady_ns
            if expected_ns:
                off = abs(latency_ns - expected_ns) / expected_ns
                self.deviation += (off - self.deviation) * (1 - _MEMORY)
        s = self._s = s * _MEMORY + 1
        sx = self._sx = self._sx * _MEMORY + items
        sy = self._sy = self._sy * _MEMORY + latency_ns
        sxx = self._sxx = self._sxx * _MEMORY + items * items
        sxy = self._sxy = self._sxy * _MEMORY + items * latency_ns
        worst_ns = int(self.worst_ns * 0.999)
        self.worst_ns = latency_ns if latency_ns > worst_ns else worst_ns
        mean_x = self._mean_x = sx / s
        mean_y = self._mean_y = sy / s
        self._steady_ns = round(mean_y)
        spread = sxx / s - mean_x * mean_x
        rise = sxy / s - mean_x * mean_y
        self._slope = rise / spread if spread > 1e-3 and rise > 0 else 0.0

    def expected_ns(self, items: int) -> int:
        """Return the expected latency for that many items, in nanoseconds."""
        if not self._slope:
            return self._steady_ns
        return max(0, round(self._mean_y + self._slope * (items - self._mean_x)))

    def expected_mj(self, items: int) -> float | None:
        """Return the expected energy for that many items in mJ, or ``None`` while unknown."""
        if self.energy_mj is None:
            return None
        return max(0.0, self.energy_mj + self.energy_per_item_mj * (items - 1))


class Profiles:
    """
    Costs of all stages.

    Grows to tasks x stages x units entries, and one number per task, variant and count of items.
    """

    def __init__(self) -> None:
        #: (task, variant, stage) -> unit -> cost
        self._costs: dict[tuple[str, str, str], dict[str, StageCost]] = {}
        #: (from unit, to unit) -> time to hand a job's data over, in nanoseconds
        self._transitions: dict[tuple[str, str], int] = {}
        #: whether any hand-over takes time
        self.has_transitions = False
        #: (task, variant, items) -> energy with every stage on its hungriest unit
        self._worst_mj: dict[tuple[str, str, int], float] = {}

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
        self._on_units(key)[key.unit] = cost
        self._worst_mj.clear()

    def set_transition(self, source: str, target: str, time_ns: int) -> None:
        """Enter what handing a job's data from one unit to another costs."""
        self._transitions[(source, target)] = time_ns
        self.has_transitions = True

    def transition_ns(self, source: str | None, target: str) -> int:
        """Return the time to hand a job's data over; 0 within a unit or where unknown."""
        if source is None:
            return 0
        return self._transitions.get((source, target), 0)

    def worst_energy_mj(self, task: str, variant: VariantSpec, items: int) -> float:
        """Return the energy of a job with every stage on its hungriest unit; unknown counts 0."""
        key = (task, variant.name, items)
        worst_mj = self._worst_mj.get(key)
        if worst_mj is None:
            worst_mj = sum(
                max(cost.expected_mj(items) or 0.0 for cost in known)
                for stage in variant.stages
                if (known := self._with_energy(task, variant.name, stage))
            )
            self._worst_mj[key] = worst_mj
        return worst_mj

    def _with_energy(self, task: str, variant: str, stage: StageSpec) -> list[StageCost]:
        on = self.on_units(task, variant, stage.name)
        costs = (on.get(unit) for unit in stage.units)
        return [cost for cost in costs if cost is not None and cost.energy_mj is not None]

    def observe(self, key: StageKey, latency_ns: int, items: int) -> None:
        """Take in one run."""
        on = self._on_units(key)
        cost = on.get(key.unit)
        if cost is None:
            cost = on[key.unit] = StageCost()
        cost.observe(latency_ns, items)

    def on_units(self, task: str, variant: str, stage: str) -> Mapping[str, StageCost]:
        """Return what is known of the stage, by unit."""
        return self._costs.get((task, variant, stage), _NOTHING)

    def cost(self, task: str, variant: str, stage: str, unit: str) -> StageCost | None:
        """Return what is known of the stage on the unit, or ``None``."""
        on = self._costs.get((task, variant, stage))
        return None if on is None else on.get(unit)

    def expected_ns(
        self, task: str, variant: str, stage: str, unit: str, items: int
    ) -> int | None:
        """Return the expected latency in nanoseconds, or ``None`` while unknown."""
        cost = self.cost(task, variant, stage, unit)
        return None if cost is None else cost.expected_ns(items)

    def _on_units(self, key: StageKey) -> dict[str, StageCost]:
        return self._costs.setdefault((key.task, key.variant, key.stage), {})
