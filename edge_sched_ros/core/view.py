# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The policy's view of the dispatcher."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edge_sched_ros.core.times import Times
from edge_sched_ros.core.units import AVAILABLE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence
    from collections.abc import Set

    from edge_sched_ros.core.job import Job
    from edge_sched_ros.core.ledger import TaskAccount
    from edge_sched_ros.core.profiles import Profiles
    from edge_sched_ros.core.ready import ReadyJobs
    from edge_sched_ros.core.tasks import StageSpec
    from edge_sched_ros.core.tasks import TaskSpec
    from edge_sched_ros.core.tasks import VariantSpec
    from edge_sched_ros.core.units import UnitState


class View:
    """
    A read-only view of the dispatcher, valid during one ``decide`` call.

    The same object is updated for the next call.

    :param ready: jobs whose next stage can start, in order of release
    :param units: all units by name
    :param jobs: every job in flight by id, ready or not
    :param behind: tasks that recently lost a frame to the load
    :param times: cached times, kept between calls; computed if not given
    """

    __slots__ = (
        '_free',
        '_times',
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
        behind: Set[str] = frozenset(),
        times: Times | None = None,
    ) -> None:
        self.now_ns = now_ns
        self.ready = ready
        self.units = units
        self.tasks = tasks
        self.accounts = accounts
        self.profiles = profiles
        self.jobs = jobs
        self.behind = behind
        self._times = times or Times(profiles, units)
        self._free = self._count_free()

    def refresh(
        self, now_ns: int, ready: ReadyJobs, first: Set[int] = frozenset(), *, rest: bool = True
    ) -> bool:
        """
        Update the view; return whether any unit is idle.

        :param first: jobs that are offered before all others
        :param rest: whether the others are offered now
        """
        self.now_ns = now_ns
        if first or not rest:
            self.ready = [entry[2] for entry in ready.entries if (entry[1] in first) != rest]
        else:
            self.ready = [entry[2] for entry in ready.entries]
        self._free = self._count_free()
        return bool(self._free)

    def free_slots(self) -> dict[str, int]:
        """Return how many stages each unit takes now, without units that take none."""
        return self._free.copy()

    def _count_free(self) -> dict[str, int]:
        return {
            name: free
            for name, unit in self.units.items()
            if (free := unit.places - len(unit.running)) > 0 and unit.state == AVAILABLE
        }

    def expected_ns(self, job: Job, stage: StageSpec, unit: str) -> int | None:
        """
        Return the expected latency of a job's stage on a unit, or ``None`` while unknown.

        Scaled by the unit's present speed.
        """
        return self.times_ns(job, job.variant, stage).get(unit)

    def times_ns(self, job: Job, variant: VariantSpec, stage: StageSpec) -> Mapping[str, int]:
        """Return :meth:`expected_ns` of a stage by unit, without unknown ones."""
        return self._times.on_units_ns(job.task, variant.name, stage.name, job.items)

    def cost_ns(self, job: Job, stage: StageSpec, unit: str) -> int:
        """Return the expected latency with the transfer; an unknown latency counts as zero."""
        profiles, cost_ns = self.profiles, self.times_ns(job, job.variant, stage).get(unit, 0)
        if not profiles.has_transitions:
            return cost_ns
        return cost_ns + profiles.transition_ns(job.unit, unit)

    def costs_ns(self, job: Job, stage: StageSpec, units: Sequence[str]) -> list[int]:
        """Return :meth:`cost_ns` of several units."""
        profiles = self.profiles
        times_ns = self._times.on_units_ns(job.task, job.variant.name, stage.name, job.items)
        costs = [times_ns.get(unit, 0) for unit in units]
        if not profiles.has_transitions:
            return costs
        return [ns + profiles.transition_ns(job.unit, unit) for ns, unit in zip(costs, units)]

    def energy_mj(self, job: Job, stage: StageSpec, unit: str) -> float | None:
        """Return the expected energy of a job's stage on a unit in mJ, or ``None``."""
        cost = self.profiles.cost(job.task, job.variant.name, stage.name, unit)
        return None if cost is None else cost.expected_mj(job.items)

    def period_ns(self, task: str) -> int:
        """Return the time between a task's releases: observed, else configured, else 0."""
        return round(self.accounts[task].interval_ns) or self.tasks[task].period_ns

    def least_remaining_ns(self, job: Job) -> int:
        """
        Return the minimum remaining time of the job, in nanoseconds.

        Every stage on its fastest available unit, without waiting; unknown stages count as 0.
        """
        return self._times.least_ns(job.task, job.variant, job.stage_index, job.items)

    def latest_ns(self, jobs: Sequence[Job]) -> list[int]:
        """Return the deadline of each job less :meth:`least_remaining_ns`."""
        return self._times.latest_ns(jobs)

    def job_ns(self, task: str) -> int:
        """Return the minimum time of a whole job of a task over one item; 0 while unknown."""
        return self._times.least_ns(task, self.tasks[task].variants[0], 0, 1)

    def least_of_any_variant_ns(self, job: Job) -> int:
        """Return the minimum remaining time of the job if it may still change its variant."""
        if job.started:
            return self.least_remaining_ns(job)
        return min(
            self._times.least_ns(job.task, variant, 0, job.items)
            for variant in self.tasks[job.task].variants
        )

    def remaining_on_ns(self, job: Job, unit: str) -> int:
        """Return the job's remaining time with the next stage on a unit, others on the fastest."""
        least_ns = self._times.least_of_stage_ns
        return sum(
            self.cost_ns(job, stage, unit)
            if unit in stage.units
            else least_ns(job.task, job.variant.name, stage, job.items)
            for stage in job.remaining
        )
