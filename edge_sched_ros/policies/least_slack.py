# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Least slack first."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.scores import Scores
from edge_sched_ros.core.scores import slacks
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.turns import run_in_turn


class LeastSlack:
    """
    Runs the job that can wait the least: deadline minus now minus the time it still needs.

    Source: least laxity first (Mok, MIT 1983); as a scheduler of networks, Band
    (mrsnu/band, ``least_slack_first_scheduler``). Higher priorities before lower ones.
    """

    name: ClassVar[str] = 'least_slack'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = ()
    asks_when_busy: ClassVar[bool] = False

    def decide(self, view: View) -> list[Decision]:
        """Start ready jobs by priority, then slack."""
        return run_in_turn(
            view,
            lambda job: (-job.priority, job.deadline_ns - view.least_remaining_ns(job), job.id),
        )

    def last_scores(self, view: View) -> Scores:
        """Return the slack of every ready job."""
        return slacks(view)


POLICY = LeastSlack
