# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The utilisation of units with the best division of stages among them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge_sched_ros.capacity.admission_tasks import TaskDemand
from edge_sched_ros.capacity.busiest_row import least_busiest


@dataclass(frozen=True, slots=True)
class LeastLoad:
    """
    The load of the busiest units under the best division.

    :param share: share of their time that the work needs; from 1 on no policy can serve all
    :param units: the units that are this busy under any division
    :param cpus: CPUs that a quota allows the CPU units together
    :param by_quota: whether the quota is the limit
    """

    share: float
    units: tuple[str, ...]
    cpus: float = math.inf
    by_quota: bool = False

    def touches(self, task: TaskDemand) -> bool:
        """Return whether a task has a stage that only those units can run."""
        return any(all(name in self.units for name, _ in stage.units) for stage in task.stages)


def least_load(
    tasks: Sequence[TaskDemand], slots: Mapping[str, int], cpus: float | None = None
) -> LeastLoad:
    """
    Return the minimum load of the busiest units, over all ways to divide the stages.

    The linear program of scheduling divisible work on unrelated machines (Lawler and Labetoulle
    1978; recollected): it minimises the highest utilisation over the shares of each stage on its
    units. A value below 1 is necessary for any policy to be stable; dual prices above 0 show the
    limiting units.

    :param cpus: CPUs that a quota allows the CPU units together, treated as one more unit
    """
    names = list(slots)
    cores = [name for name in names if name.rstrip('0123456789') == 'cpu']
    parts = [
        (index, names.index(unit), task.rate_per_s * time_ms / 1e3 / slots[unit])
        for index, (task, stage) in enumerate((task, s) for task in tasks for s in task.stages)
        for unit, time_ms in stage.units
    ]
    loads = np.zeros((len(names) + (cpus is not None), len(parts)))
    for column, (_, unit_index, share) in enumerate(parts):
        loads[unit_index, column] = share
        if cpus is not None and names[unit_index] in cores:
            loads[-1, column] = share * slots[names[unit_index]] / cpus
    share, prices = least_busiest(loads, [stage_index for stage_index, _, _ in parts])
    tight = [price > 1e-9 for price in prices]
    by_quota = cpus is not None and tight[-1]
    units = tuple(name for name, own in zip(names, tight) if own or (by_quota and name in cores))
    return LeastLoad(share, units, math.inf if cpus is None else cpus, by_quota)
