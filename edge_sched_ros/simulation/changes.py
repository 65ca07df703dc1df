# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Carries out what a workload file changes during the run."""

from __future__ import annotations

from typing import Any
from typing import TYPE_CHECKING

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import ParametersChanged
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.simulation.costs import NS_PER_MS
from edge_sched_ros.simulation.platform import Mode
from edge_sched_ros.simulation.workload import Change

if TYPE_CHECKING:
    from edge_sched_ros.simulation.simulator import Simulator

_CASCADE_KEYS = ('probability', 'fan_out')


def apply_change(simulator: Simulator, change: Change) -> None:
    """
    Put a change in force now.

    :raises ConfigError: for keys that cannot change; names file and change
    """
    try:
        _apply(simulator, change)
    except ConfigError as error:
        workload = simulator.system.workload
        index = workload.changes.index(change)
        raise ConfigError(f'{workload.where}: changes.{index}.set', str(error)) from None


def _apply(simulator: Simulator, change: Change) -> None:
    values = dict(change.set)
    if change.unit:
        _change_unit(simulator, change.unit, values)
    elif change.stream:
        simulator.set_period(change.stream, float(values.pop('period_ms')))
    elif change.task:
        _change_task(simulator, change.task, values)
    else:
        simulator.send(ParametersChanged(values))


def _change_unit(simulator: Simulator, name: str, values: dict[str, Any]) -> None:
    mode_name = values.pop('mode', '')
    modes = {'': Mode(), **simulator.system.platform.units[name].modes}
    if mode_name not in modes:
        known = ', '.join(filter(None, modes)) or 'none'
        raise ConfigError(f'{name}.mode', f"there is no mode '{mode_name}' (there are {known})")
    mode = modes[mode_name]
    speed = float(values.pop('speed', mode.speed))
    state = values.pop('state', AVAILABLE)
    if values:
        raise ConfigError(f'changes: {name}', f'a unit has no {", ".join(values)}')
    simulator.set_unit(name, state=state, speed=speed, energy=mode.energy)


def _change_task(simulator: Simulator, name: str, values: dict[str, Any]) -> None:
    cascade = {key: values.pop(key) for key in _CASCADE_KEYS if key in values}
    if cascade:
        simulator.set_cascade(name, **cascade)
    for key in ('deadline_ms', 'period_ms'):
        if key in values:
            values[key.replace('_ms', '_ns')] = round(float(values.pop(key)) * NS_PER_MS)
    if 'period_ns' in values and name in simulator.system.streams:
        simulator.set_period(name, values['period_ns'] / NS_PER_MS)
    if values:
        simulator.send(ParametersChanged(values, task=name))
