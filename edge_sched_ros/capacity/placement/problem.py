# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Applications, nodes, and the demands of applications on nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from edge_sched_ros.capacity.stages import Entry
from edge_sched_ros.capacity.stages import make_entry
from edge_sched_ros.system.costs import Cost
from edge_sched_ros.system.device import Device
from edge_sched_ros.system.network_costs import network_cost
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.workload import Objective
from edge_sched_ros.system.workload import Task


@dataclass(frozen=True, slots=True)
class Limits:
    """
    Limits of a node; the defaults are the constants of the Ibis authors' code.

    :param utilisation: maximum utilisation of a unit
    :param memory_share: usable share of a node's memory
    :param front_end: upper limit of rate times mean response of an application; ``None``: none
    :param deadline_share: share of a deadline that a predicted response may take; not from Ibis
    """

    utilisation: float = 0.8
    memory_share: float = 0.8
    front_end: float | None = 0.8
    deadline_share: float = 1.0


@dataclass(frozen=True, slots=True)
class App:
    """
    An application: a task that a cluster is to host.

    :param rate_per_s: requests a second, Poisson
    """

    name: str
    task: Task
    rate_per_s: float

    @property
    def objective(self) -> Objective:
        """Return the figure that must be within the deadline; the Ibis authors use the mean."""
        return self.task.objective or 'mean'


@dataclass(frozen=True, slots=True)
class Demand:
    """
    The demand of an application on a unit.

    :param network: class of its requests; there are no swaps within a class
    :param second_ms2: second moment of the service time
    :param memory_mib: memory of the network, counted once for all that share it
    :param entry: the same demand as input of the models
    """

    app: str
    unit: str
    network: str
    rate_per_ms: float
    service_ms: float
    second_ms2: float
    swap_ms: float
    memory_mib: float
    entry: Entry


#: demands of an application on the units of a node, preprocessing first, its network last
Option = tuple[Demand, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """
    A placement problem.

    :param apps: in order of arrival
    :param nodes: by name; equal nodes share one object
    :param system: has the costs of networks
    """

    apps: tuple[App, ...]
    nodes: Mapping[str, Device]
    system: SystemFile
    limits: Limits = Limits()


def options(system: SystemFile, node: Device, app: App) -> list[Option]:
    """Return the ways in which a node could serve an application; none when it cannot."""
    if app.task.device and system.all_devices()[app.task.device] is not node:
        return []
    ways = [
        [
            _demand(app, piece.network, unit, cost, node)
            for unit in node.units
            if piece.unit in ('', unit)
            and (cost := network_cost(piece.network, unit, node, system)) is not None
        ]
        for piece in app.task.pieces
    ]
    return list(product(*ways))


def _demand(app: App, network: str, unit: str, cost: Cost, node: Device) -> Demand:
    task = app.task
    # preprocessing is shared by all networks
    own = task.own_copy and (not task.preprocess or network == task.network)
    name = f'{network} of {app.name}' if own else network
    entry = make_entry(app.name, ('', unit), name, cost, node, app.rate_per_s, task.priority)
    load = entry.load
    return Demand(
        app.name,
        unit,
        name,
        load.rate_per_ms,
        load.service.mean_ms,
        load.service.moment(2),
        load.swap_ms,
        entry.memory_mib,
        entry,
    )
