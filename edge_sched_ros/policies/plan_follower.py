# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs every stage where a plan says."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.placement import run_in_order


class PlanFollower:
    """
    Every stage on the first of its units that is there; there the earliest deadline is first.

    The units of a stage are in order of preference, so the plan is in the tasks themselves
    (:func:`edge_sched_ros.planning.apply.planned_tasks` puts it there). A busy unit is waited
    for; one that is lost is replaced by the next until it comes back. Without a plan that is
    the unit each stage prefers, in the simulator the fastest.
    """

    name = 'plan_follower'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = ()
    asks_when_busy: ClassVar[bool] = False

    def decide(self, view: View) -> list[Decision]:
        """Start ready jobs on their planned units."""
        units = view.units

        def planned(job: Job) -> tuple[str, ...]:
            for name in job.stage.units:
                if units[name].state == AVAILABLE:
                    return (name,)
            return ()

        return run_in_order(view, lambda job: (-job.priority, job.deadline_ns, job.id), planned)


POLICY = PlanFollower
