# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""First come, first served."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.placement import run_in_order


class FirstComeFirstServed:
    """Runs the frame that was taken first; knows nothing of deadlines or priorities."""

    name = 'fcfs'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = ()
    asks_when_busy: ClassVar[bool] = False

    def decide(self, view: View) -> list[Decision]:
        """Start ready jobs in order of release."""
        return run_in_order(view, lambda job: (job.release_ns, job.id))


POLICY = FirstComeFirstServed
