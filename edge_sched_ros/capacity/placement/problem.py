# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Applications, nodes and what the one would take of the other."""

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
    What a node may be given; the defaults are the constants of the Ibis authors' code.

    :param utilisation: of a unit, at most
    :param memory_share: of a node's memory
    :param front_end: rate times mean response of an application, below; ``None``: any
    :param deadline_share: of a deadline, that a response may take by the models; not theirs
    """

    utilisation: float = 0.8
    memory_share: float = 0.8
    front_end: float | None = 0.8
    deadline_share: float = 1.0


@dataclass(frozen=True, slots=True)
class App:
    """
    A task as a cluster is asked to host it, an application.

    :param rate_per_s: requests a second, Poisson
    """

    name: str
    task: Task
    rate_per_s: float

    @property
    def objective(self) -> Objective:
        """Return what must be within the deadline; the Ibis authors take the mean."""
        return self.task.objective or 'mean'


@dataclass(frozen=True, slots=True)
class Demand:
    """
    What an application asks of a unit.

    :param network: the class of its requests; those of one class need no swap in between
    :param second_ms2: second moment of the service
    :param memory_mib: of the network, once for all that share it
    :param entry: the same as the models take it
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


#: what an application asks of the units of a node, preprocessing first, its network last
Option = tuple[Demand, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """
    What is to be placed where.

    :param apps: in order of arrival
    :param nodes: by name; equal nodes share one object
    :param system: says what networks cost
    """

    apps: tuple[App, ...]
    nodes: Mapping[str, Device]
    system: SystemFile
    limits: Limits = Limits()


def options(system: SystemFile, node: Device, app: App) -> list[Option]:
    """Return the ways in which a node could serve an application; none where it cannot."""
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
    # preprocessing is shared whatever the network is
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
