# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which requests come to which unit, from what a file says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edge_sched_ros.capacity.load import Load
from edge_sched_ros.capacity.load import Service
from edge_sched_ros.capacity.schema import Cluster
from edge_sched_ros.capacity.schema import Device
from edge_sched_ros.capacity.schema import ServiceCost
from edge_sched_ros.capacity.schema import StageSpec
from edge_sched_ros.capacity.schema import TaskSpec
from edge_sched_ros.capacity.schema import UnitSpec
from edge_sched_ros.core.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Entry:
    """
    A stage of a task, as its unit sees it.

    :param place: device and unit
    :param further_ms: what a further request of a batch adds
    :param periodic: whether requests arrive like clockwork
    """

    task: str
    place: tuple[str, str]
    network: str
    load: Load
    further_ms: float
    memory_mib: float
    periodic: bool


def entries(cluster: Cluster) -> list[Entry]:
    """
    Return every stage of every task, in order.

    :raises ConfigError: naming the key of a device, unit or network that is not there
    """
    return [
        entry
        for name, task in cluster.tasks.items()
        for entry in task_entries(cluster, name, task)
    ]


def task_entries(cluster: Cluster, name: str, task: TaskSpec) -> list[Entry]:
    """Return the stages of one task."""
    where = f'tasks.{name}'
    device_name = _only(task.device, cluster.devices, f'{where}.device')
    device = cluster.devices[device_name]
    stages = task.stages or (
        StageSpec(network=task.network, unit=_only(task.unit, device.units, f'{where}.unit')),
    )
    found = []
    for index, stage in enumerate(stages):
        key = f'{where}.stages.{index}' if task.stages else where
        unit = device.units[_only(stage.unit, device.units, f'{key}.unit')]
        cost = _cost(cluster, device, stage, f'{key}.network')
        found.append(
            Entry(
                name,
                (device_name, stage.unit),
                stage.network,
                _load(task, cost, unit, f'{key}.network'),
                (cost.service_ms if cost.further_ms is None else cost.further_ms) / unit.speed,
                cost.memory_mib,
                task.arrivals == 'periodic' and index == 0,
            )
        )
    return found


def check(cluster: Cluster) -> None:
    """
    Check what single keys cannot show.

    :raises ConfigError: naming the key
    """
    served: dict[tuple[str, str], str] = {}
    for entry in entries(cluster):
        device, unit = entry.place
        if cluster.devices[device].units[unit].batch > 1:
            before = served.setdefault(entry.place, entry.network)
            if before != entry.network:
                raise ConfigError(
                    f'tasks.{entry.task}',
                    f'{device}/{unit} batches {before}; it cannot serve {entry.network} too',
                )


def _load(task: TaskSpec, cost: ServiceCost, unit: UnitSpec, where: str) -> Load:
    if cost.swap_ms and unit.order != 'fcfs':
        raise ConfigError(where, f'swap_ms needs a unit with discipline fcfs, not {unit.order}')
    if cost.swap_ms and unit.batch > 1:
        raise ConfigError(where, 'swap_ms does not go with a batch above 1')
    service = Service(cost.service_ms / unit.speed, cost.cv)
    return Load(task.rate_per_s, service, cost.swap_ms, task.priority)


def _cost(cluster: Cluster, device: Device, stage: StageSpec, where: str) -> ServiceCost:
    costs = cluster.networks.get(stage.network)
    if costs is None:
        known = ', '.join(cluster.networks)
        raise ConfigError(where, f"there is no network '{stage.network}' (there are {known})")
    unit = device.units[stage.unit]
    for key in (stage.unit, unit.type, unit.kind):
        if key in costs:
            return costs[key]
    known = ', '.join(costs) or 'nothing'
    raise ConfigError(where, f"'{stage.network}' has no cost for {stage.unit} (it has {known})")


def _only(name: str, known: Mapping[str, object], where: str) -> str:
    if name in known:
        return name
    names = ', '.join(known)
    if name:
        raise ConfigError(where, f"there is none called '{name}' (there are {names})")
    if len(known) > 1:
        raise ConfigError(where, f'is missing, and there is more than one ({names})')
    return next(iter(known))
