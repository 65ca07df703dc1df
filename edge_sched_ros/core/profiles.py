# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a stage costs on a unit, known beforehand or learned from the runs themselves."""

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
    """Whose cost: a stage of a task's variant on a unit."""

    task: str
    variant: str
    stage: str
    unit: str


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
        #: unit -> units that are equal to it
        self._alike: dict[str, tuple[str, ...]] = {}
        #: how many costs have been entered beforehand
        self.entered = 0
        #: how often a cost has become another than the one given, or the one told last; who keeps
        #: what it made of costs looks whether this has grown
        self.drifts = 0
        #: whose cost did so last
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
        Enter a cost known beforehand.

        :param latency_ns: of a run over one item
        :param per_item_ns: what every further item adds
        :param energy_mj: of a run over one item, if known
        :param demand: pull at the shared memory bus, in the contention model's unit
        :param memory_mib: what it takes on the unit, running or not, if known
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
        Say which units are equal.

        The first run of a stage on one of them is taken for the others too, until they run it:
        nobody needs to try each of them.
        """
        for names in groups:
            for name in names:
                self._alike[name] = tuple(other for other in names if other != name)

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
            for other in self._alike.get(key.unit, ()):
                if other not in on:
                    on[other] = borrowed = StageCost(source=f'like {key.unit}')
                    borrowed.observe(latency_ns, items)
        if cost.observe(latency_ns, items):
            self.note_drift(key)

    def note_drift(self, key: StageKey) -> None:
        """Let everybody know that a cost is another than it was."""
        self.drifts += 1
        self.drifted = key

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
