# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The search for the best plan: compiled where the extension module is, else in Python."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from edge_sched_ros.native.loading import extension
from edge_sched_ros.policies.beam import Ends
from edge_sched_ros.policies.beam import search
from edge_sched_ros.policies.choices import Scale
from edge_sched_ros.policies.plan_job import Option
from edge_sched_ros.policies.plan_job import Placement
from edge_sched_ros.policies.plan_job import PlanJob


def _by_deadline(job: PlanJob) -> float:
    return job.due_ns


def _by_worth(job: PlanJob) -> float:
    return -job.miss


def _by_slack(job: PlanJob) -> float:
    return job.due_ns - job.least_ns


#: orders of jobs: a job placed early keeps its place when others no longer fit
ORDERS = (_by_deadline, _by_worth, _by_slack)


class PlanSearch:
    """
    Finds the cheapest schedule over all orders of the jobs, and keeps what else it compared.

    Both forms do the same sums in the same order, so they find the same schedules.
    """

    def __init__(self) -> None:
        module: Any = extension()
        self._native: Any = None if module is None else module.PlanSearch()
        self._jobs: list[PlanJob] = []
        self._ends = Ends()

    def forget(self) -> None:
        """Forget the last search: nothing was compared."""
        self._jobs = []
        self._ends.states = []
        if self._native is not None:
            self._native.forget()

    def find(self, jobs: list[PlanJob], free_ns: list[int], scale: Scale) -> list[Placement]:
        """
        Return the jobs of the cheapest schedule found; others are dropped.

        :param free_ns: per unit, the time when it is free
        """
        if self._native is None:
            return search(jobs, orders(jobs), free_ns, scale, self._ends)[1]
        self._jobs = jobs
        found: list[tuple[int, int, int]] = self._native.find(
            jobs, free_ns, scale.now_ns, scale.width, scale.pressure, scale.haste
        )
        return [
            Placement(jobs[job], jobs[job].options[option], begin_ns)
            for job, option, begin_ns in found
        ]

    def by_cost(self, now_ns: int) -> Iterator[tuple[float, list[tuple[int, Option]]]]:
        """Yield costs of compared schedules, the cheapest first, and what they begin by now."""
        if self._native is None:
            yield from self._ends.by_cost(now_ns)
            return
        jobs = self._jobs
        ends: list[tuple[float, list[tuple[int, int, int]]]] = self._native.ends()
        for cost, chain in sorted(ends, key=_cost):
            begun = [
                (jobs[job].key, jobs[job].options[option])
                for job, option, begin_ns in chain
                if begin_ns <= now_ns
            ]
            yield cost, begun


def _cost(end: tuple[float, list[tuple[int, int, int]]]) -> float:
    return end[0]


def orders(jobs: list[PlanJob]) -> list[list[int]]:
    """Return the indices of jobs in every order."""
    found = []
    for order in ORDERS:
        keys = [order(job) for job in jobs]
        found.append(sorted(range(len(jobs)), key=keys.__getitem__))
    return found
