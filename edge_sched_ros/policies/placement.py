# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Shared by policies that put jobs, in some order, each on its best idle unit."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Container
from collections.abc import Iterable
from typing import Any

from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.view import View

#: the units a job's next stage may run on
Allowed = Callable[[Job], tuple[str, ...]]


def run_in_order(
    view: View, key: Callable[[Job], Any] | None, allowed: Allowed | None = None
) -> list[Decision]:
    """
    Start ready jobs by ascending ``key``, each on its fastest idle unit.

    :param key: ``None`` for the present order, that of release
    :param allowed: narrows the units of a job's next stage
    """
    ready = view.ready
    in_order = sorted(ready, key=key) if key is not None and len(ready) > 1 else ready
    return run_sorted(view, in_order, allowed)


def run_sorted(
    view: View,
    jobs: Iterable[Job],
    allowed: Allowed | None,
    idle: dict[str, int] | None = None,
) -> list[Decision]:
    """
    Start jobs in the order given, each on its fastest idle unit.

    :param allowed: narrows the units of a job's next stage
    :param idle: the free slots, reduced by this call; by default all
    """
    idle = view.free_slots() if idle is None else idle
    decisions: list[Decision] = []
    for job in jobs:
        if not idle:
            break
        names = job.stage.units if allowed is None else allowed(job)
        unit = fastest_idle_unit(view, job, idle, names)
        if unit is not None:
            take_slot(idle, unit)
            decisions.append(run(job, unit))
    return decisions


def take_slot(idle: dict[str, int], unit: str) -> None:
    """Take one free slot of a unit."""
    idle[unit] -= 1
    if not idle[unit]:
        del idle[unit]


def fastest_idle_unit(
    view: View, job: Job, idle: Container[str], names: tuple[str, ...] | None = None
) -> str | None:
    """
    Return the idle unit that runs the job's next stage in the least expected time.

    Unknown costs count as zero, so that every unit is tried; among equals the unit of the job's
    last stage wins (its caches are warm), then the stage's order of preference.

    :param names: the units to consider; by default all that can run the stage
    """
    stage = job.stage
    able = [name for name in (stage.units if names is None else names) if name in idle]
    if not able:
        return None
    best = able[0]
    if len(able) == 1:
        return best
    costs_ns = view.costs_ns(job, stage, able)
    best_ns = costs_ns[0]
    for name, cost_ns in zip(able, costs_ns):
        if cost_ns < best_ns or (cost_ns == best_ns and name == job.unit):
            best, best_ns = name, cost_ns
    return best


def run(job: Job, unit: str) -> Run:
    """Return the decision to start a job's next stage on a unit."""
    return Run(job.id, job.task, job.stage.name, unit, job.variant.name, job.items)
