# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A fixed mapping of stages to units, balanced by load."""

from __future__ import annotations

from collections.abc import Callable

from edge_sched_ros.core.job import Job
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.core.view import View

#: assumed time between releases of a task without a known period
_DEFAULT_PERIOD_NS = 100_000_000


class Pinning:
    """
    Longest processing time first: heavy stages choose before light ones.

    Each stage goes to the unit with the lowest resulting utilisation. The mapping is made again
    when units come or go; costs learned in the meantime do not move a stage. Source of the rule:
    Graham, "Bounds on Multiprocessing Timing Anomalies", SIAM J. Appl.
    Math. 1969.
    """

    def __init__(self) -> None:
        self._made_for: tuple[str, ...] = ()
        self._units: dict[tuple[str, str, str], str] = {}

    def allowed(self, view: View) -> Callable[[Job], tuple[str, ...]]:
        """Return a function that gives the unit of a job's next stage."""
        available = tuple(name for name, unit in view.units.items() if unit.state == AVAILABLE)
        if available != self._made_for:
            self._made_for = available
            self._units = _balance(view, set(available))

        def where(job: Job) -> tuple[str, ...]:
            unit = self._units.get((job.task, job.variant.name, job.stage.name))
            return job.stage.units if unit is None else (unit,)

        return where


def _balance(view: View, available: set[str]) -> dict[tuple[str, str, str], str]:
    load = dict.fromkeys(available, 0.0)
    stages = []
    for task in view.tasks.values():
        period_ns = view.period_ns(task.name) or _DEFAULT_PERIOD_NS
        for index, variant in enumerate(task.variants):
            for stage in variant.stages:
                shares = {
                    unit: (
                        view.profiles.expected_ns(task.name, variant.name, stage.name, unit, 1)
                        or 0
                    )
                    / period_ns
                    for unit in stage.units
                    if unit in available
                }
                if shares:
                    key = (task.name, variant.name, stage.name)
                    # lighter variants run instead of the first, not beside it
                    stages.append((key, shares, index == 0))
    stages.sort(key=lambda entry: (-min(entry[1].values()), entry[0]))
    chosen = {}
    for key, shares, counts in stages:
        unit = min(shares, key=lambda name: (load[name] + shares[name], name))
        chosen[key] = unit
        if counts:
            load[unit] += shares[unit]
    return chosen
