# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Shared by policies that take jobs in some order and put each on its best idle unit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.units import UnitState
from edge_sched_ros.core.view import View


def run_in_order(view: View, key: Callable[[Job], Any]) -> list[Decision]:
    """Start ready jobs by ascending ``key``, each on its fastest idle unit."""
    idle = view.idle_units()
    decisions: list[Decision] = []
    for job in sorted(view.ready, key=key):
        if not idle:
            break
        unit = fastest_idle_unit(view, job, idle)
        if unit is not None:
            del idle[unit]
            decisions.append(run(job, unit))
    return decisions


def fastest_idle_unit(view: View, job: Job, idle: dict[str, UnitState]) -> str | None:
    """
    Return the idle unit that runs the job's next stage in the least expected time.

    Unknown costs count as zero, so that every unit gets tried; among equals the unit the job
    ran on last wins (its caches are warm), then the stage's order of preference.
    """
    best: str | None = None
    best_cost: tuple[int, bool] | None = None
    for name in job.stage.units:
        if name not in idle:
            continue
        cost = (view.expected_ns(job, job.stage, name) or 0, name != job.unit)
        if best_cost is None or cost < best_cost:
            best, best_cost = name, cost
    return best


def run(job: Job, unit: str) -> Run:
    """Return the decision to start a job's next stage on a unit."""
    return Run(job.id, job.task, job.stage.name, unit, job.variant.name, job.items)
