# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Costs of networks on one node: published by its agent, read by the controller."""

from __future__ import annotations

import json
from collections.abc import Collection
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge_sched_ros.capacity.placement.placement_file import check_costs
from edge_sched_ros.capacity.placement.problem import Problem
from edge_sched_ros.cluster import names
from edge_sched_ros.cluster.records import Node
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.cost_lookup import check_cost_keys
from edge_sched_ros.system.cost_lookup import check_misplaced
from edge_sched_ros.system.cost_lookup import joined_costs
from edge_sched_ros.system.costs import Cost
from edge_sched_ros.system.costs import CostByUnit
from edge_sched_ros.system.device import Device
from edge_sched_ros.system.loading import load_system
from edge_sched_ros.system.network_costs import cost_by_unit
from edge_sched_ros.system.parsing import parse_system
from edge_sched_ros.system.system_file import SystemFile

#: bytes; Kubernetes' limit for all annotations of an object together
MOST_ANNOTATION = 256 * 1024
#: keys of a cost that the models use
_PUBLISHED = {'latency_ms', 'cv', 'per_item_ms', 'memory_mib', 'swap_ms'}


def read_profiles(path: Path) -> dict[str, Any]:
    """
    Return the costs of networks in a system file in the form of the node's annotation.

    From a file with a device, such as ``edge-sched profile`` writes, only the costs of its units.

    :raises ConfigError: naming file and key
    """
    system = load_system(path)
    check_misplaced(system.costs, system.unit_words, system.at('costs'))
    costs = {
        name: _published(cost_by_unit(name, system), system)
        for name in {**system.costs, **system.networks}
    }
    found = {name: table for name, table in costs.items() if table}
    if not found:
        raise ConfigError(f'{path}: costs', 'is missing, and networks with costs as well')
    size = len(json.dumps(found))
    if size > MOST_ANNOTATION:
        problem = f'take {size} bytes as an annotation, more than the {MOST_ANNOTATION} of a node'
        raise ConfigError(f'--profiles {path}: costs', problem)
    return found


def description_of(
    node: Node, types: Problem, claimed: Collection[str] = ()
) -> tuple[Device, SystemFile | None]:
    """
    Return the type of a node, and the system with its own costs, ``None`` without own costs.

    :param claimed: names of units that are allocated as a whole, which are gone
    :raises ConfigError: naming the annotation that is missing or has an unknown value
    """
    if not node.type:
        raise ConfigError(f'annotation {names.TYPE}', 'is missing, or empty')
    device = types.nodes.get(node.type)
    if device is None:
        known = ', '.join(types.nodes)
        raise ConfigError(f'annotation {names.TYPE}', f"is '{node.type}' (known: {known})")
    left = {name: unit for name, unit in device.units.items() if name not in claimed}
    if not left:
        raise ConfigError('ResourceClaims', 'all units of the node are claimed')
    if not node.profiles:
        whole = len(left) == len(device.units)
        return device if whole else device.model_copy(update={'units': left}), None
    own = _read_annotation(node.profiles)
    check_cost_keys(own, [device], f'annotation {names.PROFILES} of {node.name}')
    system = _with_costs(types.system, own)
    try:
        check_costs(system, node.type, device)
    except ConfigError as error:
        raise _of_annotation(error) from None
    # a separate device object: costs are found by its identity
    return device.model_copy(update={'units': left}), system


def _published(table: CostByUnit, system: SystemFile) -> dict[str, Any]:
    return {
        word: cost.model_dump(include=_PUBLISHED, exclude_defaults=True)
        for word, cost in table.items()
        if not system.units or word in system.unit_words
    }


def _read_annotation(text: str) -> dict[str, dict[str, Cost]]:
    where = f'annotation {names.PROFILES}'
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(where, f'is not JSON: {str(error)[:100]}') from None
    try:
        return parse_system((where, {'costs': data})).costs
    except ConfigError as error:
        raise _of_annotation(error) from None


def _of_annotation(error: ConfigError) -> ConfigError:
    """Return an error of a system's costs as an error of the annotation."""
    key = error.where.rpartition(': costs')[2]
    return ConfigError(f'annotation {names.PROFILES}{key}', error.problem)


def _with_costs(system: SystemFile, own: Mapping[str, Mapping[str, Cost]]) -> SystemFile:
    """Return a system in which a node's own costs override all others, those of stages, too."""
    networks = {name: one for name, one in system.networks.items() if name not in own}
    known = {name: cost_by_unit(name, system) for name in system.networks.keys() & own.keys()}
    costs = joined_costs({**system.costs, **known}, own)
    return system.model_copy(update={'networks': networks, 'costs': costs})
