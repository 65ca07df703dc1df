# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The state of a dispatcher as a planning problem, and the check whether it has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.system.learned import available_units
from edge_sched_ros.system.learned import network_data
from edge_sched_ros.system.learned import speeds_now
from edge_sched_ros.system.learned import transitions_data
from edge_sched_ros.system.learned import units_data

#: smaller relative changes of a unit's speed do not cause a new plan
_SPEED_STEP = 0.1
#: changes of unit of a job: after preprocessing, within the network, before postprocessing
MOST_SWITCHES = 3


@dataclass(frozen=True)
class Situation:
    """
    The conditions of a plan.

    :param tasks: enabled tasks, and the number of their known costs
    :param units: available units, with their speeds in steps
    :param drifts: how often known costs have changed
    """

    tasks: tuple[tuple[str, int], ...]
    units: tuple[tuple[str, int], ...]
    drifts: int


def situation_of(dispatcher: LowLevelDispatcher) -> Situation:
    """Return the conditions of a plan made now; call it while nothing else handles events."""
    return Situation(
        tuple((task.name, _known(dispatcher, task)) for task in _enabled(dispatcher)),
        tuple(
            (name, round(unit.speed / _SPEED_STEP))
            for name, unit in dispatcher.units.items()
            if unit.state == AVAILABLE
        ),
        dispatcher.profiles.drifts,
    )


def planning_file(dispatcher: LowLevelDispatcher) -> dict[str, Any]:
    """
    Return the enabled tasks and available units as the content of a system file to plan for.

    A network is a task, a group is a stage of its first variant, with the presently known time for
    one item. A unit without a known time of a stage counts as unable to run it; a task with a
    stage without any known time is left out.
    """
    units = available_units(dispatcher)
    speeds = speeds_now(dispatcher, units)
    networks = {
        task.name: network_data(dispatcher, task.name, task.variants[:1], units)
        for task in _enabled(dispatcher)
    }
    return {
        'units': {
            name: {**unit, 'speed': speeds.get(name, 1.0)}
            for name, unit in units_data(dispatcher, units).items()
        },
        'networks': {
            name: {**network, 'max_switches': MOST_SWITCHES}
            for name, network in networks.items()
            if network
        },
        'transitions': transitions_data(dispatcher, units),
    }


def plan_for_policy(mapping: Mapping[str, list[str]]) -> dict[str, Any]:
    """Return a plan as values of ``ParametersChanged`` for a policy that follows one."""
    return {'plan': {name: list(units) for name, units in mapping.items()}}


def _enabled(dispatcher: LowLevelDispatcher) -> list[TaskSpec]:
    return [task for task in dispatcher.tasks.values() if task.enabled]


def _known(dispatcher: LowLevelDispatcher, task: TaskSpec) -> int:
    variant = task.variants[0]
    on = dispatcher.profiles.on_units
    return sum(len(on(task.name, variant.name, stage.name)) for stage in variant.stages)
