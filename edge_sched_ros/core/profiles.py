# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Costs of stages on units, from profiles or learned from runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edge_sched_ros.core.stage_cost import StageCost

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from edge_sched_ros.core.tasks import StageSpec
    from edge_sched_ros.core.tasks import VariantSpec

__all__ = ['Profiles', 'StageCost', 'StageKey']

_NOTHING: Mapping[str, StageCost] = {}


@dataclass(frozen=True, slots=True)
class StageKey:
    """Key of a cost: a stage of a task's variant on a unit."""

    task: str
    variant: str
    stage: str
    unit: str


class Profiles:
    """
    Costs of all stages.

    It grows to tasks x stages x units entries, and one number per task, variant and number of
    items.
    """

    def __init__(self) -> None:
        #: (task, variant, stage) -> unit -> cost
        self._costs: dict[tuple[str, str, str], dict[str, StageCost]] = {}
        #: (from unit, to unit) -> time to transfer a job's data, in nanoseconds
        self._transitions: dict[tuple[str, str], int] = {}
        #: whether any transfer takes time
        self.has_transitions = False
        #: (task, variant, items) -> energy with every stage on its most expensive unit
        self._worst_mj: dict[tuple[str, str, int], float] = {}
        #: unit -> equal units
        self._alike: dict[str, tuple[str, ...]] = {}
        #: number of costs entered from profiles
        self.entered = 0
        #: how often a cost has changed from the given or last reported one; caches of costs check
        #: whether this has grown
        self.drifts = 0
        #: key of the last such cost
        self.drifted: StageKey | None = None

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
        memory_mib: float | None = None,
    ) -> None:
        """
        Enter a known cost.

        :param latency_ns: latency of a run over one item
        :param per_item_ns: additional time for every further item
        :param energy_mj: energy of a run over one item, if known
        :param demand: demand on the shared memory bus, in the contention model's unit
        :param memory_mib: memory on the unit, running or not, if known
        """
        cost = StageCost(latency_ns, per_item_ns=per_item_ns, source=source)
        cost.energy_mj = energy_mj
        cost.energy_per_item_mj = energy_per_item_mj
        cost.demand = demand
        cost.memory_mib = memory_mib
        self._on_units(key)[key.unit] = cost
        self._worst_mj.clear()
        self.entered += 1

    def set_alike(self, groups: Iterable[Sequence[str]]) -> None:
        """
        Set which units are equal.

        The first run of a stage on one of them also counts for the others, until they run it, so
        that not every unit must be tried.
        """
        for names in groups:
            for name in names:
                self._alike[name] = tuple(other for other in names if other != name)

    def set_transition(self, source: str, target: str, time_ns: int) -> None:
        """Enter the time to transfer a job's data from one unit to another."""
        self._transitions[(source, target)] = time_ns
        self.has_transitions = True

    def transition_ns(self, source: str | None, target: str) -> int:
        """Return the time to transfer a job's data; 0 within a unit or if unknown."""
        if source is None:
            return 0
        return self._transitions.get((source, target), 0)

    def worst_energy_mj(self, task: str, variant: VariantSpec, items: int) -> float:
        """Return a job's energy with every stage on its most expensive unit; unknown counts 0."""
        key = (task, variant.name, items)
        worst_mj = self._worst_mj.get(key)
        if worst_mj is None:
            worst_mj = 0.0
            for stage in variant.stages:
                known = self._with_energy(task, variant.name, stage)
                if known:
                    worst_mj += max([cost.expected_mj(items) or 0.0 for cost in known])
            self._worst_mj[key] = worst_mj
        return worst_mj

    def _with_energy(self, task: str, variant: str, stage: StageSpec) -> list[StageCost]:
        on = self.on_units(task, variant, stage.name)
        costs = (on.get(unit) for unit in stage.units)
        return [cost for cost in costs if cost is not None and cost.energy_mj is not None]

    def observe(self, key: StageKey, latency_ns: int, items: int) -> None:
        """Learn from one run."""
        on = self._on_units(key)
        cost = on.get(key.unit)
        if cost is None:
            cost = on[key.unit] = StageCost()
            for other in self._alike.get(key.unit, ()):
                if other not in on:
                    on[other] = borrowed = StageCost(source=f'like {key.unit}')
                    borrowed.observe(latency_ns, items)
        if cost.observe(latency_ns, items):
            self.note_drift(key)

    def note_drift(self, key: StageKey) -> None:
        """Record that a cost has changed."""
        self.drifts += 1
        self.drifted = key

    def on_units(self, task: str, variant: str, stage: str) -> Mapping[str, StageCost]:
        """Return the known costs of the stage, by unit."""
        return self._costs.get((task, variant, stage), _NOTHING)

    def cost(self, task: str, variant: str, stage: str, unit: str) -> StageCost | None:
        """Return the cost of the stage on the unit, or ``None``."""
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
