# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Enters the costs of a system file into the dispatcher's profiles."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.profiles import StageKey
from edge_sched_ros.core.tasks import NS_PER_MS
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.execution.fused import JOINT
from edge_sched_ros.profiling.known_units import KnownUnits
from edge_sched_ros.system.costs import Cost
from edge_sched_ros.system.learned import plain_name
from edge_sched_ros.system.learned import task_network
from edge_sched_ros.system.network import Variant
from edge_sched_ros.system.stage_costs import network_called
from edge_sched_ros.system.system_file import SystemFile

#: prefix of the source of costs
SOURCE = 'profile'


@dataclass(frozen=True, slots=True)
class Missing:
    """A cost that a task needs and no profile has."""

    network: str
    variant: str
    stage: str
    unit: str

    def __str__(self) -> str:
        """Return it as text."""
        return f'{self.network}/{self.variant} {self.stage} on {self.unit}'


def apply_profiles(
    profiles: Profiles,
    tasks: Sequence[TaskSpec],
    networks: Mapping[str, str],
    system: SystemFile,
    *,
    source: str = SOURCE,
) -> tuple[Missing, ...]:
    """
    Enter the costs of tasks' stages; return the unknown ones.

    A stage that runs several as one (``execution.fused``) has the sum of their costs, unless it
    has its own cost, as in a file saved by a node.

    :param networks: task -> name of its network
    :param source: source of the costs
    :raises ConfigError: for costs of an unknown network; names file and key
    """
    units = KnownUnits(system)
    missing: dict[Missing, None] = {}
    for task in tasks:
        network = networks[task.name]
        called = _name_in(system, network, task.name)
        known = _variants(system, called)
        for variant in task.all_variants or task.variants:
            own = known.get(variant.name)
            for stage in variant.stages:
                for unit in stage.units:
                    costs = units.costs(own, called, stage.name, unit)
                    if costs is None:
                        missing[Missing(network, variant.name, stage.name, unit)] = None
                        continue
                    key = StageKey(task.name, variant.name, stage.name, unit)
                    _enter(profiles, key, costs, source)
    used = {unit for task in tasks for v in task.variants for s in v.stages for unit in s.units}
    for (begin, end), ms in units.transitions_ms(used).items():
        profiles.set_transition(begin, end, round(ms * NS_PER_MS))
    return tuple(missing)


def unknown_stages(
    tasks: Sequence[TaskSpec], networks: Mapping[str, str], system: SystemFile
) -> tuple[str, ...]:
    """
    Return stages in a file that the tasks' networks do not have, by key.

    :param networks: task -> name of its network
    """
    found: dict[str, None] = {}
    for task in tasks:
        name = _name_in(system, networks[task.name], task.name)
        variants = task.all_variants or task.variants
        joint = [stage.name for variant in variants for stage in variant.stages]
        own = dict.fromkeys(part for one in joint for part in one.split(JOINT))
        saved = {plain_name(one) for one in joint}
        for variant, known in _variants(system, name).items():
            for stage in known.stages:
                if stage.name not in own and stage.name not in saved:
                    keys = ('networks', name, 'variants', variant, 'stages', stage.name)
                    key = '.'.join(system.written(*keys))
                    found[f'{key}: is not a stage of {name} (it has {", ".join(own)})'] = None
    return tuple(found)


def _name_in(system: SystemFile, network: str, task: str) -> str:
    """Return the name of a task's network in a file: the task's own entry if there is one."""
    own = task_network(network, task)
    return own if own in system.networks else network


def _variants(system: SystemFile, network: str) -> Mapping[str, Variant]:
    if network not in system.networks and network not in system.costs:
        return {}
    return network_called(network, system.networks, system.costs, system.where).variants


def _enter(profiles: Profiles, key: StageKey, costs: Sequence[Cost], source: str) -> None:
    energies = [cost.energy_mj for cost in costs if cost.energy_mj is not None]
    profiles.set(
        key,
        round(sum(cost.latency_ms for cost in costs) * NS_PER_MS),
        source=source,
        per_item_ns=round(sum(cost.per_item_ms or 0.0 for cost in costs) * NS_PER_MS),
        # without a cost of one part the sum would be too small
        energy_mj=sum(energies) if len(energies) == len(costs) else None,
        memory_mib=sum(cost.memory_mib for cost in costs) or None,
    )
