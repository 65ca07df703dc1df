# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs every stage where a plan says."""

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
    Every stage on its planned unit; there the earliest deadline is first.

    A busy unit is waited for; one that is lost is replaced by the first of the stage's units that
    is there, until it comes back. So is a unit that cannot run the stage, and all of a task or
    variant the plan says nothing of: the units of a stage are in order of preference, and
    :func:`edge_sched_ros.planning.apply.planned_tasks` can put a plan into that order as well.

    :param plan: task -> the unit of each stage. It is no number, so it is none of ``parameters``:
        whoever drives the dispatcher gives it at the start, and another one by
        ``ParametersChanged({'plan': ...})``
    """

    name = 'plan_follower'
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
        """Return the unit the plan names for a job's next stage; empty when it names none."""
        plan = self._plan.get(job.task, ())
        return plan[job.stage_index] if len(plan) == len(job.variant.stages) else ''


POLICY = PlanFollower
