# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""MAEL that considers deadlines first."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.combinations import assign
from edge_sched_ros.policies.combinations import Choice
from edge_sched_ros.policies.combinations import COMBINATIONS
from edge_sched_ros.policies.turns import give_turns


class SloMael:
    """
    Takes the assignment with the least total deadline violation; without violation like MAEL.

    The score is ``-sum(latency / deadline)`` over violations, else ``sum(1 / latency)``. On a unit
    the least slack is first. Source: Seo et al., ACM TACO 18(4), 2021.
    """

    name: ClassVar[str] = 'slo_mael'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = (COMBINATIONS,)
    asks_when_busy: ClassVar[bool] = False
    #: whether a job keeps its unit between stages
    in_one_piece: ClassVar[bool] = True

    def __init__(self, *, combinations: float) -> None:
        self._limit = int(combinations)

    def decide(self, view: View) -> list[Decision]:
        """Start the first job of every unit's part of the best assignment."""
        decisions = assign(
            view, self._limit, score=_score, order=_slack, in_one_piece=self.in_one_piece
        )
        # sums of violations tell nothing about who has waited, long or short
        return give_turns(view, decisions, alike=False)


def _score(choices: list[Choice]) -> float:
    violation = 0.0
    for choice in choices:
        if choice.response_ns > choice.deadline_ns:
            violation += choice.response_ns / choice.deadline_ns
    if violation:
        return -violation
    return sum([1 / max(1, choice.latency_ns) for choice in choices], 0.0)


def _slack(view: View, job: Job, _unit: str) -> float:
    return job.deadline_ns - view.least_remaining_ns(job)


POLICY = SloMael
