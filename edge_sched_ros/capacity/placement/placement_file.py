# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Applications and nodes from system files; every error is one line."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from edge_sched_ros.capacity.placement.means import busy
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.problem import Limits
from edge_sched_ros.capacity.placement.problem import Option
from edge_sched_ros.capacity.placement.problem import options
from edge_sched_ros.capacity.placement.problem import Problem
from edge_sched_ros.capacity.placement.unable import why_unable
from edge_sched_ros.capacity.stages import cost_problem
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.checks import not_there
from edge_sched_ros.system.counted import counted
from edge_sched_ros.system.device import Device
from edge_sched_ros.system.loading import load_system
from edge_sched_ros.system.network_costs import check_system_costs
from edge_sched_ros.system.network_costs import network_cost
from edge_sched_ros.system.pieces import check_network
from edge_sched_ros.system.pieces import keyed_pieces
from edge_sched_ros.system.rates import rates_per_s
from edge_sched_ros.system.stage_costs import At
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.workload import TRIGGERS

#: default; the Ibis authors' constant
_UTILISATION = 0.8


def load_problem(*files: str | Path) -> Problem:
    """
    Read applications and nodes.

    :param files: system files; later ones add keys or override keys of earlier ones
    :raises ConfigError: naming file and key
    """
    return make_problem(load_system(*files))


def make_problem(system: SystemFile) -> Problem:
    """
    Return the placement problem of a system, with all of its enabled tasks.

    :raises ConfigError: naming the file and the first invalid key
    """
    types = node_types(system)
    rates = rates_per_s(system)
    if not rates:
        what = 'none is enabled' if system.tasks else 'there is nothing to place'
        raise ConfigError(system.at('tasks'), f'is missing: {what}')
    tasks = {name: system.tasks[name] for name in rates}
    for name, task in tasks.items():
        check_app(types, App(name, task, rates[name]), partial(system.at, 'tasks', name))
    apps = tuple(
        App(one, tasks[name], rates[name])
        for name, names in counted(tasks, partial(system.at, 'tasks')).items()
        for one in names
    )
    nodes = {
        one: types.nodes[name]
        for name, names in counted(types.nodes, partial(system.at, 'devices')).items()
        for one in names
    }
    return Problem(apps, nodes, system, types.limits)


def node_types(system: SystemFile) -> Problem:
    """
    Return the devices of a system without applications, each once regardless of its count.

    :raises ConfigError: naming a cost that the models cannot use
    """
    devices = system.all_devices()
    check_system_costs(system)
    for name, device in devices.items():
        check_costs(system, name, device)
    limits = Limits(
        system.utilisation_limit or _UTILISATION,
        system.memory_share,
        system.front_end_limit,
        system.deadline_share,
    )
    return Problem((), devices, system, limits)


def check_costs(system: SystemFile, name: str, device: Device) -> None:
    """
    Check the costs of networks on a device.

    :param name: name of the device in messages
    :raises ConfigError: naming a network whose cost the models cannot use
    """
    for section, networks in (('networks', system.networks), ('costs', system.costs)):
        for network in networks:
            for unit_name, unit in device.units.items():
                cost = network_cost(network, unit_name, device, system)
                title = f'{name}/{unit_name}'
                problem = '' if cost is None else cost_problem(cost, unit, network, title)
                if problem:
                    raise ConfigError(system.at(section, network), problem)


def check_app(types: Problem, app: App, at: At) -> None:
    """
    Check that some type of node could serve an application alone.

    :param at: returns the place of a key of the application, for messages
    :raises ConfigError: when none could, or its network or device is unknown
    """
    system, nodes, task = types.system, types.nodes, app.task
    if task.device and task.device not in nodes:
        raise ConfigError(at('device'), not_there(task.device, nodes))
    for key, piece in keyed_pieces(task):
        check_network(piece, key, system, at)
        there = {unit for node in nodes.values() for unit in node.units}
        if piece.unit and piece.unit not in there:
            known = ', '.join(sorted(there))
            problem = f"no device has a unit called '{piece.unit}' (there are {known})"
            raise ConfigError(at(*key[:-1], 'unit'), problem)
    ways = [
        (name, node, way) for name, node in nodes.items() for way in options(system, node, app)
    ]
    if not ways:
        raise ConfigError(at(), why_unable(system, nodes, task))
    # the minimum and its device
    load, name = min((_alone(node, way), name) for name, node, way in ways)
    if load >= 1:
        problem = f'keeps a unit of {name} busy {load:.3g} of the time; it must stay below 1'
        trigger = next(key for key in TRIGGERS if getattr(task, key))
        raise ConfigError(at(trigger), f'{problem} on some device')
    bare, name = min((_bare_ms(node, way), name) for name, node, way in ways)
    if task.deadline_ms is not None and task.deadline_ms < bare:
        problem = f'{task.deadline_ms:g} ms is below the bare service time {bare:.4g} ms'
        raise ConfigError(at('deadline_ms'), f'{problem} on {name}, the fastest device')


def _alone(node: Device, way: Option) -> float:
    """Return the utilisation of the busiest unit by this application alone."""
    return max(
        busy(unit, [demand for demand in way if demand.unit == name])
        for name, unit in node.units.items()
    )


def _bare_ms(node: Device, way: Option) -> float:
    return node.network_ms + sum(demand.service_ms for demand in way)
