# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the tasks of one device meet their deadlines, and which a change would make late."""

from __future__ import annotations

import math
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from edge_sched_ros.capacity.admission_draws import draw
from edge_sched_ros.capacity.admission_draws import Drawn
from edge_sched_ros.capacity.admission_load import least_load
from edge_sched_ros.capacity.admission_load import LeastLoad
from edge_sched_ros.capacity.admission_tasks import Order
from edge_sched_ros.capacity.admission_tasks import TaskDemand
from edge_sched_ros.capacity.admission_tasks import units_of

#: a task meets its deadline when this share of its results does
WITHIN = 0.99


@dataclass(frozen=True, slots=True)
class TaskVerdict:
    """
    The model's prediction for a task.

    :param mean_ms: time from the frame to the result, like p95 and p99
    :param miss_share: share of results after the deadline, if none is dropped
    :param unit: the busiest unit that it uses
    :param utilisation: utilisation of this unit by all tasks, in the model
    :param reason: why it does not meet its deadline; empty if it does
    """

    mean_ms: float
    p95_ms: float
    p99_ms: float
    miss_share: float
    unit: str
    utilisation: float
    reason: str

    @property
    def feasible(self) -> bool:
        """Return whether the task meets its deadline."""
        return not self.reason

    def to_dict(self) -> dict[str, object]:
        """Return the verdict in JSON types."""
        return {
            'mean_ms': self.mean_ms,
            'p95_ms': self.p95_ms,
            'p99_ms': self.p99_ms,
            'miss_share': self.miss_share,
            'unit': self.unit,
            'utilisation': self.utilisation,
            'feasible': self.feasible,
            'reason': self.reason,
        }


def predict(
    tasks: Sequence[TaskDemand],
    slots: Mapping[str, int],
    order: Order = 'edf',
    cpus: float | None = None,
) -> dict[str, TaskVerdict]:
    """
    Return the verdict on every task.

    Frames are periodic, each stream with an unknown phase: the figures are over many random sets
    of phases, with a fixed seed (same input, same result). Units serve one stage at a time without
    pre-emption; the next is the first in order among the waiting stages, and takes the idle unit
    that is fastest for it. Nothing is dropped: a scheduler that drops late jobs completes more of
    the others.

    A unit with more work than time is overloaded under any policy: a linear program over all ways
    to divide the stages finds this separately.

    :param slots: unit -> number of stages it runs at a time
    :param order: order of service of waiting stages
    :param cpus: CPUs that a quota allows all CPU units together; it is used for the overload but
        not for the draws, which do not model throttled periods
    """
    if not tasks:
        return {}
    return dict(_predict(tuple(tasks), tuple(sorted(slots.items())), order, cpus))


@lru_cache(maxsize=64)
def _predict(
    tasks: tuple[TaskDemand, ...],
    slots: tuple[tuple[str, int], ...],
    order: Order,
    cpus: float | None,
) -> tuple[tuple[str, TaskVerdict], ...]:
    load = least_load(tasks, dict(slots), cpus)
    drawn = draw(tasks, dict(slots), order)
    first_to_go = _first_to_go(tasks, load, drawn)
    return tuple((task.name, _verdict(task, load, drawn, first_to_go)) for task in tasks)


def _verdict(
    task: TaskDemand, load: LeastLoad, drawn: Drawn, first_to_go: set[str]
) -> TaskVerdict:
    responses = drawn.responses_ms[task.name]
    p95_ms, p99_ms = (float(value) for value in np.quantile(responses, (0.95, WITHIN)))
    unit = max(units_of(task), key=lambda name: drawn.busy[name])
    late = float(np.mean(responses > task.deadline_ms))
    reason = _reason(task, p99_ms, load, drawn.busy[unit], unit, first_to_go)
    return TaskVerdict(
        float(responses.mean()), p95_ms, p99_ms, late, unit, drawn.busy[unit], reason
    )


def _reason(
    task: TaskDemand,
    p99_ms: float,
    load: LeastLoad,
    busy: float,
    unit: str,
    first_to_go: set[str],
) -> str:
    bare_ms = sum(min(time for _, time in stage.units) for stage in task.stages)
    deadline = f'the deadline {task.deadline_ms:g} ms'
    if not task.after and bare_ms > task.deadline_ms:
        return f'{deadline} is below the {bare_ms:.3g} ms that the task takes alone'
    late = p99_ms > task.deadline_ms
    if load.share >= 1 and (task.name in first_to_go or (late and load.touches(task))):
        units = ', '.join(load.units)
        can = 'it can do' if len(load.units) == 1 else 'they can do'
        if load.by_quota:
            can = f'the CPU quota of {load.cpus:.3g} CPUs allows'
        return f'{units} would have {load.share:.3g} times the work that {can}'
    if late:
        return f'p99 {p99_ms:.3g} ms is above {deadline} ({unit} busy {min(busy, 1.0):.2g})'
    return ''


def _first_to_go(tasks: tuple[TaskDemand, ...], load: LeastLoad, drawn: Drawn) -> set[str]:
    """Return the tasks that an overload makes late when the draws are too short to show it."""
    if load.share < 1:
        return set()
    touched = [task for task in tasks if load.touches(task)]
    if any(np.quantile(drawn.responses_ms[t.name], WITHIN) > t.deadline_ms for t in touched):
        return set()
    least = min(task.priority for task in touched)
    return {task.name for task in touched if task.priority == least}


def blamed(
    before: Mapping[str, TaskVerdict], after: Mapping[str, TaskVerdict], touched: Sequence[str]
) -> str:
    """
    Return the task because of which a change must be refused, or empty.

    This is a task that would newly miss its deadline, the most certain one first, or else a
    changed task that would miss. Tasks that miss anyway are not caused by the change.
    """
    new = [
        name
        for name, verdict in after.items()
        if verdict.reason and (name in touched or name not in before or not before[name].reason)
    ]
    own = [name for name in new if name in touched]
    return max(own or new, key=lambda name: _sureness(after[name]), default='')


def _sureness(verdict: TaskVerdict) -> float:
    return verdict.miss_share if math.isfinite(verdict.miss_share) else 1.0
