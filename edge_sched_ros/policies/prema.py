# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tokens for waiting; the shortest job among those with enough tokens runs."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.placement import run_in_order

_LEVELS = (9.0, 3.0, 1.0)


class Prema:
    """
    A job earns tokens by priority times waiting time over its own time.

    The shortest job runs among those that reach the highest of the levels 1, 3 and 9 that any job
    reaches. Source: PREMA (Choi and Rhu, HPCA 2020) as ported by Dysta's authors
    (``PREMA_Scheduler``); without its pre-emption inside a layer.
    """

    name: ClassVar[str] = 'prema'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = ()
    asks_when_busy: ClassVar[bool] = False

    def decide(self, view: View) -> list[Decision]:
        """Start the shortest jobs among those with enough tokens, then the others."""
        needs = {job.id: max(1, view.least_remaining_ns(job)) for job in view.ready}
        tokens = {job.id: _tokens(view, job, needs[job.id]) for job in view.ready}
        richest = max(tokens.values(), default=0.0)
        level = next((level for level in _LEVELS if richest >= level), 0.0)
        return run_in_order(
            view, lambda job: (tokens[job.id] < level, needs[job.id], job.release_ns, job.id)
        )


def _tokens(view: View, job: Job, needs_ns: int) -> float:
    return (1 + max(0, job.priority)) * (view.now_ns - job.ready_ns) / needs_ns


POLICY = Prema
