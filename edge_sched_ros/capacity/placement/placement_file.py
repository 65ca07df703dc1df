# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads files of applications and nodes; whatever is wrong is one line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from typing import TypeVar

from edge_sched_ros.capacity.cluster_file import WORDS
from edge_sched_ros.capacity.cost_keys import check_cost_keys
from edge_sched_ros.capacity.placement.means import busy
from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.problem import cost_on
from edge_sched_ros.capacity.placement.problem import Limits
from edge_sched_ros.capacity.placement.problem import Networks
from edge_sched_ros.capacity.placement.problem import Option
from edge_sched_ros.capacity.placement.problem import options
from edge_sched_ros.capacity.placement.problem import Problem
from edge_sched_ros.capacity.placement.schema import AppSpec
from edge_sched_ros.capacity.placement.schema import NodeSpec
from edge_sched_ros.capacity.placement.schema import PlacementFile
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.parsing import checking
from edge_sched_ros.documents.parsing import parse
from edge_sched_ros.documents.yaml_file import read_mapping

_Spec = TypeVar('_Spec', AppSpec, NodeSpec)


def load_problem(apps: Path, cluster: Path) -> Problem:
    """
    Read applications and the nodes they are for.

    :param apps: the file with the applications; ``networks`` may stand in either
    :raises ConfigError: naming file and key
    """
    data, other = read_mapping(apps), read_mapping(cluster)
    for key in other.keys() & data.keys() - {'description'}:
        if key != 'networks' or not all(isinstance(one[key], dict) for one in (data, other)):
            raise ConfigError(f'{cluster}: {key}', f'is given in {apps} as well')
        for name in other[key].keys() & data[key].keys():
            raise ConfigError(f'{cluster}: {key}.{name}', f'is given in {apps} as well')
    both = {**data, **other}
    if 'networks' in both:
        both['networks'] = _joined(data.get('networks'), other.get('networks'))
    return parse_problem(both, f'{apps}, {cluster}')


def parse_problem(data: Mapping[str, Any], where: str) -> Problem:
    """
    Return what a file asks for.

    :param where: the file, for messages
    :raises ConfigError: naming the first key that cannot be used
    """
    found = parse(data, PlacementFile, where, words=WORDS)
    check_cost_keys(found.networks, found.devices.values(), f'{where}: networks')
    with checking(where):
        return _checked(found)


def _checked(file: PlacementFile) -> Problem:
    nodes = _counted(file.devices, 'devices')
    apps = tuple(App(name, spec) for name, spec in _counted(file.apps, 'apps').items())
    for name, device in file.devices.items():
        _check_node(file.networks, name, device)
    for name, spec in file.apps.items():
        _check_app(file, App(name, spec))
    limits = Limits(
        file.utilisation_limit, file.memory_share, file.front_end_limit, file.deadline_share
    )
    return Problem(apps, nodes, file.networks, limits)


def _counted(specs: Mapping[str, _Spec], key: str) -> dict[str, _Spec]:
    """Return one by one what is given with a count."""
    found: dict[str, _Spec] = {}
    for name, spec in specs.items():
        many = spec.count
        for one in [name] if many is None else [f'{name}-{index}' for index in range(many)]:
            if one in found or (one != name and one in specs):
                raise ConfigError(f'{key}.{name}.count', f"makes a second '{one}'")
            found[one] = spec
    return found


def _check_node(networks: Networks, name: str, node: NodeSpec) -> None:
    for network, costs in networks.items():
        for unit_name, unit in node.units.items():
            cost = cost_on(costs, unit_name, unit)
            where = f'networks.{network}'
            if cost is None or not cost.swap_ms:
                continue
            if unit.order != 'fcfs':
                problem = f'swap_ms needs a unit with discipline fcfs; {name}/{unit_name}'
                raise ConfigError(where, f'{problem} has {unit.order}')
            if unit.batch > 1:
                problem = f'swap_ms does not go with a batch above 1, as {name}/{unit_name} has'
                raise ConfigError(where, problem)


def _check_app(file: PlacementFile, app: App) -> None:
    """Check that an application alone could be served somewhere."""
    where, spec = f'apps.{app.name}', app.spec
    for key in ('network', 'preprocess'):
        name = getattr(spec, key)
        if name and name not in file.networks:
            known = ', '.join(file.networks)
            problem = f"there is no network '{name}' (there are {known})"
            raise ConfigError(f'{where}.{key}', problem)
    ways = [
        (name, node, way)
        for name, node in file.devices.items()
        for way in options(file.networks, node, app)
    ]
    if not ways:
        raise ConfigError(where, f"no device can run '{spec.network}': none has its costs")
    # the least and where it is
    load, name = min((_alone(node, way), name) for name, node, way in ways)
    if load >= 1:
        problem = f'keeps a unit of {name} busy {load:.3g} of the time; it must stay below 1'
        raise ConfigError(f'{where}.rate_per_s', f'{problem} on some device')
    bare, name = min((_bare_ms(node, way), name) for name, node, way in ways)
    if spec.deadline_ms is not None and spec.deadline_ms < bare:
        problem = f'{spec.deadline_ms:g} ms is below the bare service time {bare:.4g} ms'
        raise ConfigError(f'{where}.deadline_ms', f'{problem} on {name}, the fastest device')


def _alone(node: NodeSpec, way: Option) -> float:
    """Return how busy the busiest unit would be without others."""
    return max(
        busy(unit, [demand for demand in way if demand.unit == name])
        for name, unit in node.units.items()
    )


def _bare_ms(node: NodeSpec, way: Option) -> float:
    return node.network_ms + sum(demand.service_ms for demand in way)


def _joined(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        return {**one, **other}
    return other if one is None else one
