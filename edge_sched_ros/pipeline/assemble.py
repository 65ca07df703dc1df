# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From configuration to parts: programs, task specifications, units."""

from __future__ import annotations

from dataclasses import dataclass

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.tasks import NS_PER_MS
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.engines.base import Engine
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.plugins import load_class
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.execution.registry import Machine
from edge_sched_ros.execution.registry import pick
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.execution.units import select_units
from edge_sched_ros.perception.programs.build import build_program
from edge_sched_ros.pipeline.config import PipelineConfig
from edge_sched_ros.pipeline.config import TaskConfig
from edge_sched_ros.pipeline.parameters import is_parameter

#: outputs that hold boxes; ``none`` is said by own code, whose results are not known
_BOXES = ('detections', 'tracks', 'none')


@dataclass(frozen=True, slots=True)
class Assembly:
    """Everything a runtime needs."""

    tasks: tuple[TaskSpec, ...]
    programs: dict[str, Program]
    units: tuple[LocalUnit, ...]
    #: task -> name of its network
    networks: dict[str, str]

    def close(self) -> None:
        """Free all engines."""
        for program in self.programs.values():
            program.close()


def assemble(config: PipelineConfig, machine: Machine) -> Assembly:
    """
    Load every network and say what the dispatcher must know of it.

    :raises ConfigError: naming the task and key; what was loaded before is freed again
    """
    try:
        return _assemble(config, machine)
    except ConfigError as error:
        names = [task.name for task in config.tasks]
        if config.source and is_parameter(error.where, names):
            raise ConfigError(f'{config.source}: {error.where}', error.problem) from error
        raise


def _assemble(config: PipelineConfig, machine: Machine) -> Assembly:
    units = select_units(machine.units, config.units)
    programs: dict[str, Program] = {}
    networks: dict[str, str] = {}
    tasks = []
    try:
        for task in config.tasks:
            programs[task.name], networks[task.name] = _program(task, config, machine)
            tasks.append(_spec(task, programs[task.name], _units_of(task, units, machine)))
        _check_cascades(config, programs)
    except BaseException:
        for program in programs.values():
            program.close()
        raise
    return Assembly(tuple(tasks), programs, units, networks)


def _program(task: TaskConfig, config: PipelineConfig, machine: Machine) -> tuple[Program, str]:
    if task.program:
        program_class = load_class(task.program, f'{task.name}.program')
        program: Program = program_class(**task.options)
        return program, task.program
    spec = load_network(task.network)
    if spec.engine == 'auto':
        wanted, where = config.engine, 'engine'
    else:
        wanted, where = spec.engine, f'{spec.source}: engine'
    engine = pick(machine.engines, wanted, where, what='engine').backend
    preprocessor = pick(
        machine.preprocessors, config.preprocessor, 'preprocessor', what='preprocessor'
    ).backend
    assert isinstance(engine, Engine) and isinstance(preprocessor, Preprocessor)
    return build_program(spec, engine, preprocessor, options=task.options), spec.name


def _spec(task: TaskConfig, program: Program, units: tuple[LocalUnit, ...]) -> TaskSpec:
    chosen = tuple(local.unit.name for local in units)
    stages = tuple(StageSpec(stage, chosen) for stage in program.stages)
    # a tracker must see frames in order, one at a time; others may use every unit at once
    parallel = 1 if program.stateful else max(1, len(chosen))
    if program.stateful and task.max_in_flight > 1:
        raise ConfigError(
            f'{task.name}.max_in_flight', 'must be 1 (or 0, automatic) for a task with a memory'
        )
    return TaskSpec(
        name=task.name,
        variants=(VariantSpec('base', stages),),
        deadline_ns=round(task.deadline_ms * NS_PER_MS),
        stream='' if task.after else (task.trigger_topic or task.topic),
        after=task.after,
        period_ns=round(task.period_ms * NS_PER_MS),
        priority=task.priority,
        every_n=task.every_n,
        queue_depth=task.queue_depth,
        max_in_flight=task.max_in_flight or parallel,
        enabled=task.enabled,
    )


def _units_of(
    task: TaskConfig, units: tuple[LocalUnit, ...], machine: Machine
) -> tuple[LocalUnit, ...]:
    where = f'{task.name}.units'
    try:
        select_units(machine.units, task.units)
    except ConfigError as error:
        raise ConfigError(where, error.problem) from None
    for name in task.units:
        if not any(name in (local.unit.name, local.unit.kind) for local in units):
            left = ', '.join(local.unit.name for local in units)
            raise ConfigError(where, f"'{name}' is left out by the parameter units (left: {left})")
    return select_units(units, task.units)


def _check_cascades(config: PipelineConfig, programs: dict[str, Program]) -> None:
    """Check that what works on boxes gets some; own code may give what it likes."""
    for task in config.tasks:
        if not getattr(programs[task.name], 'needs_boxes', False):
            continue
        given = getattr(programs[task.after], 'output', 'none') if task.after else ''
        if given not in _BOXES:
            raise ConfigError(
                f'{task.name}.after',
                'an embedding network must come after a task that gives boxes'
                + (f", not after '{task.after}' ({given})" if task.after else ''),
            )
