# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Early dropping, an option of every policy: jobs that cannot meet their deadline get no time."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.core import reasons
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.policy import Policy
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.scores import Scores
from edge_sched_ros.core.scores import scores_of
from edge_sched_ros.core.scores import slacks
from edge_sched_ros.core.view import View

#: the margin is at most the deadline divided by this
_MOST_MARGIN = 4


class EarlyDrop:
    """
    Drops ready jobs that would be late even in the best case; the inner policy decides the rest.

    Costs are learned from runs. A task whose jobs are all dropped would never be measured again,
    so after ``probe_after`` such drops in a row one job is allowed.

    :param policy: decides about the remaining jobs
    :param margin_ms: a job counts as lost this long before it really is, but at most a quarter of
        its deadline: a result that is just too late costs as much as one on time
    :param probe_after: number of drops in a row after which one job runs anyway
    """

    parameters: ClassVar[tuple[PolicyParameter, ...]] = (
        PolicyParameter(
            'margin_ms',
            0.0,
            0.0,
            1000.0,
            'Margin before the deadline, in milliseconds, at most a quarter of the deadline:'
            ' a job is dropped early if it would end less than this before its deadline. The'
            ' margin leaves time for stages that take longer than usual, and for publishing',
        ),
        PolicyParameter(
            'probe_after',
            10,
            1,
            1_000_000,
            'Number of early drops in a row after which one job runs anyway',
        ),
    )
    asks_when_busy: ClassVar[bool] = False

    def __init__(self, policy: Policy, *, margin_ms: float, probe_after: float) -> None:
        self.name = f'{policy.name}+drop'
        self._policy = policy
        #: such a policy can save a job by a lighter variant
        self._switches_variants = getattr(policy, 'switches_variants', False)
        self.follows_plan = bool(getattr(policy, 'follows_plan', False))
        self._margin_ns = round(margin_ms * 1e6)
        self._probe_after = probe_after
        #: whether the last call dropped jobs, so that the inner policy was not asked
        self._dropped = False

    @property
    def problem(self) -> str:
        """Why another policy decides than the inner one; empty when that one does."""
        return str(getattr(self._policy, 'problem', ''))

    def decide(self, view: View) -> list[Decision]:
        """Drop the lost jobs, or, when there are none, ask the inner policy."""
        ready = view.ready
        if self._switches_variants:
            latest_ns = [job.deadline_ns - view.least_of_any_variant_ns(job) for job in ready]
        else:
            latest_ns = view.latest_ns(ready)
        lost: list[Decision] = []
        # before this none is lost, whatever the margin of each
        if latest_ns and min(latest_ns) < view.now_ns + self._margin_ns:
            lost = [
                Drop(job.id, job.task, reasons.DEADLINE_UNREACHABLE)
                for job, until_ns in zip(ready, latest_ns)
                if self._is_lost(view, job, until_ns)
            ]
        self._dropped = bool(lost)
        return lost or self._policy.decide(view)

    def last_scores(self, view: View) -> Scores | None:
        """Return the slack of every ready job after drops, else what the inner policy tells."""
        return slacks(view) if self._dropped else scores_of(self._policy, view)

    def _is_lost(self, view: View, job: Job, latest_ns: int) -> bool:
        if latest_ns >= view.now_ns + self._margin_ns:
            return False
        if view.accounts[job.task].unreachable_in_a_row >= self._probe_after:
            return False
        margin_ns = min(self._margin_ns, (job.deadline_ns - job.release_ns) // _MOST_MARGIN)
        return view.now_ns + margin_ns > latest_ns
