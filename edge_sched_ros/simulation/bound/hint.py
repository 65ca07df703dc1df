# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A policy's schedule of a window, as a start for the solver."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Release
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.events import Event
from edge_sched_ros.simulation.bound.jobs import GRAIN_NS
from edge_sched_ros.simulation.bound.jobs import WindowJob
from edge_sched_ros.simulation.bound.model import ModelWay
from edge_sched_ros.simulation.bound.model import WindowModel
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.system.system import System

#: policies whose schedules are tried: cheap ones of different kinds
POLICIES = ('edf+drop', 'least_slack+drop', 'slo_mael+drop')


@dataclass(slots=True)
class Plan:
    """
    The run of a job.

    :param variant: its name
    :param runs: unit and start of every stage, in ``GRAIN_NS``
    """

    variant: str = ''
    runs: list[tuple[str, int]] = field(default_factory=list)
    on_time: bool = False


def best_plans(
    system: System,
    jobs: Sequence[WindowJob],
    seed: int,
    seconds: float,
    weights: Mapping[str, int],
) -> dict[int, Plan]:
    """Return index of job -> plan for the jobs on time, from the policy with the fewest misses."""
    found = [_plans(system, jobs, policy, seed, seconds) for policy in POLICIES]

    def missed(plans: dict[int, Plan]) -> int:
        return sum(
            weights[job.task]
            for index, job in enumerate(jobs)
            if index not in plans and (job.parent is None or job.parent in plans)
        )

    return min(found, key=missed)


def _plans(
    system: System, jobs: Sequence[WindowJob], policy: str, seed: int, seconds: float
) -> dict[int, Plan]:
    plans: dict[int, Plan] = {}
    by_frame: dict[tuple[str, int], Plan] = {}

    def listen(now_ns: int, _event: Event, decisions: list[Decision]) -> None:
        for decision in decisions:
            if isinstance(decision, Release):
                plan = plans[decision.job] = Plan()
                by_frame[(decision.task, decision.seq)] = plan
            elif isinstance(decision, Run):
                plan = plans[decision.job]
                plan.variant = decision.variant
                plan.runs.append((decision.unit, now_ns // GRAIN_NS))
            elif isinstance(decision, Complete):
                plans[decision.job].on_time = decision.on_time

    Simulator(system, policy=policy, seed=seed, listener=listen).run(seconds)
    kept: dict[int, Plan] = {}
    for index, job in enumerate(jobs):
        made = by_frame.get((job.task, job.seq))
        if made is None or not made.on_time or made.variant not in job.ways:
            continue
        if job.parent is None or job.parent in kept:
            kept[index] = made
    return kept


def add_hints(window: WindowModel, plans: Mapping[int, Plan]) -> None:
    """Start the search from this schedule (index of job -> plan; other jobs are not started)."""
    for index, ways in enumerate(window.ways):
        if not ways:
            continue
        plan = plans.get(index)
        parent = window.jobs[index].parent
        _hint(window, window.on_time[index], plan is not None)
        if parent is not None:
            _hint(window, window.missed[index], plan is None and parent in plans)
        for variant, way in ways.items():
            taken = plan is not None and plan.variant == variant
            if len(ways) > 1:
                _hint(window, way.taken, taken)
            _hint_way(window, way, plan.runs if plan is not None and taken else None)


def _hint_way(window: WindowModel, way: ModelWay, runs: Sequence[tuple[str, int]] | None) -> None:
    before = ''
    for index, stage in enumerate(way.stages):
        unit, start = ('', stage.soonest) if runs is None else runs[index]
        window.model.add_hint(stage.start, start)
        extra = window.handover(before, unit) if before not in ('', unit) else 0
        for name, by_extra in stage.runs.items():
            if len(stage.on) > 1:
                _hint(window, stage.on[name], name == unit)
            if len(by_extra) > 1:
                for length, literal in by_extra.items():
                    _hint(window, literal, (name, length) == (unit, extra))
        before = unit


def _hint(window: WindowModel, literal: Any, value: bool) -> None:
    window.model.add_hint(literal, int(value))
