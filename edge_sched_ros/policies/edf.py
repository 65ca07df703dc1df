# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Earliest deadline first."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.scores import Scores
from edge_sched_ros.core.scores import slacks
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.turns import run_in_turn


class EarliestDeadlineFirst:
    """
    Runs the job whose deadline comes first, higher priorities before lower ones.

    Source: Liu and Layland, "Scheduling Algorithms for Multiprogramming in a Hard-Real-Time
    Environment", JACM 1973; here non-pre-emptive within a stage and over several units.
    """

    name: ClassVar[str] = 'edf'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = ()
    asks_when_busy: ClassVar[bool] = False

    def decide(self, view: View) -> list[Decision]:
        """Start ready jobs by priority, then deadline."""
        return run_in_turn(view, lambda job: (-job.priority, job.deadline_ns, job.id))

    def last_scores(self, view: View) -> Scores:
        """Return the slack of every ready job."""
        return slacks(view)


POLICY = EarliestDeadlineFirst
