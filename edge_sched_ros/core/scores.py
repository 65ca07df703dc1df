# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What led a policy to its decisions, for traces; nobody asks for it otherwise."""

from __future__ import annotations

from collections.abc import Callable

from edge_sched_ros.core.record import record
from edge_sched_ros.core.view import View

#: what numbers of options are: the greatest score goes first, or the least slack or cost
MAP_SCORE, SLACK_NS, PLAN_COST = 'map_score', 'slack_ns', 'plan_cost'
#: maximum number of options of one call
MOST_OPTIONS = 8

#: an option: its number, and the jobs it is about with their units (empty: any)
ScoredOption = tuple[float, list[tuple[int, str]]]


@record
class Scores:
    """
    What a policy could choose from in one call, with the numbers it compared.

    :param of: what the numbers are
    :param options: the ones that the policy prefers first
    """

    of: str
    options: list[ScoredOption]


def slacks(view: View) -> Scores:
    """Return by how much each ready job can wait, on the fastest units; the least first."""
    options: list[ScoredOption] = [
        (job.deadline_ns - view.now_ns - view.least_remaining_ns(job), [(job.id, '')])
        for job in view.ready
    ]
    options.sort()
    return Scores(SLACK_NS, options[:MOST_OPTIONS])


def scores_of(policy: object, view: View) -> Scores | None:
    """Return what a policy tells of its last call; ``None`` of one that tells nothing."""
    last_scores: Callable[[View], Scores | None] | None = getattr(policy, 'last_scores', None)
    return None if last_scores is None else last_scores(view)
