# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Lighter variants under load, and the best one again when there is time, for any policy."""

from __future__ import annotations

from collections.abc import Callable

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import UseVariant
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.core.view import View


class VariantChoice:
    """
    Picks the heaviest variant that is expected to meet the deadline, at a job's first decision.

    Hysteresis: a heavier variant must leave this share of the slack.
    Source: DREAM (ASPLOS 2023) switches supernet variants by load; the rule is as recalled and
    not verified, the hysteresis is this project's.

    :param hysteresis: share of slack, 0..1
    """

    def __init__(self, hysteresis: float) -> None:
        self._hysteresis = hysteresis
        self._level: dict[str, int] = {}
        self._chosen: dict[str, int] = {}

    def decide(self, view: View, togo_ns: Callable[[Job, VariantSpec], float]) -> list[Decision]:
        """Return the changes of variant for jobs seen for the first time."""
        decisions: list[Decision] = []
        for job in view.ready:
            variants = view.tasks[job.task].variants
            if len(variants) < 2 or job.started or self._chosen.get(job.task, -1) >= job.id:
                continue
            self._chosen[job.task] = job.id
            wait_ns = backlog_ns(view, job, togo_ns)
            level = self._pick(view, job, variants, wait_ns, togo_ns)
            self._level[job.task] = level
            if variants[level] is not job.variant:
                decisions.append(UseVariant(job.id, variants[level].name))
        return decisions

    def _pick(
        self,
        view: View,
        job: Job,
        variants: tuple[VariantSpec, ...],
        wait_ns: float,
        togo_ns: Callable[[Job, VariantSpec], float],
    ) -> int:
        slack_ns = job.deadline_ns - view.now_ns
        current = self._level.get(job.task, 0)
        for level, variant in enumerate(variants):
            room = slack_ns * (1 - self._hysteresis) if level < current else slack_ns
            if wait_ns + togo_ns(job, variant) <= room:
                return level
        return len(variants) - 1


def backlog_ns(view: View, job: Job, togo_ns: Callable[[Job, VariantSpec], float]) -> float:
    """Return how long the other jobs in flight keep a unit busy on average."""
    units = [unit for unit in view.units.values() if unit.state == AVAILABLE]
    work = 0.0
    for other in view.jobs.values():
        if other.id != job.id and other.deadline_ns <= job.deadline_ns:
            work += togo_ns(other, other.variant)
    return work / max(1, len(units))
