# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which requests arrive at which unit, from a system's description."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace
from functools import partial

from edge_sched_ros.capacity.load import Load
from edge_sched_ros.capacity.load import Service
from edge_sched_ros.capacity.load import Shape
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.checks import not_there
from edge_sched_ros.system.costs import Cost
from edge_sched_ros.system.device import Device
from edge_sched_ros.system.network_costs import cost_by_unit
from edge_sched_ros.system.network_costs import network_cost
from edge_sched_ros.system.pieces import check_network
from edge_sched_ros.system.pieces import keyed_pieces
from edge_sched_ros.system.rates import is_periodic
from edge_sched_ros.system.stage_costs import At
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.unit import Unit
from edge_sched_ros.system.workload import Piece


@dataclass(frozen=True, slots=True)
class Entry:
    """
    A stage of a task as a demand on its unit.

    :param place: device and unit
    :param per_item_ms: additional time of a further request in a batch
    :param periodic: whether requests arrive periodically
    :param demand_gbps: mean memory traffic during a run
    """

    task: str
    place: tuple[str, str]
    network: str
    load: Load
    per_item_ms: float
    memory_mib: float
    periodic: bool
    demand_gbps: float = 0.0


def make_entry(
    task: str,
    place: tuple[str, str],
    network: str,
    cost: Cost,
    device: Device,
    rate_per_s: float,
    priority: int,
) -> Entry:
    """
    Return a stage as a demand on its unit.

    :param network: class of its requests; there are no swaps within a class
    :param cost: cost on this unit, at its speed
    """
    # a sum of exponential times is not exponential: its coefficient of variation is below 1
    exponential = device.distribution == 'exponential' and cost.cv == 1
    shape: Shape = 'exponential' if exponential else 'lognormal'
    service = Service(cost.latency_ms, cost.cv or 0.0, shape)
    load = Load(rate_per_s, service, cost.swap_ms, priority)
    per_item_ms = cost.latency_ms if cost.per_item_ms is None else cost.per_item_ms
    return Entry(task, place, network, load, per_item_ms, cost.memory_mib, False, cost.demand_gbps)


def cost_problem(cost: Cost, unit: Unit, network: str, title: str) -> str:
    """
    Return why the models cannot use a cost; empty if they can.

    :param title: name of the unit in messages
    """
    if cost.latency_ms <= 0:
        return f"'{network}' takes no time on {title}: latency_ms must be greater than 0 here"
    if cost.swap_ms and unit.order != 'fcfs':
        return f'swap_ms needs a unit with discipline fcfs; {title} has {unit.order}'
    if cost.swap_ms and unit.batch > 1:
        return f'swap_ms needs a batch of 1; {title} has a larger one'
    return ''


def task_entries(
    system: SystemFile, devices: Mapping[str, Device], name: str, rate_per_s: float
) -> list[Entry]:
    """
    Return the stages of one task.

    :raises ConfigError: naming the key of a device, unit or network that does not exist
    """
    task, at = system.tasks[name], partial(system.at, 'tasks', name)
    device_name = _device(task.device, devices, at)
    device = devices[device_name]
    found: list[Entry] = []
    for key, piece in keyed_pieces(task):
        unit, cost = _on_unit(piece, key, device, system, at)
        problem = cost_problem(cost, device.units[unit], piece.network, unit)
        if problem:
            raise ConfigError(at(*key), problem)
        place = (device_name, unit)
        entry = make_entry(name, place, piece.network, cost, device, rate_per_s, task.priority)
        periodic = not found and is_periodic(task, system)
        found.append(replace(entry, periodic=periodic))
    return found


def check_batches(devices: Mapping[str, Device], entries: Iterable[Entry], at: At) -> None:
    """
    Check that a unit with batches serves only one network.

    :param at: returns the place of a key in the files
    :raises ConfigError: naming the task with another network
    """
    served: dict[tuple[str, str], str] = {}
    for entry in entries:
        device, unit = entry.place
        if devices[device].units[unit].batch == 1:
            continue
        before = served.setdefault(entry.place, entry.network)
        if before != entry.network:
            problem = f'{device}/{unit} batches {before}, so it cannot serve {entry.network}, too'
            raise ConfigError(at('tasks', entry.task), problem)


def _device(name: str, devices: Mapping[str, Device], at: At) -> str:
    if name and name not in devices:
        raise ConfigError(at('device'), not_there(name, devices))
    if not name and len(devices) > 1:
        known = ', '.join(devices)
        raise ConfigError(at('device'), f'is missing, and there is more than one ({known})')
    return name or next(iter(devices))


def _on_unit(
    piece: Piece, key: tuple[str, ...], device: Device, system: SystemFile, at: At
) -> tuple[str, Cost]:
    """Return the unit of a piece, or the only possible one if it names none."""
    name = piece.network
    check_network(piece, key, system, at)
    if piece.unit and piece.unit not in device.units:
        raise ConfigError(at(*key[:-1], 'unit'), not_there(piece.unit, device.units))
    units = [piece.unit] if piece.unit else list(device.units)
    costs = {unit: network_cost(name, unit, device, system) for unit in units}
    able = {unit: cost for unit, cost in costs.items() if cost is not None}
    if not able:
        known = ', '.join(cost_by_unit(name, system)) or 'nothing'
        problem = f"'{name}' has no cost for {', '.join(units)} (it has {known})"
        raise ConfigError(at(*key), problem)
    if len(able) > 1:
        problem = f"is missing, and there is more than one that can run '{name}'"
        where = 'stages' if key == ('preprocess',) else 'unit'
        raise ConfigError(at(*key[:-1], where), f'{problem} ({", ".join(able)})')
    return next(iter(able.items()))
