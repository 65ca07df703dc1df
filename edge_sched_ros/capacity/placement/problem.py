# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Applications, nodes and what the one would take of the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from edge_sched_ros.capacity.load import Load
from edge_sched_ros.capacity.load import Service
from edge_sched_ros.capacity.placement.schema import AppSpec
from edge_sched_ros.capacity.placement.schema import NodeSpec
from edge_sched_ros.capacity.schema import ServiceCost
from edge_sched_ros.capacity.schema import UnitSpec
from edge_sched_ros.capacity.stages import Entry

Networks = Mapping[str, Mapping[str, ServiceCost]]


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
    """An application that has a name."""

    name: str
    spec: AppSpec


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
    """

    apps: tuple[App, ...]
    nodes: Mapping[str, NodeSpec]
    networks: Networks
    limits: Limits = Limits()


def options(networks: Networks, node: NodeSpec, app: App) -> list[Option]:
    """Return the ways in which a node could serve an application; none where it cannot."""
    stages = [name for name in (app.spec.preprocess, app.spec.network) if name]
    ways = [
        [
            _demand(app, name, unit_name, unit, cost)
            for unit_name, unit in node.units.items()
            if (cost := cost_on(networks[name], unit_name, unit)) is not None
        ]
        for name in stages
    ]
    return list(product(*ways))


def cost_on(
    costs: Mapping[str, ServiceCost], unit_name: str, unit: UnitSpec
) -> ServiceCost | None:
    """Return what a network takes on a unit, by its name, type or kind."""
    for key in (unit_name, unit.type, unit.kind):
        if key in costs:
            return costs[key]
    return None


def _demand(app: App, network: str, unit_name: str, unit: UnitSpec, cost: ServiceCost) -> Demand:
    spec = app.spec
    own = spec.own_copy and network == spec.network
    name = f'{network} of {app.name}' if own else network
    service = Service(cost.service_ms / unit.speed, cost.cv)
    load = Load(spec.rate_per_s, service, cost.swap_ms, spec.priority)
    further_ms = (cost.service_ms if cost.further_ms is None else cost.further_ms) / unit.speed
    entry = Entry(app.name, ('', unit_name), name, load, further_ms, cost.memory_mib, False)
    return Demand(
        app.name,
        unit_name,
        name,
        load.rate_per_ms,
        service.mean_ms,
        service.moment(2),
        cost.swap_ms,
        cost.memory_mib,
        entry,
    )
