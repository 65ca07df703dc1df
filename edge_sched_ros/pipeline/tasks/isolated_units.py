# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Makes a program that needs engines or preprocessors, in the process of its task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.gpu_parts.parts import GpuPart
from edge_sched_ros.execution.registry import rediscover
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.settings.pipeline_config import TaskConfig
from edge_sched_ros.pipeline.settings.pipeline_config import THREAD
from edge_sched_ros.pipeline.tasks.task_programs import TaskPrograms
from edge_sched_ros.pipeline.tasks.unit_choice import machine_for
from edge_sched_ros.pipeline.tasks.unit_choice import UnitChoice


def make_with_units(
    config: Mapping[str, Any], task: Mapping[str, Any], *, fused: bool
) -> tuple[Program, dict[str, Any]]:
    """
    Return a task's program, and the units of its stages as plain values.

    :param config: fields of the configuration, its tasks as fields, too
    :param task: fields of the task
    :raises ConfigError: naming file or key
    """
    own = TaskConfig(**{**task, 'isolation': THREAD})
    nested = {
        'tasks': tuple(TaskConfig(**t) for t in config['tasks']),
        'gpu_parts': tuple(GpuPart(**part) for part in config['gpu_parts']),
    }
    whole = PipelineConfig(**{**config, **nested})
    machine = machine_for(whole, rediscover())
    choice = UnitChoice(whole, machine)
    makers = TaskPrograms(whole, machine, choice, fused=fused)
    made = makers.make(own)
    units = {
        variant: {stage: [local.unit.name for local in on] for stage, on in stages.items()}
        for variant, stages in made.variants.items()
    }
    known = {
        'name': made.name,
        'stages': {variant: tuple(stages) for variant, stages in units.items()},
        'units': units,
        'accuracy': made.accuracy,
        'segments': made.segments,
        'missing': dict(choice.missing),
        'left_out': makers.left_out,
        'not_here': makers.not_here,
    }
    return made.program, known
