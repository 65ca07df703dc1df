# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Carries out the changes in a workload file during the run."""

from __future__ import annotations

from typing import Any
from typing import Protocol

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import Event
from edge_sched_ros.core.events import ParametersChanged
from edge_sched_ros.core.tasks import NS_PER_MS
from edge_sched_ros.core.units import AVAILABLE
from edge_sched_ros.system.change import Change
from edge_sched_ros.system.system import System
from edge_sched_ros.system.unit import Mode

_CASCADE_KEYS = ('probability', 'fan_out')


class Changeable(Protocol):
    """A run that can be changed, such as the simulator."""

    system: System

    def send(self, event: Event) -> None:
        """Handle an event now."""

    def set_unit(self, name: str, *, state: str, speed: float, energy: float) -> None:
        """Change state and clock of a unit."""

    def set_period(self, stream: str, period_ms: float) -> None:
        """Change the rate of a stream."""

    def set_cascade(self, task: str, **values: Any) -> None:
        """Change the probability and the fan-out of a cascade."""


def apply_change(simulator: Changeable, change: Change) -> None:
    """
    Apply a change now.

    :raises ConfigError: for keys that cannot change, naming file and change
    """
    try:
        _apply(simulator, change)
    except ConfigError as error:
        workload = simulator.system.workload
        where = f'{workload.at("changes")}.{workload.changes.index(change)}.set'
        raise ConfigError(where, str(error)) from None


def _apply(simulator: Changeable, change: Change) -> None:
    values = dict(change.set)
    if change.unit:
        _change_unit(simulator, change.unit, values)
    elif change.stream:
        simulator.set_period(change.stream, float(values.pop('period_ms')))
    elif change.task:
        _change_task(simulator, change.task, values)
    else:
        simulator.send(ParametersChanged(values))


def _change_unit(simulator: Changeable, name: str, values: dict[str, Any]) -> None:
    mode_name = values.pop('mode', '')
    modes = {'': Mode(), **simulator.system.device.units[name].modes}
    if mode_name not in modes:
        known = ', '.join(filter(None, modes)) or 'none'
        raise ConfigError(f'{name}.mode', f"there is no mode '{mode_name}' (there are {known})")
    mode = modes[mode_name]
    speed = float(values.pop('speed', mode.speed))
    state = values.pop('state', AVAILABLE)
    if values:
        raise ConfigError(f'changes: {name}', f'a unit has no {", ".join(values)}')
    simulator.set_unit(name, state=state, speed=speed, energy=mode.energy)


def _change_task(simulator: Changeable, name: str, values: dict[str, Any]) -> None:
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
