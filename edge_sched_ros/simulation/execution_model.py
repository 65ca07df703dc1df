# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The stochastic execution model: how long a run takes, what it finds, which layers it needs."""

from __future__ import annotations

import math
from typing import Any
from typing import Protocol

from edge_sched_ros.core.subclassed import mypyc_attr
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.documents.parsing import parse
from edge_sched_ros.simulation import draws
from edge_sched_ros.system.device import Device
from edge_sched_ros.system.system import RunCost
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.workload import Task

# what a draw is for; part of its key
_LATENCY, _ITEMS, _SKIP, _EXIT, _TRIGGER, _TAIL, _LENGTH = range(7)


class TasksOnDevice(Protocol):
    """Tasks, and a device with its spread of run times; a system is one."""

    @property
    def workload(self) -> SystemFile:
        """The file with the tasks."""

    @property
    def device(self) -> Device:
        """The device."""


@mypyc_attr(allow_interpreted_subclasses=True)
class ExecutionModel:
    """
    Draws that depend on seed, task, frame and stage alone, so that every policy meets the same.

    :param seed: of the run
    """

    def __init__(self, system: TasksOnDevice, seed: int) -> None:
        #: what all draws of a task begin with
        self._states = {
            name: draws.mix(seed, draws.key_of(name)) for name in system.workload.tasks
        }
        self._tasks = dict(system.workload.tasks)
        self._children: dict[str, list[str]] = {}
        for name, task in system.workload.tasks.items():
            for before in task.before:
                self._children.setdefault(before, []).append(name)
        self._exponential = system.device.distribution == 'exponential'
        cv = system.device.latency_cv
        self._sigma = _sigma(cv)
        self._tail = system.device.tail

    def work_ns(self, cost: RunCost, items: int, task: str, seq: int, stage: int) -> float:
        """Return the time a run takes at full speed, in nanoseconds."""
        mean: float = cost.latency_ns
        if items > 1:
            mean += cost.per_item_ns * (items - 1)
        tail = self._tail
        if tail is not None:
            state = self._states[task]
            if draws.uniform(seq, stage, _TAIL, state=state) < tail.chance:
                low, high = tail.factors
                share = draws.uniform(seq, stage, _LENGTH, state=state)
                mean *= low + share * (high - low)
        if self._exponential:
            return -mean * math.log(draws.uniform(seq, stage, _LATENCY, state=self._states[task]))
        sigma = self._sigma if cost.cv is None else _sigma(cost.cv)
        if not sigma:
            return float(mean)
        z = draws.normal(seq, stage, _LATENCY, state=self._states[task])
        return mean * math.exp(sigma * z - sigma * sigma / 2)

    def skip(self, task: str, variant: VariantSpec, seq: int, stage: int) -> int:
        """Return how many of the stages after this one are not needed."""
        stages = variant.stages
        state = self._states[task]
        ends = stages[stage].exit_chance
        if ends and draws.uniform(seq, stage, _EXIT, state=state) < ends:
            return len(stages)
        skipped = 0
        for index in range(stage + 1, len(stages)):
            chance = stages[index].chance
            if chance >= 1 or draws.uniform(seq, index, _SKIP, state=state) < chance:
                break
            skipped += 1
        return skipped

    def items_for(self, task: str, seq: int) -> dict[str, int] | None:
        """Return what a finished task has for each task after it."""
        children = self._children.get(task)
        if children is None:
            return None
        return {child: self._items(child, seq) for child in children}

    def set_cascade(self, task: str, **values: Any) -> None:
        """Change ``probability`` or ``fan_out`` of a cascade."""
        data = {**self._tasks[task].model_dump(exclude_unset=True), **values}
        self._tasks[task] = parse(data, Task, f'changes: {task}')

    def _items(self, task: str, seq: int) -> int:
        spec = self._tasks[task]
        state = self._states[task]
        if draws.uniform(seq, _TRIGGER, state=state) >= spec.probability:
            return 0
        low, high = spec.fan_out
        if low == high:
            return low
        return low + int(draws.uniform(seq, _ITEMS, state=state) * (high - low + 1))


def _sigma(cv: float) -> float:
    """Return the parameter of a lognormal with mean 1 and that coefficient of variation."""
    return math.sqrt(math.log1p(cv * cv))
