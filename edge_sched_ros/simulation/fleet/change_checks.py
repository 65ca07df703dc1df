# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a system file may change during the run of a fleet, checked before it begins."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from pydantic import BaseModel

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.parsing import parse
from edge_sched_ros.plugins.high_level_policies import make_high_level_policy
from edge_sched_ros.simulation.change_keys import DeviceSet
from edge_sched_ros.simulation.change_keys import LinkSet
from edge_sched_ros.simulation.change_keys import StreamSet
from edge_sched_ros.simulation.change_keys import TaskSet
from edge_sched_ros.simulation.change_keys import UnitSet
from edge_sched_ros.simulation.fleet.system import FleetSystem
from edge_sched_ros.simulation.fleet.system import NO_MIN_RATE
from edge_sched_ros.system.change import Change
from edge_sched_ros.system.checks import not_there
from edge_sched_ros.system.links import link_table


def check_fleet_changes(fleet: FleetSystem) -> None:
    """
    Check all changes of a system with several devices.

    :raises ConfigError: naming file and key
    """
    for index, change in enumerate(fleet.changes):
        where = fleet.file.at('changes', str(index))
        if change.task:
            _check(change.task, fleet.tasks, change, TaskSet, f'{where}.task')
            for key in ('probability', 'fan_out'):
                if key in change.set and not fleet.file.tasks[change.task].after:
                    raise ConfigError(f'{where}.set.{key}', 'only for a task with after')
            if change.set.get('min_rate_hz'):
                raise ConfigError(f'{where}.set.min_rate_hz', NO_MIN_RATE)
        elif change.stream:
            _check(change.stream, fleet.streams, change, StreamSet, f'{where}.stream')
        elif change.link is not None:
            _check_link(fleet, change, where)
        elif change.device or change.unit:
            _check_device(fleet, change, where)
        else:
            _check_policy(change, where)


def _check(
    name: str, known: Collection[str], change: Change, model: type[BaseModel], where: str
) -> None:
    if name not in known:
        raise ConfigError(where, not_there(name, known))
    parse(change.set, model, f'{where.rpartition(".")[0]}.set')


def _check_link(fleet: FleetSystem, change: Change, where: str) -> None:
    assert change.link is not None
    links = link_table(fleet.file)
    if change.link not in links and change.link[::-1] not in links:
        raise ConfigError(f'{where}.link', f'there is none between {" and ".join(change.link)}')
    parse(change.set, LinkSet, f'{where}.set')


def _check_device(fleet: FleetSystem, change: Change, where: str) -> None:
    if not change.device:
        raise ConfigError(f'{where}.device', f"is missing: which one's is {change.unit}?")
    check = partial(_check, change=change)
    if not change.unit:
        check(change.device, fleet.devices, model=DeviceSet, where=f'{where}.device')
        if change.set.get('state') == 'unavailable' and change.device == fleet.coordinator:
            problem = f'{change.device} has the coordinator: without it nothing is left to see'
            raise ConfigError(f'{where}.device', problem)
        return
    if change.device not in fleet.devices:
        raise ConfigError(f'{where}.device', not_there(change.device, fleet.devices))
    units = fleet.devices[change.device].device.units
    check(change.unit, units, model=UnitSet, where=f'{where}.unit')
    mode = change.set.get('mode', '')
    if mode and mode not in units[change.unit].modes:
        problem = not_there(mode, units[change.unit].modes, 'mode')
        raise ConfigError(f'{where}.set.mode', problem)


def _check_policy(change: Change, where: str) -> None:
    values = dict(change.set)
    name = values.pop('policy', None)
    if name is None:
        return  # parameters of whatever policy runs then
    if not isinstance(name, str):
        raise ConfigError(f'{where}.set.policy', f'must be the name of a policy, not {name!r}')
    try:
        make_high_level_policy(name, values)
    except ConfigError as error:
        raise ConfigError(f'{where}.set.{error.where}', error.problem) from None
