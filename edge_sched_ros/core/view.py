# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a policy may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_sched_ros.core.units import AVAILABLE

if TYPE_CHECKING:
    from collections.abc import Container
    from collections.abc import Mapping
    from collections.abc import Sequence

    from edge_sched_ros.core.job import Job
    from edge_sched_ros.core.ledger import TaskAccount
    from edge_sched_ros.core.profiles import Profiles
    from edge_sched_ros.core.profiles import StageCost
    from edge_sched_ros.core.ready import ReadyJobs
    from edge_sched_ros.core.tasks import StageSpec
    from edge_sched_ros.core.tasks import TaskSpec
    from edge_sched_ros.core.tasks import VariantSpec
    from edge_sched_ros.core.units import UnitState


class View:
    """
    A read-only look at the dispatcher, valid during one ``decide`` call.

    The same object shows the next moment at the next call.

    :param ready: jobs whose next stage can start, in order of release
    :param units: all units by name
    :param jobs: every job in flight by id, ready or not
    :param behind: tasks that lost a frame to the load lately
    """

    __slots__ = (
        '_free',
        'accounts',
        'behind',
        'jobs',
        'now_ns',
        'profiles',
        'ready',
        'tasks',
        'units',
    )

    def __init__(
        self,
        *,
        now_ns: int,
        ready: Sequence[Job],
        units: Mapping[str, UnitState],
        tasks: Mapping[str, TaskSpec],
        accounts: Mapping[str, TaskAccount],
        profiles: Profiles,
        jobs: Mapping[int, Job],
        behind: Container[str] = (),
    ) -> None:
        self.now_ns = now_ns
        self.ready = ready
        self.units = units
        self.tasks = tasks
        self.accounts = accounts
        self.profiles = profiles
        self.jobs = jobs
        self.behind = behind
        self._free = self._count_free()

    def refresh(self, now_ns: int, ready: ReadyJobs) -> bool:
        """Show the present; return whether any unit is idle."""
        self.now_ns = now_ns
        self.ready = [entry[2] for entry in ready.entries]
        self._free = self._count_free()
        return bool(self._free)

    def free_slots(self) -> dict[str, int]:
        """Return how many stages may be started on each unit now; units with none are absent."""
        return self._free.copy()

    def _count_free(self) -> dict[str, int]:
        return {
            name: unit.slots - len(unit.running)
            for name, unit in self.units.items()
            if len(unit.running) < unit.slots and unit.state == AVAILABLE
        }

    def expected_ns(self, job: Job, stage: StageSpec, unit: str) -> int | None:
        """
        Return the expected latency of a job's stage on a unit, or ``None`` while unknown.

        Scaled by the unit's present speed.
        """
        cost = self.profiles.cost(job.task, job.variant.name, stage.name, unit)
        return None if cost is None else self._at_speed(cost, job, unit)

    def cost_ns(self, job: Job, stage: StageSpec, unit: str) -> int:
        """Return the expected latency, hand-over included; an unknown latency counts as zero."""
        profiles = self.profiles
        cost = profiles.cost(job.task, job.variant.name, stage.name, unit)
        handover_ns = profiles.transition_ns(job.unit, unit) if profiles.has_transitions else 0
        return handover_ns if cost is None else self._at_speed(cost, job, unit) + handover_ns

    def costs_ns(self, job: Job, stage: StageSpec, units: Sequence[str]) -> list[int]:
        """Return :meth:`cost_ns` of several units."""
        profiles = self.profiles
        known = profiles.on_units(job.task, job.variant.name, stage.name)
        costs = [
            0 if (cost := known.get(unit)) is None else self._at_speed(cost, job, unit)
            for unit in units
        ]
        if not profiles.has_transitions:
            return costs
        return [ns + profiles.transition_ns(job.unit, unit) for ns, unit in zip(costs, units)]

    def energy_mj(self, job: Job, stage: StageSpec, unit: str) -> float | None:
        """Return the expected energy of a job's stage on a unit in mJ, or ``None``."""
        cost = self.profiles.cost(job.task, job.variant.name, stage.name, unit)
        return None if cost is None else cost.expected_mj(job.items)

    def period_ns(self, task: str) -> int:
        """Return the time between a task's releases: observed, else as set, else 0."""
        return round(self.accounts[task].interval_ns) or self.tasks[task].period_ns

    def least_remaining_ns(self, job: Job) -> int:
        """
        Return the time the job still needs at best, in nanoseconds.

        Every stage on the fastest available unit, without waiting; unknown stages count nothing.
        """
        return sum([self._least_ns(job, stage) for stage in job.remaining])

    def least_of_any_variant_ns(self, job: Job) -> int:
        """Return the least time the job needs when it may still change to another variant."""
        if job.started:
            return self.least_remaining_ns(job)
        return min(
            sum(self._least_ns(job, stage, variant) for stage in variant.stages)
            for variant in self.tasks[job.task].variants
        )

    def remaining_on_ns(self, job: Job, unit: str) -> int:
        """Return the time the job still needs on a unit; other stages at their fastest unit."""
        return sum(
            self.cost_ns(job, stage, unit) if unit in stage.units else self._least_ns(job, stage)
            for stage in job.remaining
        )

    def _least_ns(self, job: Job, stage: StageSpec, variant: VariantSpec | None = None) -> int:
        costs = self.profiles.on_units(job.task, (variant or job.variant).name, stage.name)
        units = self.units
        known = [
            self._at_speed(cost, job, unit)
            for unit in stage.units
            if units[unit].state == AVAILABLE and (cost := costs.get(unit)) is not None
        ]
        return min(known, default=0)

    def _at_speed(self, cost: StageCost, job: Job, unit: str) -> int:
        expected_ns, speed = cost.expected_ns(job.items), self.units[unit].speed
        return expected_ns if speed == 1.0 else round(expected_ns / speed)
