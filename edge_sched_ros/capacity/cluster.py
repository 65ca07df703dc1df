# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Input of the queueing models from system files: tasks on devices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

from edge_sched_ros.capacity.contention import slowed
from edge_sched_ros.capacity.stages import check_batches
from edge_sched_ros.capacity.stages import Entry
from edge_sched_ros.capacity.stages import task_entries
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.device import Device
from edge_sched_ros.system.loading import load_system
from edge_sched_ros.system.network_costs import check_system_costs
from edge_sched_ros.system.rates import rates_per_s
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.workload import Objective
from edge_sched_ros.system.workload import Task


@dataclass(frozen=True, slots=True)
class Cluster:
    """
    Devices, and the tasks requested of them.

    :param rates: task -> requests a second; other tasks are left out
    """

    system: SystemFile
    devices: Mapping[str, Device]
    rates: Mapping[str, float]

    @property
    def tasks(self) -> dict[str, Task]:
        """Return the requested tasks."""
        return {name: self.system.tasks[name] for name in self.rates}

    @property
    def utilisation_limit(self) -> float:
        """Return the maximum utilisation of a unit."""
        return self.system.utilisation_limit or 1.0

    def objective(self, name: str) -> Objective:
        """Return which figure of a task's response must be within its deadline."""
        return self.system.tasks[name].objective or 'p99'

    def with_rates(self, rates: Mapping[str, float]) -> Cluster:
        """Return the cluster with other rates, per second; later tasks in cascades change, too."""
        return replace(self, rates=rates_per_s(self.system, rates))

    def entries(self) -> list[Entry]:
        """
        Return every stage of every task, in order, with the time that it takes beside the others.

        :raises ConfigError: naming the key of a device, unit or network that does not exist
        """
        found = [
            entry
            for name, rate in self.rates.items()
            for entry in task_entries(self.system, self.devices, name, rate)
        ]
        laws = {
            name: law
            for name, device in self.devices.items()
            if (law := device.contention_law(self.system.at('contention'))) is not None
        }
        return slowed(found, self.devices, laws)


def load_cluster(*files: str | Path) -> Cluster:
    """
    Read tasks and devices.

    :param files: system files; later ones add keys or override keys of earlier ones
    :raises ConfigError: naming file and key
    """
    return with_tasks(make_cluster(load_system(*files)))


def with_tasks(cluster: Cluster) -> Cluster:
    """
    Return a cluster with tasks.

    :raises ConfigError: when it has none, or no enabled one
    """
    if not cluster.rates:
        system = cluster.system
        what = 'none is enabled' if system.tasks else 'there is nothing to analyse'
        raise ConfigError(system.at('tasks'), f'is missing: {what}')
    return cluster


def make_cluster(system: SystemFile) -> Cluster:
    """
    Return the cluster of a system.

    :raises ConfigError: naming the file and the first invalid key
    """
    devices = system.all_devices()
    check_system_costs(system)
    for section, named in (('devices', devices), ('tasks', system.tasks)):
        for name, one in named.items():
            if one.count is not None and one.count > 1:
                key = (section, name) if one is not system else ()
                problem = f'is {one.count}; capacity needs each of them under a name of its own'
                raise ConfigError(system.at(*key, 'count'), problem)
    cluster = Cluster(system, devices, rates_per_s(system))
    check_batches(devices, cluster.entries(), system.at)
    return cluster
