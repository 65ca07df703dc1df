# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The minimum load of a workload on a platform."""

from __future__ import annotations

import math
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.tasks import NS_PER_MS
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.system.system import System
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.workload import Stream
from edge_sched_ros.system.workload import Task

#: maximum share of its deadline that a cascade may need when alone
_TIGHTEST = 0.7


def least_load(system: System) -> float:
    """
    Return the utilisation of the busiest unit under the best possible division of all stages.

    The optimum of a linear program: every stage may be divided freely over its units, and the
    largest sum of ``rate * time`` over the units is minimised. No schedule has a lower load, so
    above 1 frames must be lost. Cascades count with their probability and mean items, layers with
    the probability that they are needed; contention and transfers do not count.
    """
    return least_busy(_demands(system), system.workload.at('tasks'))


def least_busy(demands: Sequence[Mapping[Any, float]], where: str) -> float:
    """
    Return the share of time that the busiest unit is busy under the best division.

    :param demands: of each stage: unit -> busy time per time, were all of it there
    :param where: file and key of the tasks, for messages
    :raises ConfigError: when the numbers are too far apart for the solver
    """
    import numpy as np
    from scipy.optimize import linprog

    units = list(dict.fromkeys(unit for demand in demands for unit in demand))
    count = sum(len(row) for row in demands)
    upper = np.zeros((len(units), count + 1))
    equal = np.zeros((len(demands), count + 1))
    column = 0
    for row, demand in enumerate(demands):
        for unit, share in demand.items():
            upper[units.index(unit), column] = share
            equal[row, column] = 1
            column += 1
    upper[:, count] = -1
    cost = np.zeros(count + 1)
    cost[count] = 1
    found = linprog(
        cost,
        A_ub=upper,
        b_ub=np.zeros(len(units)),
        A_eq=equal,
        b_eq=np.ones(len(demands)),
        bounds=(0, None),
        method='highs',
    )
    if found.fun is None:
        problem = f'have times or rates too far apart to find the least load: {found.message}'
        raise ConfigError(where, problem)
    return float(found.fun)


def at_load(workload: SystemFile, platform: SystemFile, load: float) -> System:
    """
    Return the system with latencies, and if necessary rates, scaled to a given minimum load.

    Latencies are scaled first, but only until the tightest cascade, alone on the fastest units,
    needs 70 % of its deadline: a task that can never be on time tests nothing. After that rates
    are raised, and the number of jobs in flight of a task is the number of periods in its
    deadline. Deadlines stay. Energy per run stays, too, as if the clock was changed and not the
    voltage.

    :param load: load of the busiest unit, 1 for always busy
    :raises ConfigError: when tasks and units do not match, or the work takes no time
    """
    plain = System(workload, platform)
    least = least_load(plain)
    if not least:
        raise ConfigError(
            workload.at('networks'),
            f'take no time on {platform.name}, so they cannot be scaled to a load',
        )
    wanted = load / least
    slowdown = min(wanted, _TIGHTEST / tightness(plain))
    speedup = wanted / slowdown
    return System(_faster(plain, speedup), platform, slowdown=slowdown, speedup=speedup)


def tightness(system: System) -> float:
    """Return the largest share of a deadline that a cascade needs alone on the fastest units."""
    alone = alone_ns(system)
    return max(alone[task.name] / task.deadline_ns for task in system.tasks)


def alone_ns(system: System) -> dict[str, float]:
    """Return per task the time from the frame to its answer, alone on the fastest units."""
    own_ns: dict[str, float] = {}
    for task in system.tasks:
        variant = task.variants[0]
        low, high = system.workload.tasks[task.name].fan_out
        more_items = (low + high) / 2 - 1
        own_ns[task.name] = sum(
            min(
                cost.latency_ns + cost.per_item_ns * more_items
                for cost in (
                    system.costs[(task.name, variant.name, stage.name, unit)]
                    for unit in stage.units
                )
            )
            for stage in variant.stages
        )
    by_name = {task.name: task for task in system.tasks}
    return {task.name: _way_ns(task, by_name, own_ns) for task in system.tasks}


def _way_ns(task: TaskSpec, by_name: Mapping[str, TaskSpec], own_ns: Mapping[str, float]) -> float:
    """Return the time to a task's answer along its longest way."""
    before = (_way_ns(by_name[name], by_name, own_ns) for name in task.before)
    return own_ns[task.name] + max(before, default=0.0)


def _faster(system: System, factor: float) -> SystemFile:
    """Return the workload with rates multiplied by a factor, and as many more jobs in flight."""
    workload = with_rates(system, factor)
    if factor == 1:
        return workload
    tasks = {
        name: task.model_copy(
            update={
                'queue_depth': max(task.queue_depth, math.ceil(factor)),
                'max_in_flight': max(task.max_in_flight, math.ceil(factor)),
            }
        )
        for name, task in workload.tasks.items()
    }
    return workload.model_copy(update={'tasks': tasks})


def with_rates(system: System, factor: float) -> SystemFile:
    """Return the workload with rates multiplied by a factor and the same deadlines."""
    workload = system.workload
    if factor == 1:
        return workload
    deadlines = {task.name: task.deadline_ns / NS_PER_MS for task in system.tasks}
    tasks = {
        name: task.model_copy(update={'deadline_ms': deadlines[name], **_rate_of(task, factor)})
        for name, task in workload.tasks.items()
    }
    streams = {
        name: stream.model_copy(update=_rate_of(stream, factor))
        for name, stream in workload.streams.items()
    }
    return workload.model_copy(update={'tasks': tasks, 'streams': streams})


def _rate_of(source: Stream | Task, factor: float) -> dict[str, float]:
    """Return the keys of its own rate multiplied by a factor; frames still come in order."""
    rate_per_s = source.rate_per_s if isinstance(source, Task) else None
    if rate_per_s is not None:
        rate_per_s *= factor
        return {'rate_per_s': rate_per_s, 'jitter_ms': min(source.jitter_ms, 1e3 / rate_per_s)}
    if source.period_ms is None:
        return {}
    period_ms = source.period_ms / factor
    return {'period_ms': period_ms, 'jitter_ms': min(source.jitter_ms, period_ms)}


def heaviest(system: System) -> tuple[str, float]:
    """Return the task that needs most, and the share of its best units' time that it needs."""
    needs: dict[str, float] = {}
    for task, demand in _demands_of_tasks(system):
        needs[task] = needs.get(task, 0.0) + min(demand.values())
    name = max(needs, key=needs.__getitem__)
    return name, needs[name]


def _demands(system: System) -> list[dict[str, float]]:
    return [demand for _, demand in _demands_of_tasks(system)]


def _demands_of_tasks(system: System) -> list[tuple[str, dict[str, float]]]:
    """Return per stage of the first variants its task, and unit -> busy time per time."""
    demands = []
    for task in system.tasks:
        rate = _rate(system, task.name)
        variant = task.variants[0]
        low, high = system.workload.tasks[task.name].fan_out
        more_items = (low + high) / 2 - 1
        reach = 1.0
        for index, stage in enumerate(variant.stages):
            share = rate * reach * (stage.chance if index else 1.0)
            demand = {}
            for unit in stage.units:
                cost = system.costs[(task.name, variant.name, stage.name, unit)]
                demand[unit] = share * (cost.latency_ns + cost.per_item_ns * more_items)
            demands.append((task.name, demand))
            reach *= 1 - stage.exit_chance
    return demands


def _rate(system: System, name: str) -> float:
    """Return the releases of a task per nanosecond."""
    task = system.workload.tasks[name]
    if task.before:
        # a join has no more frames than the rarest task before it
        return min(_rate(system, one) for one in task.before) * task.probability / task.every_n
    return 1 / (system.streams[task.stream or name].period_ms * 1e6 * task.every_n)
