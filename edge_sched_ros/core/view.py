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
    """

    __slots__ = ('accounts', 'now_ns', 'profiles', 'ready', 'tasks', 'units')

    def __init__(
        self,
        *,
        now_ns: int,
        ready: Sequence[Job],
        units: Mapping[str, UnitState],
        tasks: Mapping[str, TaskSpec],
        accounts: Mapping[str, TaskAccount],
        profiles: Profiles,
    ) -> None:
        self.now_ns = now_ns
        self.ready = ready
        self.units = units
        self.tasks = tasks
        self.accounts = accounts
        self.profiles = profiles

    def idle_units(self) -> dict[str, UnitState]:
        """Return the units a stage may be started on now, by name."""
        return {name: unit for name, unit in self.units.items() if unit.idle}

    def expected_ns(self, job: Job, stage: StageSpec, unit: str) -> int | None:
        """
        Return the expected latency of a job's stage on a unit, or ``None`` while unknown.

        Scaled by the unit's present speed.
        """
        expected = self.profiles.expected_ns(
            job.task, job.variant.name, stage.name, unit, job.items
        )
        return None if expected is None else round(expected / self.units[unit].speed)

    def least_remaining_ns(self, job: Job) -> int:
        """
        Return the time the job still needs at best, in nanoseconds.

        Every stage on the fastest available unit, without waiting; unknown stages count nothing.
        """
        return sum(self._least_ns(job, stage) for stage in job.remaining)

    def _least_ns(self, job: Job, stage: StageSpec) -> int:
        known = [
            expected
            for unit in stage.units
            if self.units[unit].state == AVAILABLE
            and (expected := self.expected_ns(job, stage, unit)) is not None
        ]
        return min(known, default=0)
