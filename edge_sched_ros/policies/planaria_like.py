# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A share of the units for each job in flight, by what its deadline needs: like Planaria."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.placement import run_sorted


class PlanariaLike:
    """
    Gives each job the slowest idle unit with which it should be on time, the least slack first.

    Planaria (Ghodrati et al., "Planaria: Dynamic Architecture Fission for Spatial Multi-Tenant
    Acceleration of Deep Neural Networks", MICRO 2020) divides one array into smaller ones: each
    network gets the smallest part that meets its deadline, and what is left goes to networks by
    slack. Written from what is generally known of it, not from its code, and not verified. Units
    here cannot be divided: the smallest part is the slowest idle unit that is fast enough.
    """

    name: ClassVar[str] = 'planaria_like'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = ()
    asks_when_busy: ClassVar[bool] = False

    def decide(self, view: View) -> list[Decision]:
        """Start the jobs with least slack, each on the slowest unit that is fast enough."""
        idle = view.free_slots()

        def smallest(job: Job) -> tuple[str, ...]:
            slack_ns = job.deadline_ns - view.now_ns
            needs_ns = {
                unit: view.remaining_on_ns(job, unit) for unit in job.stage.units if unit in idle
            }
            enough = [unit for unit, ns in needs_ns.items() if ns <= slack_ns]
            if enough:
                return (max(enough, key=needs_ns.__getitem__),)
            # a busy unit may still be fast enough
            return () if view.least_remaining_ns(job) <= slack_ns else tuple(needs_ns)

        def slack(job: Job) -> tuple[int, int, int]:
            return -job.priority, job.deadline_ns - view.least_remaining_ns(job), job.id

        return run_sorted(view, sorted(view.ready, key=slack), smallest, idle)


POLICY = PlanariaLike
