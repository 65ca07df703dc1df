# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Brings measured costs to the dispatcher's profiles."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass

from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.profiles import StageKey
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.execution.fused import JOINT
from edge_sched_ros.profiling.schema import ProfileFile
from edge_sched_ros.profiling.schema import StageProfile

#: what the costs' source begins with
SOURCE = 'profile'


@dataclass(frozen=True, slots=True)
class Missing:
    """A cost a task needs that no profile has."""

    network: str
    variant: str
    stage: str
    unit: str

    def __str__(self) -> str:
        """Return it for people."""
        return f'{self.network}/{self.variant} {self.stage} on {self.unit}'


def apply_profiles(
    profiles: Profiles,
    tasks: Sequence[TaskSpec],
    networks: Mapping[str, str],
    profile: ProfileFile,
    *,
    source: str = SOURCE,
) -> tuple[Missing, ...]:
    """
    Enter the costs of tasks' stages; return those that are not known.

    A stage that runs several as one (``execution.fused``) costs what they cost together.

    :param networks: task -> name of its network
    :param source: what the costs say where they come from
    """
    missing: dict[Missing, None] = {}
    for task in tasks:
        known = profile.networks.get(networks[task.name])
        for variant in task.all_variants or task.variants:
            found = None if known is None else known.variants.get(variant.name)
            stages = {} if found is None else found.stages
            for stage in variant.stages:
                for unit in stage.units:
                    parts = [stages.get(p, {}).get(unit) for p in stage.name.split(JOINT)]
                    costs = [part for part in parts if part is not None]
                    if len(costs) < len(parts):
                        lacks = Missing(networks[task.name], variant.name, stage.name, unit)
                        missing[lacks] = None
                        continue
                    _enter(
                        profiles,
                        StageKey(task.name, variant.name, stage.name, unit),
                        costs,
                        source,
                    )
    for unit, others in profile.transitions_ms.items():
        for other, ms in others.items():
            profiles.set_transition(unit, other, round(ms * 1e6))
    return tuple(missing)


def unknown_stages(
    tasks: Sequence[TaskSpec], networks: Mapping[str, str], profile: ProfileFile
) -> tuple[str, ...]:
    """
    Return the stages a profile gives for tasks' networks that those do not have, by key.

    :param networks: task -> name of its network
    """
    found: dict[str, None] = {}
    for task in tasks:
        name = networks[task.name]
        variants = task.all_variants or task.variants
        joint = [stage.name for variant in variants for stage in variant.stages]
        stages = dict.fromkeys(part for one in joint for part in one.split(JOINT))
        known = profile.networks.get(name)
        for variant, costs in ({} if known is None else known.variants).items():
            for stage in costs.stages:
                if stage not in stages:
                    key = f'networks.{name}.variants.{variant}.stages.{stage}'
                    found[f'{key}: is no stage of {name} (it has {", ".join(stages)})'] = None
    return tuple(found)


def _enter(profiles: Profiles, key: StageKey, costs: list[StageProfile], source: str) -> None:
    energies = [cost.energy_mj for cost in costs if cost.energy_mj is not None]
    memories = [cost.memory_mib for cost in costs if cost.memory_mib is not None]
    profiles.set(
        key,
        round(sum(cost.p50_ms for cost in costs) * 1e6),
        source=source,
        per_item_ns=round(sum(cost.per_item_ms for cost in costs) * 1e6),
        # a part without a number would make the sum too small
        energy_mj=sum(energies) if len(energies) == len(costs) else None,
        memory_mib=sum(memories) if memories else None,
    )
