# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Expected times of stages on units, kept until a cost or a unit changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_sched_ros.core.units import AVAILABLE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from edge_sched_ros.core.job import Job
    from edge_sched_ros.core.profiles import Profiles
    from edge_sched_ros.core.tasks import StageSpec
    from edge_sched_ros.core.tasks import VariantSpec
    from edge_sched_ros.core.units import UnitState


class Times:
    """
    Expected times of stages at the units' present speeds, without waits and transfers.

    Policies need the same times at every decision, and one event changes those of one task.

    :param profiles: costs; entered costs are noticed, learned changes are reported by
        :meth:`forget_stage` and :meth:`learned`
    :param units: all units by name; call :meth:`forget` after a change of their state or speed
    """

    def __init__(self, profiles: Profiles, units: Mapping[str, UnitState]) -> None:
        self._profiles = profiles
        self._units = units
        #: (task, variant, stage) -> items -> unit -> nanoseconds
        self._on_units: dict[tuple[str, str, str], dict[int, dict[str, int]]] = {}
        #: (task, variant, stage) -> items -> nanoseconds on the fastest available unit
        self._least_of_stage: dict[tuple[str, str, str], dict[int, int]] = {}
        #: task -> (variant, first stage, items) -> nanoseconds
        self._least: dict[str, dict[tuple[str, int, int], int]] = {}
        self._entered = profiles.entered

    def forget(self) -> None:
        """Forget all times."""
        self._on_units.clear()
        self._least_of_stage.clear()
        self._least.clear()

    def forget_stage(self, task: str, variant: str, stage: str) -> None:
        """Forget the times that depend on a stage's costs."""
        self._on_units.pop((task, variant, stage), None)
        self._least_of_stage.pop((task, variant, stage), None)
        self._least.pop(task, None)

    def learned(self, task: str, variant: str, stage: str, unit: str) -> None:
        """Take over the changed cost of a stage on one unit."""
        key = (task, variant, stage)
        of_stage = self._on_units.get(key)
        cost, state = self._profiles.cost(task, variant, stage, unit), self._units.get(unit)
        if of_stage is None or cost is None or state is None:
            self.forget_stage(task, variant, stage)
            return
        speed, least_ns = state.speed, self._least_of_stage.get(key, {})
        for items, times_ns in of_stage.items():
            before_ns, now_ns = times_ns.get(unit, 0), cost.expected_ns(items)
            times_ns[unit] = now_ns = now_ns if speed == 1.0 else round(now_ns / speed)
            # as long as another unit is the fastest, nothing else changes
            if not before_ns > least_ns.get(items, before_ns) <= now_ns:
                least_ns.pop(items, None)
                self._least.pop(task, None)

    def on_units_ns(self, task: str, variant: str, stage: str, items: int) -> Mapping[str, int]:
        """Return the time of a stage by unit, without unknown ones."""
        if self._entered != self._profiles.entered:
            self._entered = self._profiles.entered
            self.forget()
        key = (task, variant, stage)
        of_stage = self._on_units.get(key)
        if of_stage is None:
            of_stage = self._on_units[key] = {}
        times_ns = of_stage.get(items)
        if times_ns is None:
            times_ns = of_stage[items] = {}
            for name, cost in self._profiles.on_units(task, variant, stage).items():
                unit = self._units.get(name)
                if unit is not None:
                    expected_ns, speed = cost.expected_ns(items), unit.speed
                    times_ns[name] = expected_ns if speed == 1.0 else round(expected_ns / speed)
        return times_ns

    def least_ns(self, task: str, variant: VariantSpec, first: int, items: int) -> int:
        """
        Return the time of a variant's stages from a given one on, each on its fastest available
        unit.

        Unknown stages count as 0.
        """
        if self._entered != self._profiles.entered:
            self._entered = self._profiles.entered
            self.forget()
        of_task = self._least.get(task)
        if of_task is None:
            of_task = self._least[task] = {}
        key = (variant.name, first, items)
        time_ns = of_task.get(key)
        if time_ns is None:
            time_ns = of_task[key] = sum(
                self.least_of_stage_ns(task, variant.name, stage, items)
                for stage in variant.stages[first:]
            )
        return time_ns

    def latest_ns(self, jobs: Sequence[Job]) -> list[int]:
        """Return when each job must go on at the latest to end in time, as :meth:`least_ns`."""
        if self._entered != self._profiles.entered:
            self._entered = self._profiles.entered
            self.forget()
        least, found = self._least, list[int]()
        for job in jobs:
            of_task, variant = least.get(job.task), job.variant
            needed_ns: int | None = None
            if of_task is not None:
                needed_ns = of_task.get((variant.name, job.stage_index, job.items))
            if needed_ns is None:
                needed_ns = self.least_ns(job.task, variant, job.stage_index, job.items)
            found.append(job.deadline_ns - needed_ns)
        return found

    def least_of_stage_ns(self, task: str, variant: str, stage: StageSpec, items: int) -> int:
        """Return the time of a stage on its fastest available unit; 0 while nothing is known."""
        times_ns, units = self.on_units_ns(task, variant, stage.name, items), self._units
        key = (task, variant, stage.name)
        of_stage = self._least_of_stage.get(key)
        if of_stage is None:
            of_stage = self._least_of_stage[key] = {}
        least_ns = of_stage.get(items)
        if least_ns is None:
            known = [
                times_ns[name]
                for name in stage.units
                if name in times_ns and units[name].state == AVAILABLE
            ]
            least_ns = of_stage[items] = min(known, default=0)
        return least_ns
