# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a policy may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_sched_ros.core.units import AVAILABLE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from edge_sched_ros.core.job import Job
    from edge_sched_ros.core.ledger import TaskAccount
    from edge_sched_ros.core.profiles import Profiles
    from edge_sched_ros.core.tasks import StageSpec
    from edge_sched_ros.core.tasks import TaskSpec
    from edge_sched_ros.core.units import UnitState


class View:
    """
    A read-only look at the dispatcher, valid during one ``decide`` call.

    :param ready: jobs whose next stage can start, in order of release
    :param units: all units by name
    :param jobs: every job in flight by id, ready or not
    """

    __slots__ = ('accounts', 'jobs', 'now_ns', 'profiles', 'ready', 'tasks', 'units')

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
    ) -> None:
        self.now_ns = now_ns
        self.ready = ready
        self.units = units
        self.tasks = tasks
        self.accounts = accounts
        self.profiles = profiles
        self.jobs = jobs

    def free_slots(self) -> dict[str, int]:
        """Return how many stages may be started on each unit now; units with none are absent."""
        return {
            name: unit.unit.slots - len(unit.running)
            for name, unit in self.units.items()
            if unit.idle
        }

    def expected_ns(self, job: Job, stage: StageSpec, unit: str) -> int | None:
        """
        Return the expected latency of a job's stage on a unit, or ``None`` while unknown.

        Scaled by the unit's present speed.
        """
        expected = self.profiles.expected_ns(
            job.task, job.variant.name, stage.name, unit, job.items
        )
        return None if expected is None else round(expected / self.units[unit].speed)

    def cost_ns(self, job: Job, stage: StageSpec, unit: str) -> int:
        """Return the expected latency, hand-over included; an unknown latency counts as zero."""
        cost = self.profiles.cost(job.task, job.variant.name, stage.name, unit)
        handover_ns = self.profiles.transition_ns(job.unit, unit)
        if cost is None:
            return handover_ns
        return round(cost.expected_ns(job.items) / self.units[unit].speed) + handover_ns

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
        return sum(self._least_ns(job, stage) for stage in job.remaining)

    def remaining_on_ns(self, job: Job, unit: str) -> int:
        """Return the time the job still needs on a unit; other stages at their fastest unit."""
        return sum(
            self.cost_ns(job, stage, unit) if unit in stage.units else self._least_ns(job, stage)
            for stage in job.remaining
        )

    def _least_ns(self, job: Job, stage: StageSpec) -> int:
        known = [
            expected
            for unit in stage.units
            if self.units[unit].state == AVAILABLE
            and (expected := self.expected_ns(job, stage, unit)) is not None
        ]
        return min(known, default=0)
