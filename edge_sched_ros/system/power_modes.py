# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Power modes of a platform: what they make of its units."""

from __future__ import annotations

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.cost_lookup import given_for
from edge_sched_ros.system.device import PowerMode
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.unit import Mode
from edge_sched_ros.system.unit import Unit


def in_power_mode(platform: SystemFile, name: str) -> SystemFile:
    """
    Return the platform with the power modes applied.

    Every power mode becomes a clock setting of the units it names, for changes during a run.
    These speeds are relative to the mode asked for, which slows the units down for good.

    :param name: the mode to be in; empty for none, at the speeds the costs are given for
    :raises ConfigError: for a mode or a unit that is not there, or a mode without any unit
    """
    if not platform.power_modes and not name:
        return platform
    for mode_name, mode in platform.power_modes.items():
        _check(platform, mode, platform.at('power_modes', mode_name))
    if name and name not in platform.power_modes:
        known = ', '.join(platform.power_modes) or 'none'
        raise ConfigError(platform.where, f"there is no power mode '{name}' (there are {known})")
    chosen = platform.power_modes.get(name, PowerMode())
    units = {
        unit_name: _unit(platform, unit_name, unit, chosen)
        for unit_name, unit in platform.units.items()
        if unit_name not in chosen.unavailable
    }
    title = f'{platform.name}@{name}' if name else platform.name
    return platform.model_copy(update={'units': units, 'name': title})


def _unit(platform: SystemFile, name: str, unit: Unit, chosen: PowerMode) -> Unit:
    now = _speed(chosen, name, unit)
    settings = {
        key: mode.model_copy(update={'speed': mode.speed / now})
        for key, mode in unit.modes.items()
    }
    for key, mode in platform.power_modes.items():
        if name not in mode.unavailable:
            settings.setdefault(key, Mode(speed=_speed(mode, name, unit) / now))
    return unit.model_copy(update={'speed': unit.speed * now, 'modes': settings})


def _speed(mode: PowerMode, name: str, unit: Unit) -> float:
    speed = given_for(mode.speeds, name, unit)
    return 1.0 if speed is None else speed


def _check(platform: SystemFile, mode: PowerMode, where: str) -> None:
    units, known = platform.units, platform.unit_words
    for key in mode.speeds:
        if key not in known:
            raise ConfigError(f'{where}.speeds', f"unknown unit '{key}'")
    for key in mode.unavailable:
        if key not in units:
            raise ConfigError(f'{where}.unavailable', f"unknown unit '{key}'")
    if set(mode.unavailable) == set(units):
        raise ConfigError(f'{where}.unavailable', 'leaves no unit')
