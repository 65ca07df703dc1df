# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Blocks of stages that keep their unit, in order of arrival: like VELTAIR."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.placement import run_in_order


class VeltairLike:
    """
    Runs jobs in order of arrival in blocks of stages; a block keeps its unit.

    VELTAIR (Liu et al., "VELTAIR: Towards High-Performance Multi-Tenant Deep Learning Services via
    Adaptive Compilation and Scheduling", ASPLOS 2022) schedules blocks of layers, larger ones
    when few conflict, and compiles versions of a layer for several degrees of interference.
    Written from what is generally known of it, not from its code, and not verified. There is one
    version of a stage here, so that only the blocks are like it: a block ends after a share of the
    job's time that falls with the number of jobs in flight.
    """

    name: ClassVar[str] = 'veltair_like'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = ()
    asks_when_busy: ClassVar[bool] = False

    def decide(self, view: View) -> list[Decision]:
        """Continue blocks on their units, then start others in order of arrival."""

        def within(job: Job) -> bool:
            return job.unit is not None and not _ends_block(view, job)

        def units(job: Job) -> tuple[str, ...]:
            if within(job) and job.unit in job.stage.units:
                return (job.unit,)
            return job.stage.units

        return run_in_order(
            view, lambda job: (-job.priority, not within(job), job.release_ns, job.id), units
        )


def _ends_block(view: View, job: Job) -> bool:
    """Return whether a block of equal numbers of stages ends before the job's next stage."""
    stages = len(job.variant.stages)
    blocks = min(stages, max(1, len(view.jobs) // max(1, len(view.units))))
    return job.stage_index * blocks % stages < blocks


POLICY = VeltairLike
