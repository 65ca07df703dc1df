# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A window of jobs as a constraint model of the jobs that can be on time together."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from edge_sched_ros.simulation.bound.cuts import energy
from edge_sched_ros.simulation.bound.cuts import Run
from edge_sched_ros.simulation.bound.jobs import Step
from edge_sched_ros.simulation.bound.jobs import WindowJob

#: (from unit, to unit) -> time to transfer a job
Handover = Callable[[str, str], int]


@dataclass(slots=True)
class ModelStage:
    """
    A stage of a job by one variant.

    :param on: unit -> literal: it runs there
    :param runs: unit -> time to transfer -> literal of this run
    """

    start: Any
    soonest: int
    on: dict[str, Any]
    runs: dict[str, dict[int, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class ModelWay:
    """A job's stages by one variant, its literal, and the end of the last stage."""

    taken: Any
    end: Any
    stages: list[ModelStage] = field(default_factory=list)


class WindowModel:
    """
    A flexible job shop in which a job is either on time or not started at all.

    Every stage has a start and, for each unit it could run on, an optional interval (Laborie et
    al., IBM ILOG CP optimizer for scheduling, Constraints 23, 2018). A unit is a cumulative
    resource with its number of slots. A job after another one counts as missed only when its
    parent is on time: without the parent's result there is nothing to do.

    :param cp: the module ``ortools.sat.python.cp_model``
    :param jobs: parents before their children
    :param slots: unit -> number of stages at a time
    :param handover: additional time of a run when the previous stage was on another unit
    :param weights: task -> weight of a missed job
    """

    def __init__(
        self,
        cp: Any,
        jobs: Sequence[WindowJob],
        *,
        slots: Mapping[str, int],
        handover: Handover,
        weights: Mapping[str, int],
    ) -> None:
        self.model = cp.CpModel()
        self.jobs = jobs
        self.handover = handover
        self._on_unit: dict[str, list[Any]] = {name: [] for name in slots}
        self._runs: dict[str, list[Run]] = {name: [] for name in slots}
        #: by job: variant -> its stages, if it can be on time at all
        self.ways: list[dict[str, ModelWay]] = []
        #: by job: its earliest end
        self._soonest: list[int] = []
        #: by job: literal of being on time
        self.on_time: list[Any] = []
        for job in jobs:
            self.on_time.append(self._job(job))
        begins = [job.release for job in jobs]
        ends = [job.deadline for job in jobs]
        for name, count in slots.items():
            intervals = self._on_unit[name]
            if count == 1:
                self.model.add_no_overlap(intervals)
            elif len(intervals) > count:
                self.model.add_cumulative(intervals, [1] * len(intervals), count)
            for fits in energy(self._runs[name], count, begins, ends):
                self.model.add(fits)
        #: by job: literal of being released and not on time
        self.missed = [self._missed_literal(index) for index in range(len(jobs))]
        terms = (weights[job.task] * missed for job, missed in zip(jobs, self.missed))
        self.model.minimize(sum(terms))

    def _job(self, job: WindowJob) -> Any:
        begin = job.release if job.parent is None else self._soonest[job.parent]
        self._soonest.append(begin + min(_least(steps) for steps in job.ways.values()))
        ways: dict[str, ModelWay] = {}
        self.ways.append(ways)
        if job.parent is None or self.ways[job.parent]:
            for variant, steps in job.ways.items():
                if begin + _least(steps) <= job.deadline:
                    ways[variant] = self._way(variant, steps, begin, job.deadline)
        if not ways:
            return self.model.new_constant(0)
        taken = [way.taken for way in ways.values()]
        on_time = taken[0] if len(taken) == 1 else self.model.new_bool_var('')
        if len(taken) > 1:
            self.model.add_exactly_one([*taken, on_time.negated()])
        if job.parent is not None:
            self.model.add_implication(on_time, self.on_time[job.parent])
            for way in ways.values():
                for before in self.ways[job.parent].values():
                    after = self.model.add(way.stages[0].start >= before.end)
                    after.only_enforce_if(way.taken, before.taken)
        return on_time

    def _missed_literal(self, index: int) -> Any:
        parent, on_time = self.jobs[index].parent, self.on_time[index]
        if parent is None:
            return 1 - on_time
        if not self.ways[index]:
            return self.on_time[parent]
        missed = self.model.new_bool_var('')
        self.model.add(missed >= self.on_time[parent] - on_time)
        return missed

    def _way(self, variant: str, steps: tuple[Step, ...], begin: int, deadline: int) -> ModelWay:
        way = ModelWay(self.model.new_bool_var(''), begin)
        left = _least(steps)
        before: dict[str, Any] = {}
        for step in steps:
            least = min(step.values())
            latest = deadline - left
            start = self.model.new_int_var(begin, latest, '')
            fits = [unit for unit, length in step.items() if begin + length <= latest + least]
            here = dict.fromkeys(fits, way.taken)
            if len(fits) > 1:
                here = {unit: self.model.new_bool_var('') for unit in fits}
                self.model.add_exactly_one([*here.values(), way.taken.negated()])
            if way.stages:
                self.model.add(start >= way.end)
            stage = ModelStage(start, begin, here)
            way.stages.append(stage)
            way.end = start
            for unit, runs_here in here.items():
                stage.runs[unit] = self._by_handover(before, unit, runs_here)
                for extra, literal in stage.runs[unit].items():
                    length = step[unit] + extra
                    self._runs[unit].append(
                        Run(len(self.on_time), variant, begin, latest + least, length, literal)
                    )
                    way.end = way.end + length * literal
                    self._on_unit[unit].append(
                        self.model.new_optional_fixed_size_interval_var(start, length, literal, '')
                    )
            before = here
            begin += least
            left -= least
        self.model.add(way.end <= deadline).only_enforce_if(way.taken)
        return way

    def _by_handover(self, before: Mapping[str, Any], unit: str, here: Any) -> dict[int, Any]:
        """Return time to transfer -> literal; one is true when the stage runs here."""
        sources: dict[int, list[Any]] = {}
        for source, there in before.items():
            extra = 0 if source == unit else self.handover(source, unit)
            sources.setdefault(extra, []).append(there)
        if len(sources) < 2:
            return {next(iter(sources), 0): here}
        literals = {extra: self.model.new_bool_var('') for extra in sources}
        self.model.add_exactly_one([*literals.values(), here.negated()])
        for extra, theres in sources.items():
            for there in theres:
                self.model.add_bool_or(there.negated(), here.negated(), literals[extra])
        return literals


def _least(steps: tuple[Step, ...]) -> int:
    """Return the time of the stages, each on its fastest unit."""
    return sum(min(step.values()) for step in steps)
