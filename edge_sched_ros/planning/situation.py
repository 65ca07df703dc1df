# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a dispatcher knows, as a planning problem; and whether that has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.units import AVAILABLE

_NS_PER_MS = 1e6
#: changes of a unit's speed smaller than this part are no reason for another plan
_SPEED_STEP = 0.1


@dataclass(frozen=True)
class Situation:
    """
    What a plan is made for.

    :param tasks: those enabled, and how many of their costs are known
    :param units: those available, with their speeds in steps
    :param drifts: how often costs have become others than were known
    """

    tasks: tuple[tuple[str, int], ...]
    units: tuple[tuple[str, int], ...]
    drifts: int


def situation_of(dispatcher: LowLevelDispatcher) -> Situation:
    """Return what a plan made now would be made for; call it while nothing else handles events."""
    return Situation(
        tuple((task.name, _known(dispatcher, task)) for task in _enabled(dispatcher)),
        tuple(
            (name, round(unit.speed / _SPEED_STEP))
            for name, unit in dispatcher.units.items()
            if unit.state == AVAILABLE
        ),
        dispatcher.profiles.drifts,
    )


def planning_file(dispatcher: LowLevelDispatcher, max_switches: int = 1) -> dict[str, Any]:
    """
    Return the enabled tasks and available units as the content of a planning file.

    A network is a task, a group is a stage of its first variant, with the time for one item that
    is known now. A unit on which the time of a stage is not known is taken for one that cannot
    run it; a task with a stage of which no time is known is left out.
    """
    units = {name: unit for name, unit in dispatcher.units.items() if unit.state == AVAILABLE}
    networks = {}
    for task in _enabled(dispatcher):
        times = _times(dispatcher, task, list(units))
        stages = range(len(task.variants[0].stages))
        if all(any(column[index] is not None for column in times.values()) for index in stages):
            networks[task.name] = {'times_ms': times}
    return {
        'units': {name: {'kind': unit.unit.kind} for name, unit in units.items()},
        'max_switches': max_switches,
        'networks': networks,
        'transitions': [
            {'from': begin, 'to': end, 'ms': time_ns / _NS_PER_MS}
            for begin in units
            for end in units
            if begin != end and (time_ns := dispatcher.profiles.transition_ns(begin, end))
        ],
    }


def plan_for_policy(mapping: Mapping[str, list[str]]) -> dict[str, Any]:
    """Return a plan as ``ParametersChanged`` takes it for a policy that follows one."""
    return {'plan': {name: list(units) for name, units in mapping.items()}}


def _enabled(dispatcher: LowLevelDispatcher) -> list[TaskSpec]:
    return [task for task in dispatcher.tasks.values() if task.enabled]


def _known(dispatcher: LowLevelDispatcher, task: TaskSpec) -> int:
    variant = task.variants[0]
    on = dispatcher.profiles.on_units
    return sum(len(on(task.name, variant.name, stage.name)) for stage in variant.stages)


def _times(
    dispatcher: LowLevelDispatcher, task: TaskSpec, units: list[str]
) -> dict[str, list[float | None]]:
    """Return unit -> time of each stage, without units that can run none of them."""
    found = {}
    for name in units:
        column = [_time_ms(dispatcher, task, stage, name) for stage in task.variants[0].stages]
        if any(time is not None for time in column):
            found[name] = column
    return found


def _time_ms(
    dispatcher: LowLevelDispatcher, task: TaskSpec, stage: StageSpec, unit: str
) -> float | None:
    if unit not in stage.units:
        return None
    variant = task.variants[0].name
    time_ns = dispatcher.profiles.expected_ns(task.name, variant, stage.name, unit, 1)
    return None if time_ns is None else time_ns / dispatcher.units[unit].speed / _NS_PER_MS
