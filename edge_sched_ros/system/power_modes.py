# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Power modes of devices, and their effect on units."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.cost_lookup import given_for
from edge_sched_ros.system.device import Device
from edge_sched_ros.system.device import PowerMode
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.unit import Mode
from edge_sched_ros.system.unit import Unit


def power_modes_of(system: SystemFile) -> list[str]:
    """Return the power modes of a system's devices, without repetition."""
    devices = (system, *system.devices.values())
    return list(dict.fromkeys(mode for device in devices for mode in device.power_modes))


def in_power_mode(system: SystemFile, name: str) -> SystemFile:
    """
    Return the system with the power modes of its devices applied.

    Every power mode becomes a clock setting of the units it names, for changes during a run. These
    speeds are relative to the selected mode, which scales the units permanently. Devices without
    that mode are unchanged.

    :param name: a mode that some device has; empty for none, at the speeds of the costs
    :raises ConfigError: for a unit that is not there, or a mode without any unit
    """
    devices = {
        key: device.model_copy(
            update={'units': _units(device, name, partial(system.at, 'devices', key))}
        )
        for key, device in system.devices.items()
    }
    title = f'{system.name}@{name}' if name else system.name
    units = _units(system, name, system.at)
    return system.model_copy(update={'units': units, 'devices': devices, 'name': title})


def _units(device: Device, name: str, at: Callable[..., str]) -> dict[str, Unit]:
    """Return the units of a device in a power mode, at its speeds."""
    for mode_name, mode in device.power_modes.items():
        _check(device, mode, at('power_modes', mode_name))
    chosen = device.power_modes.get(name, PowerMode())
    return {
        key: _unit(device, key, unit, chosen) if device.power_modes else unit
        for key, unit in device.units.items()
        if key not in chosen.unavailable
    }


def _unit(device: Device, name: str, unit: Unit, chosen: PowerMode) -> Unit:
    now = _speed(chosen, name, unit)
    settings = {
        key: mode.model_copy(update={'speed': mode.speed / now})
        for key, mode in unit.modes.items()
    }
    for key, mode in device.power_modes.items():
        if name not in mode.unavailable:
            settings.setdefault(key, Mode(speed=_speed(mode, name, unit) / now))
    return unit.model_copy(update={'speed': unit.speed * now, 'modes': settings})


def _speed(mode: PowerMode, name: str, unit: Unit) -> float:
    speed = given_for(mode.speeds, name, unit)
    return 1.0 if speed is None else speed


def _check(device: Device, mode: PowerMode, where: str) -> None:
    units, known = device.units, device.unit_words
    for key in mode.speeds:
        if key not in known:
            raise ConfigError(f'{where}.speeds', f"unknown unit '{key}'")
    for key in mode.unavailable:
        if key not in units:
            raise ConfigError(f'{where}.unavailable', f"unknown unit '{key}'")
    if set(mode.unavailable) == set(units):
        raise ConfigError(f'{where}.unavailable', 'leaves no unit')
