# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs every stage on the unit of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from typing import ClassVar

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.turns import run_in_turn


class PlanFollower:
    """
    Runs every stage on its planned unit, where the earliest deadline is first.

    It waits for a busy unit; a lost unit is replaced by the stage's first available unit until it
    is back. The same rule applies to a unit that cannot run the stage, and to tasks and variants
    without a plan: the units of a stage are in order of preference, and
    :func:`edge_sched_ros.planning.apply.planned_tasks` can put a plan into that order as well.

    :param plan: task -> the unit of each stage. It is not a number, so it is not among the
        ``parameters``: the dispatcher's driver gives it at the start, and a new one by
        ``ParametersChanged({'plan': ...})``
    """

    name: ClassVar[str] = 'plan_follower'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = ()
    asks_when_busy: ClassVar[bool] = False
    follows_plan: ClassVar[bool] = True

    def __init__(self, plan: Mapping[str, Sequence[str]] | None = None) -> None:
        self._plan = {task: tuple(units) for task, units in (plan or {}).items()}

    def decide(self, view: View) -> list[Decision]:
        """Start ready jobs on their planned units."""
        units = view.units

        def planned(job: Job) -> tuple[str, ...]:
            named = self._planned(job)
            if named in job.stage.units and units[named].state == AVAILABLE:
                return (named,)
            for name in job.stage.units:
                if units[name].state == AVAILABLE:
                    return (name,)
            return ()

        return run_in_turn(view, lambda job: (-job.priority, job.deadline_ns, job.id), planned)

    def _planned(self, job: Job) -> str:
        """Return the planned unit for a job's next stage; empty without one."""
        plan = self._plan.get(job.task, ())
        return plan[job.stage_index] if len(plan) == len(job.variant.stages) else ''


POLICY = PlanFollower
