# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Applies a plan to tasks, for the policy ``plan_follower``."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec


def planned_tasks(
    tasks: Sequence[TaskSpec],
    mapping: Mapping[str, Sequence[str]],
    networks: Mapping[str, str] | None = None,
) -> tuple[TaskSpec, ...]:
    """
    Return tasks whose stages prefer the units of a plan.

    The other units follow the planned one in their order, in case it is lost. A task without a
    plan for its network is unchanged, and so are variants with another number of stages than the
    first.

    :param mapping: network -> the unit of each group; a group is a stage
    :param networks: task -> network, where their names differ
    :raises ConfigError: when a plan has another number of groups than the task has stages, or
        names a unit that cannot run the stage
    """
    names = networks or {}
    return tuple(
        task if plan is None else _planned(task, plan)
        for task in tasks
        for plan in [mapping.get(names.get(task.name, task.name))]
    )


def _planned(task: TaskSpec, plan: Sequence[str]) -> TaskSpec:
    stages = task.variants[0].stages
    if len(stages) != len(plan):
        raise ConfigError(
            f'{task.name}.plan', f'has {len(plan)} groups, the network has {len(stages)} stages'
        )
    variants = tuple(
        variant if len(variant.stages) != len(plan) else _planned_variant(task, variant, plan)
        for variant in task.variants
    )
    return replace(task, variants=variants)


def _planned_variant(task: TaskSpec, variant: VariantSpec, plan: Sequence[str]) -> VariantSpec:
    stages = (_preferring(task, stage, unit) for stage, unit in zip(variant.stages, plan))
    return replace(variant, stages=tuple(stages))


def _preferring(task: TaskSpec, stage: StageSpec, unit: str) -> StageSpec:
    if unit not in stage.units:
        able = ', '.join(stage.units)
        raise ConfigError(
            f'{task.name}.plan', f"stage {stage.name} cannot run on '{unit}' (only on {able})"
        )
    others = tuple(name for name in stage.units if name != unit)
    return replace(stage, units=(unit, *others))
