# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The jobs of a short window, all known in advance."""

from __future__ import annotations

import math
from dataclasses import dataclass

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.simulation.execution_model import ExecutionModel
from edge_sched_ros.simulation.sources import Source
from edge_sched_ros.system.system import System

NS_PER_S = 1_000_000_000
#: Times are whole microseconds, rounded down: releases, runs and deadlines alike. A schedule
#: stays one when every start is rounded down too (``floor(a) + floor(b) <= floor(a + b)``), so
#: no job can be late in the rounded window that is on time in the true one.
GRAIN_NS = 1000


class WindowChangesError(ConfigError):
    """The workload changes within the window, which the bound does not support."""


#: unit -> time of a run on it
Step = dict[str, int]


@dataclass(frozen=True, slots=True)
class WindowJob:
    """
    A job that may be released in the window; times in ``GRAIN_NS``.

    :param seq: number of its frame
    :param release: time when its frame is taken
    :param deadline: time when its result is due
    :param parent: index of the job whose result releases it
    :param ways: possible variant -> its stages, in order
    """

    task: str
    seq: int
    release: int
    deadline: int
    parent: int | None
    ways: dict[str, tuple[Step, ...]]


def window_jobs(system: System, seed: int, seconds: float, *, variants: bool) -> list[WindowJob]:
    """
    Return the jobs that the simulator would release if every parent job had a result.

    Parents come before their children. A cascade with ``every_n`` above 1 depends on which of its
    parents have results and is left out, with all tasks after it; so is a join.

    :param seconds: time during which frames arrive
    :param variants: whether a job may use any variant, or only the first
    :raises WindowChangesError: when the workload changes before the last deadline
    """
    return _Window(system, seed, variants).jobs_until(round(seconds * NS_PER_S))


class _Window:
    def __init__(self, system: System, seed: int, variants: bool) -> None:
        self._system = system
        self._seed = seed
        self._variants = variants
        self._model = ExecutionModel(system, seed)
        self._specs = {task.name: task for task in system.tasks}
        self._jobs: list[WindowJob] = []

    def jobs_until(self, end_ns: int) -> list[WindowJob]:
        activations = dict.fromkeys(self._specs, 0)
        for name, stream in self._system.streams.items():
            source = Source(name, stream, self._seed)
            users = [task for task in self._system.tasks if task.stream == name]
            while (time_ns := source.next_ns()) < end_ns:
                seq = source.take()
                for task in users:
                    due = activations[task.name] % task.every_n == 0
                    activations[task.name] += 1
                    if due and task.enabled:
                        self._add(task, seq, time_ns, None, 1)
        self._check_changes()
        return self._jobs

    def _add(
        self, task: TaskSpec, seq: int, release_ns: int, parent: int | None, items: int
    ) -> None:
        variants = task.variants if self._variants else task.variants[:1]
        index = len(self._jobs)
        self._jobs.append(
            WindowJob(
                task.name,
                seq,
                release_ns // GRAIN_NS,
                (release_ns + task.deadline_ns) // GRAIN_NS,
                parent,
                {
                    variant.name: self._steps(task.name, variant, seq, items)
                    for variant in variants
                },
            )
        )
        for name, found in (self._model.items_for(task.name, seq) or {}).items():
            child = self._specs[name]
            if found and child.enabled and child.every_n == 1 and not child.joined_with:
                self._add(child, seq, release_ns, index, found)

    def _steps(self, task: str, variant: VariantSpec, seq: int, items: int) -> tuple[Step, ...]:
        steps = []
        index = 0
        while index < len(variant.stages):
            stage = variant.stages[index]
            step = {}
            for unit in stage.units:
                cost = self._system.costs[(task, variant.name, stage.name, unit)]
                work_ns = self._model.work_ns(cost, items, task, seq, index)
                step[unit] = math.floor(work_ns / GRAIN_NS)
            steps.append(step)
            index += 1 + self._model.skip(task, variant, seq, index)
        return tuple(steps)

    def _check_changes(self) -> None:
        last_s = max((job.deadline for job in self._jobs), default=0) * GRAIN_NS / NS_PER_S
        for index, change in enumerate(self._system.workload.changes):
            if change.at_s <= last_s:
                raise WindowChangesError(
                    f'{self._system.workload.at("changes")}.{index}.at_s',
                    f'the window ends at {last_s:.3f} s with its last deadline, and the bound '
                    f'allows no changes: use fewer seconds',
                )
