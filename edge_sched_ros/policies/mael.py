# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Minimum average expected latency over all assignments of the waiting jobs."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.combinations import assign
from edge_sched_ros.policies.combinations import Choice
from edge_sched_ros.policies.combinations import COMBINATIONS


class Mael:
    """
    Scores every assignment of jobs to units by ``sum(1 / expected latency)``, takes the best.

    Source: Seo et al., "SLO-aware inference scheduler for heterogeneous processors in edge
    platforms", ACM TACO 18(4), 2021. Their window of 10 ms is one decision here; a started job
    continues on its unit before others, as their models run without interruption. On a unit the
    shortest job is first.
    """

    name: ClassVar[str] = 'mael'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = (COMBINATIONS,)
    asks_when_busy: ClassVar[bool] = False

    def __init__(self, *, combinations: float) -> None:
        self._limit = int(combinations)

    def decide(self, view: View) -> list[Decision]:
        """Start the first job of every unit's part of the best assignment."""
        return assign(view, self._limit, score=_score, order=_shortest, in_one_piece=True)


def _score(choices: list[Choice]) -> float:
    return sum([1 / max(1, choice.latency_ns) for choice in choices], 0.0)


def _shortest(view: View, job: Job, unit: str) -> float:
    return view.cost_ns(job, job.stage, unit)


POLICY = Mael
