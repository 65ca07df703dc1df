# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Builds the parts of a configuration: programs, task specifications, units."""

from __future__ import annotations

import logging
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from functools import partial

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.brief import MOST_OF_AN_ERROR
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.tasks import NS_PER_MS
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.network_variants import BASE
from edge_sched_ros.execution.registry import Machine
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.native.loading import use as use_native
from edge_sched_ros.perception.programs.attributes import names_of
from edge_sched_ros.perception.programs.attributes import read_attribute
from edge_sched_ros.perception.programs.observed import observe_detections
from edge_sched_ros.pipeline.settings.parameter_table import is_parameter
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.settings.pipeline_config import PROCESS
from edge_sched_ros.pipeline.settings.pipeline_config import TaskConfig
from edge_sched_ros.pipeline.tasks.abandoned_threads import close_others
from edge_sched_ros.pipeline.tasks.abandoned_threads import keep
from edge_sched_ros.pipeline.tasks.abandoned_threads import stuck_with
from edge_sched_ros.pipeline.tasks.abandoned_threads import units_of
from edge_sched_ros.pipeline.tasks.out_program import failed_by_own_code
from edge_sched_ros.pipeline.tasks.out_program import out_program
from edge_sched_ros.pipeline.tasks.task_outs import begin_close
from edge_sched_ros.pipeline.tasks.task_outs import close_each
from edge_sched_ros.pipeline.tasks.task_outs import closed
from edge_sched_ros.pipeline.tasks.task_outs import Finish
from edge_sched_ros.pipeline.tasks.task_programs import TaskProgram
from edge_sched_ros.pipeline.tasks.task_programs import TaskPrograms
from edge_sched_ros.pipeline.tasks.unit_choice import machine_for
from edge_sched_ros.pipeline.tasks.unit_choice import UnitChoice

_log = logging.getLogger(__name__)

#: outputs that contain boxes; ``none`` is the output of own code with unknown results
_BOXES = ('detections', 'tracks', 'none')


@dataclass(frozen=True, slots=True)
class Assembly:
    """Everything a runtime needs."""

    tasks: tuple[TaskSpec, ...]
    programs: dict[str, Program]
    units: tuple[LocalUnit, ...]
    #: task -> name of its network
    networks: dict[str, str]
    #: unit named in the configuration that cannot be used -> why
    missing: Mapping[str, str] = field(default_factory=dict)
    #: TASK.VARIANT -> where and why it cannot be used
    left_out: Mapping[str, str] = field(default_factory=dict)
    #: task whose own code failed before it could run -> why; it is disabled
    out: Mapping[str, str] = field(default_factory=dict)
    #: resources of units that all programs share
    makers: TaskPrograms | None = None

    def why_not(self, task: str, variant: str) -> str:
        """Return why a listed variant cannot be used; empty if it can."""
        key = f'{task}.{variant}'
        known = {} if self.makers is None else self.makers.not_here
        return known.get(key) or self.left_out.get(key, '')

    def close(self, busy: Collection[str] = ()) -> None:
        """
        Free all engines and the resources of units.

        :param busy: units with abandoned threads; what these may still use is kept
        """
        stuck = stuck_with(self.units, busy)
        held = {} if self.makers is None else self.makers.networks
        closes: dict[str, Callable[[], Finish]] = {}
        for spec in self.tasks:
            networks = held.get(spec.name, ())
            # a process is ended whatever it does
            isolated = getattr(self.programs[spec.name], 'isolated', False)
            if stuck & units_of(spec, networks) and not isolated:
                closes[spec.name] = partial(closed, partial(close_others, networks, stuck))
            else:
                closes[spec.name] = partial(begin_close, self.programs[spec.name])
        close_each(closes)
        if self.makers is not None:
            self.makers.close(stuck)
        if stuck:
            keep(self, busy, stuck)


def assemble(
    config: PipelineConfig,
    machine: Machine,
    *,
    fused: bool = True,
    tolerant: bool = False,
    linked: bool = True,
) -> Assembly:
    """
    Load every network and return its specification for the dispatcher.

    :param fused: whether stages that stay on the same cores run as one
    :param tolerant: whether a task whose own code raises is left out while others can run
    :param linked: whether tasks get here what they need of each other; else somebody else sees
        to that, and it is not checked
    :raises ConfigError: naming the task and key; loaded networks are freed again
    """
    try:
        use_native(config.native)
        return _assemble(config, machine, fused, tolerant, linked)
    except ConfigError as error:
        names = [task.name for task in config.tasks]
        if config.source and is_parameter(error.where, names):
            raise ConfigError(f'{config.source}: {error.where}', error.problem) from error
        raise


def _assemble(
    config: PipelineConfig, machine: Machine, fused: bool, tolerant: bool, linked: bool
) -> Assembly:
    machine = machine_for(config, machine)
    choice = UnitChoice(config, machine)
    # who measures costs while configuring wants those of the segments
    joined = fused and not config.profile_at_configure_s
    makers = TaskPrograms(config, machine, choice, fused=fused, joined=joined)
    made: dict[str, TaskProgram] = {}
    failed: dict[str, ConfigError] = {}
    try:
        for task in config.tasks:
            try:
                made[task.name] = makers.make(task)
            except ConfigError as error:
                if not (tolerant and failed_by_own_code(error)):
                    raise
                failed[task.name] = error
        if not made:
            raise next(iter(failed.values()))
        for task in config.tasks:
            if task.name in failed:
                made[task.name] = _left_out_task(task, failed[task.name], choice)
        programs = {task.name: made[task.name].program for task in config.tasks}
        tasks = tuple(
            replace(_spec(task, made[task.name]), enabled=False)
            if task.name in failed
            else _pinned(_spec(task, made[task.name]), task.variant, makers)
            for task in config.tasks
        )
        if config.fast_variants:
            tasks = tuple(map(_with_tolerance, tasks, config.tasks))
        if linked:
            _check_cascades(config, programs)
            _check_second_topics(config, programs)
            _check_depth(config, programs)
            _check_joins(config, programs)
        for task in config.tasks:
            observe_detections(task.name, task.detections_from, programs)
            if task.detections_from:
                _tell_lost_extras(task, config, programs)
    except BaseException:
        close_each({name: partial(begin_close, one.program) for name, one in made.items()})
        makers.close()
        raise
    return Assembly(
        tasks,
        programs,
        choice.units,
        {task.name: made[task.name].name for task in config.tasks},
        choice.missing,
        makers.left_out,
        {name: str(error) for name, error in failed.items()},
        makers,
    )


def finder_of(task: str, config: PipelineConfig, programs: Mapping[str, Program]) -> Program:
    """Return the program that finds the boxes of a task's results: trackers use another's."""
    by_name = {one.name: one for one in config.tasks}
    while by_name[task].detections_from or read_attribute(
        task, programs[task], 'needs_boxes', False, bool
    ):
        task = by_name[task].detections_from or by_name[task].after
    return programs[task]


def extras_of(
    task: str, config: PipelineConfig, programs: Mapping[str, Program]
) -> tuple[str, ...]:
    """
    Return what a task's detections have beside boxes.

    A tracker passes on what it gets. What follows boxes by itself, between detections, does not.
    """
    by_name = {one.name: one for one in config.tasks}
    while read_attribute(task, programs[task], 'needs_boxes', False, bool) and by_name[task].after:
        task = by_name[task].after
    return read_attribute(task, programs[task], 'extras', (), names_of)


def _tell_lost_extras(
    task: TaskConfig, config: PipelineConfig, programs: Mapping[str, Program]
) -> None:
    """Log what boxes lose when they are followed: it is true only of the frame it was found in."""
    lost = extras_of(task.detections_from, config, programs)
    if lost:
        _log.warning(
            '%s: follows only the boxes of %s, without their %s',
            task.name,
            task.detections_from,
            ' and '.join(lost),
        )


def _left_out_task(task: TaskConfig, error: ConfigError, choice: UnitChoice) -> TaskProgram:
    _log.error('%s: out, the other tasks run: %s', task.name, brief(error, MOST_OF_AN_ERROR))
    return out_program(error, task.program or task.network, choice.units[:1])


def _spec(task: TaskConfig, made: TaskProgram) -> TaskSpec:
    variants = tuple(
        VariantSpec(
            name,
            tuple(
                StageSpec(stage, tuple(local.unit.name for local in units))
                for stage, units in stages.items()
            ),
            made.accuracy.get(name, 1.0),
        )
        for name, stages in made.variants.items()
    )
    # a tracker needs frames in order, one at a time; others may use every unit at once
    everywhere = {name for variant in variants for stage in variant.stages for name in stage.units}
    parallel = 1 if made.program.stateful else max(1, len(everywhere))
    if made.program.stateful and task.max_in_flight > 1:
        raise ConfigError(
            f'{task.name}.max_in_flight',
            'must be 1 (or 0, automatic) for a task that keeps state between frames, or has '
            'isolation: process',
        )
    return TaskSpec(
        name=task.name,
        variants=variants,
        deadline_ns=round(task.deadline_ms * NS_PER_MS),
        stream='' if task.after else (task.trigger_topic or task.topic),
        after=task.after,
        joined_with=task.joined_with,
        paired_with=task.second_topic,
        period_ns=round(task.period_ms * NS_PER_MS),
        priority=task.priority,
        every_n=task.every_n,
        queue_depth=task.queue_depth,
        max_in_flight=task.max_in_flight or parallel,
        enabled=task.enabled,
        min_rate_hz=task.min_rate_hz,
    )


def _with_tolerance(spec: TaskSpec, task: TaskConfig) -> TaskSpec:
    """Return a task with the tolerance of its network, where it has variants to choose from."""
    if not task.network or len(spec.all_variants or spec.variants) < 2:
        return spec
    return replace(spec, tolerance=load_network(task.network).tolerance)


def _pinned(spec: TaskSpec, variant: str, makers: TaskPrograms) -> TaskSpec:
    """Return a task with the variant of its parameter, or the network's own file instead."""
    key = f'{spec.name}.{variant}'
    if not variant or variant in [one.name for one in spec.variants]:
        return spec.pinned(variant)
    if key in makers.left_out:
        raise ConfigError(f'{spec.name}.variant', f"'{variant}' {makers.left_out[key]}")
    if key in makers.not_here:
        told = f"{makers.not_here[key]}: the network's own file runs instead"
        makers.left_out[key] = f'is the parameter variant, but {told}'
        _log.warning("%s.variant: '%s' %s", spec.name, variant, told)
        return spec.pinned(BASE)
    return spec.pinned(variant)


def _check_second_topics(config: PipelineConfig, programs: dict[str, Program]) -> None:
    """Check that a task whose network takes a second image gets one."""
    for task in config.tasks:
        source = config.source_of(task)
        needs = read_attribute(task.name, programs[task.name], 'needs_second', False, bool)
        if needs and not source.second_topic:
            raise ConfigError(
                f'{source.name}.second_topic',
                f'or {task.name}.focal_px and {task.name}.baseline_m must be given'
                if task.program == 'stereo'
                else f'must be given: {task.network or task.program} takes a second image',
            )


def _check_cascades(config: PipelineConfig, programs: dict[str, Program]) -> None:
    """Check that a task that needs boxes gets some; own code may give any result."""
    for task in config.tasks:
        if not getattr(programs[task.name], 'needs_boxes', False):
            continue
        given = getattr(programs[task.after], 'output', 'none') if task.after else ''
        if given not in _BOXES:
            what = task.program or 'an embedding network'
            raise ConfigError(
                f'{task.name}.after',
                f'{what} must come after a task that gives boxes'
                + (f", not after '{task.after}' ({given})" if task.after else ''),
            )


def _check_depth(config: PipelineConfig, programs: dict[str, Program]) -> None:
    """Check that a task that needs depth gets it from one source, and CameraInfo."""
    for task in config.tasks:
        needs = getattr(programs[task.name], 'needs_depth', False)
        where = f'{task.name}.depth_topic'
        if task.depth_topic and not needs:
            raise ConfigError(where, 'is for programs that need depth (detections_3d) only')
        if not needs:
            continue
        if task.depth_topic and task.isolation == PROCESS:
            told = 'what takes the depth of a topic runs in a thread of the node'
            raise ConfigError(f'{task.name}.isolation', told)
        given = {name: getattr(programs[name], 'output', 'none') for name in task.before}
        depth = [name for name, output in given.items() if output == 'depth']
        if task.depth_topic and depth:
            raise ConfigError(
                where, f"'{depth[0]}' gives the depth already: leave one of them out"
            )
        if not task.depth_topic and not depth and 'none' not in given.values():
            told = 'needs depth: name a topic of depth images here, or a task with depth in after'
            raise ConfigError(where, told)


def _check_joins(config: PipelineConfig, programs: dict[str, Program]) -> None:
    """Check that a program of this package uses the results of all tasks before it."""
    for task in config.tasks:
        program = programs[task.name]
        if not task.joined_with or task.runs_own_code:
            continue
        used = {task.after}
        if read_attribute(task.name, program, 'needs_depth', False, bool) and not task.depth_topic:
            # own code may give any result
            kinds = {one: getattr(programs[one], 'output', 'none') for one in task.joined_with}
            depth = [one for one in kinds if kinds[one] == 'depth'] or list(kinds)
            used.add(depth[0])
        elif not (task.program or read_attribute(task.name, program, 'needs_boxes', False, bool)):
            continue
        unused = [name for name in task.before if name not in used]
        if unused:
            what = task.program or 'an embedding network'
            told = f"{what} does not use the result of '{unused[0]}': leave it out"
            raise ConfigError(f'{task.name}.after', told)
