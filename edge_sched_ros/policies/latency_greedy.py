# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Latency-greedy: tasks by name, each on the idle unit that is fastest for it."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.placement import run_in_order


class LatencyGreedy:
    """
    Visits the tasks in alphabetical order and puts each one's oldest job on the fastest idle unit.

    It repeats this for second-oldest jobs while units are idle, never waits for a busy unit and
    ignores deadlines and priorities.

    Source: ``LatencyGreedy`` in XRBench's published code (Kwon et al., XRBench, MLSys 2023;
    ``HET_runtime.hpp``, ``DispatchJobs``).
    """

    name: ClassVar[str] = 'latency_greedy'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = ()
    asks_when_busy: ClassVar[bool] = False

    def decide(self, view: View) -> list[Decision]:
        """Start ready jobs round by round, in each round by task name."""
        older: Counter[str] = Counter()
        rounds = {}
        for job in view.ready:
            rounds[job.id] = older[job.task]
            older[job.task] += 1
        return run_in_order(view, lambda job: (rounds[job.id], job.task))


POLICY = LatencyGreedy
