# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The program of each task, and the units that can run each of its stages."""

from __future__ import annotations

import logging
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import UNIT_KINDS
from edge_sched_ros.execution.backend_options import for_preprocessors
from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.engines.base import Engine
from edge_sched_ros.execution.engines.base import LoadedNetwork
from edge_sched_ros.execution.fused import fuse
from edge_sched_ros.execution.fused import JOINT
from edge_sched_ros.execution.network import INFER
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.network_variants import BASE
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.execution.registry import Machine
from edge_sched_ros.execution.segments import POSTPROCESS
from edge_sched_ros.execution.segments import PREPROCESS
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.perception.decoders.registry import DECODERS
from edge_sched_ros.perception.numbers import numbers_of_network
from edge_sched_ros.perception.numbers import numbers_of_program
from edge_sched_ros.perception.programs.bounded import BoundedProgram
from edge_sched_ros.perception.programs.build import check_tracker
from edge_sched_ros.perception.programs.build import make_program
from edge_sched_ros.perception.programs.build import preprocess_op
from edge_sched_ros.perception.programs.parts import NetworksOf
from edge_sched_ros.perception.programs.registry import make_own_program
from edge_sched_ros.perception.trackers.registry import is_own_tracker
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.settings.pipeline_config import PROCESS
from edge_sched_ros.pipeline.settings.pipeline_config import TaskConfig
from edge_sched_ros.pipeline.tasks import network_loading
from edge_sched_ros.pipeline.tasks.isolated_tasks import isolate
from edge_sched_ros.pipeline.tasks.isolated_tasks import IsolatedTask
from edge_sched_ros.pipeline.tasks.stage_groups import groups_of_variants
from edge_sched_ros.pipeline.tasks.stage_groups import UnitsOf
from edge_sched_ros.pipeline.tasks.stage_units import StageUnits
from edge_sched_ros.pipeline.tasks.unit_choice import UnitChoice
from edge_sched_ros.pipeline.tasks.variant_kinds import check_pin
from edge_sched_ros.pipeline.tasks.variant_kinds import made_for_others

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TaskProgram:
    """
    The program of a task.

    :param name: name of its network or program
    :param variants: name -> units of every stage of the program, the initial variant first
    :param accuracy: accuracy of variants other than the first, relative to it
    :param segments: name of a variant -> stages that are segments of a network
    """

    program: Program
    name: str
    variants: dict[str, UnitsOf]
    accuracy: dict[str, float] = field(default_factory=dict)
    segments: dict[str, tuple[str, ...]] = field(default_factory=dict)


class TaskPrograms:
    """
    Makes the programs of a configuration.

    :param choice: the choice of units; it is told which units refuse a task's work
    :param fused: whether stages that stay on the same cores run as one
    :param joined: whether segments between which nothing can run are loaded as one network
    """

    def __init__(
        self,
        config: PipelineConfig,
        machine: Machine,
        choice: UnitChoice,
        *,
        fused: bool = True,
        joined: bool = False,
    ) -> None:
        self._fused = fused
        self._joined = joined
        self._config = config
        self._machine = machine
        self._choice = choice
        self._backends = StageUnits(config, machine)
        #: TASK.VARIANT -> where and why it cannot be used
        self.left_out: dict[str, str] = {}
        #: TASK.VARIANT for kinds of units that this machine does not have -> in words
        self.not_here: dict[str, str] = {}
        self._require_units = config.require_units
        self._alone = len(config.tasks) == 1
        #: task -> for each part of each variant of its network: unit -> network
        self.networks: dict[str, tuple[Mapping[str, LoadedNetwork], ...]] = {}
        self._cores = [local.unit.name for local in machine.units if local.unit.kind == 'cpu']

    def make(self, task: TaskConfig) -> TaskProgram:
        """
        Return the program of a task, with stages on the same cores merged.

        :raises ConfigError: naming file or key
        """
        if task.isolation == PROCESS:
            return self._isolated(task)
        made = self._of_program(task) if task.program else self._of_network(task)
        if not self._fused:
            return made
        segments = {name: made.segments.get(name, ()) for name in made.variants}
        groups = groups_of_variants(made.variants, segments, alone=self._alone)
        variants = {
            name: {JOINT.join(group): units[group[0]] for group in groups[name]}
            for name, units in made.variants.items()
        }
        program = fuse(made.program, *dict.fromkeys(groups.values()))
        return replace(made, program=program, variants=variants)

    def close(self, stuck: Collection[str] = ()) -> None:
        """Free the resources of all other units; programs are freed by themselves."""
        self._backends.close(stuck)

    # --- in another process ---------------------------------------------------------------------

    def _isolated(self, task: TaskConfig) -> TaskProgram:
        """Return a program that was made, and its stages merged, in a process of its own."""
        found = isolate(task, self._config, self._machine, fused=self._fused)
        try:
            return self._with_units_of(task, found)
        except BaseException:
            found.program.close()
            raise

    def _with_units_of(self, task: TaskConfig, found: IsolatedTask) -> TaskProgram:
        if not found.units:
            units = self._anywhere(task, found.program)
            return TaskProgram(found.program, task.program, {BASE: units})
        variants = {
            variant: {stage: _loaded_on(self._machine.units, on) for stage, on in stages.items()}
            for variant, stages in found.units.items()
        }
        if not all(on for stages in variants.values() for on in stages.values()):
            raise ConfigError(f'{task.name}.isolation', 'its process has found other units')
        self._choice.add(variants.values(), found.missing)
        self.left_out |= found.left_out
        self.not_here |= found.not_here
        return TaskProgram(
            found.program, found.name, variants, dict(found.accuracy), dict(found.segments)
        )

    # --- own programs ---------------------------------------------------------------------------

    def _of_program(self, task: TaskConfig) -> TaskProgram:
        # reported before it is made: otherwise its tasks would silently lack parameters
        numbers_of_program(
            task.program, f'{task.name}.program', task.tracker, f'{task.name}.tracker'
        )
        program = make_own_program(task.program, task.name, task.options, tracker=task.tracker)
        if task.runs_own_code or is_own_tracker(task.tracker):
            program = BoundedProgram(program)
        ops: dict[str, str] = getattr(program, 'stage_ops', {})
        if not ops:
            return TaskProgram(program, task.program, {BASE: self._anywhere(task, program)})
        able = {stage: self._backends.able(op) for stage, op in ops.items()}
        main = next(iter(ops))
        units = self._choice.of_task(
            task,
            {stage: able.get(stage, self._cores) for stage in program.stages},
            main=main,
            kinds=self._kinds(able[main]),
            served_by=task.program,
        )
        preprocessors: dict[str, Preprocessor] = {}
        for stage in ops:
            preprocessors |= self._backends.preprocessors(units[stage], able[stage])
        program.use_units(preprocessors)
        return TaskProgram(program, task.program, {BASE: units})

    def _anywhere(self, task: TaskConfig, program: Any) -> UnitsOf:
        """Return the units of own code that does not name the units of its stages."""
        # without units of its own it runs on CPU cores, or on the units of its task
        kinds = getattr(program, 'kinds', UNIT_KINDS if task.units else ('cpu',))
        able = [local.unit.name for local in self._machine.units if local.unit.kind in kinds]
        stages = dict.fromkeys(program.stages, able)
        units = self._choice.of_task(
            task, stages, main=program.stages[0], kinds=kinds, served_by=task.program
        )
        return dict.fromkeys(program.stages, units[program.stages[0]])

    # --- networks -------------------------------------------------------------------------------

    def _of_network(self, task: TaskConfig) -> TaskProgram:
        spec = load_network(task.network)
        # reported before it is made, as for a program
        numbers_of_network(spec, task.tracker, f'{task.name}.tracker')
        check_tracker(spec, task.tracker, f'{task.name}.tracker')
        engines = self._backends.engines(spec)
        able = self._backends.able(preprocess_op(spec))
        spec = for_preprocessors(able.values(), spec)
        units = self._choice.of_task(
            task,
            {PREPROCESS: able, INFER: engines, POSTPROCESS: self._cores},
            main=INFER,
            kinds=_kinds_of_engines(engines),
            served_by=spec.name,
        )
        if self._joined and self._alone and _on_one_core(units):
            spec = replace(spec, joined=True)
        where = f'{task.name}.units'
        loaded = network_loading.load_variants(spec, engines, units[INFER], where)
        try:
            return self._with_network(task, spec, engines, able, units, loaded)
        except BaseException:
            for variant in loaded.values():
                variant.close()
            raise

    def _with_network(
        self,
        task: TaskConfig,
        spec: NetworkSpec,
        engines: dict[str, Engine],
        able: dict[str, Preprocessor],
        units: UnitsOf,
        loaded: dict[str, network_loading.Loaded],
    ) -> TaskProgram:
        where = f'{task.name}.units'
        specs, base = spec.by_variant, loaded[BASE]
        networks = {name: one.networks for name, one in loaded.items() if one.networks}
        preprocessors: dict[str, Preprocessor] = {'': OpenCvPreprocessor()}
        with _of_options(task):
            program: Any = make_program(
                specs, networks, preprocessors, options=task.options, tracker=task.tracker
            )
        if not all(engine.name == 'simulated' for engine in engines.values()):
            for name in networks:
                network_loading.rehearse_networks(specs[name], program, loaded[name])
        if not base.networks:
            raise network_loading.no_unit_left(where, spec.name, base.refused)
        spoilt = network_loading.rehearse_preprocessors(spec, able, units[PREPROCESS])
        if len(spoilt) == len(units[PREPROCESS]):
            raise network_loading.no_unit_left(where, f'{spec.name}/{PREPROCESS}', spoilt)
        units = {**units, PREPROCESS: _without(units[PREPROCESS], spoilt)}
        variants = {
            name: _units_of_stages(units, one.networks)
            for name, one in loaded.items()
            if one.networks
        }
        usable = _loaded_on(units[INFER], frozenset().union(*base.networks.values()))
        for instead, refused in ((usable, base.refused), (units[PREPROCESS], spoilt)):
            for name, error in refused.items():
                self._choice.refused(task, name, str(error), instead)
        _tell_segments(task, loaded, variants)
        self._note_variants(task, loaded)
        kinds = {one.unit.kind for one in self._machine.units if one.unit.name in engines}
        elsewhere = made_for_others(specs, loaded, frozenset(kinds))
        check_pin(task, elsewhere, require_units=self._require_units)
        self.not_here |= {f'{task.name}.{name}': one.told for name, one in elsewhere.items()}
        self.networks[task.name] = tuple(
            by_unit for one in loaded.values() for by_unit in one.networks.values()
        )
        preprocessors |= self._backends.preprocessors(units[PREPROCESS], able)
        segments = {
            name: tuple(loaded[name].networks)
            for name in variants
            if specs[name].segments is not None
        }
        if not DECODERS.is_built_in(spec.decoder) or is_own_tracker(task.tracker):
            program = BoundedProgram(program, close_here=True)
        return TaskProgram(program, spec.name, variants, spec.relative_accuracies, segments)

    def _note_variants(self, task: TaskConfig, loaded: dict[str, network_loading.Loaded]) -> None:
        """Record the lighter variants that cannot be used, here or at all."""
        for name, one in loaded.items():
            if name == BASE or not one.refused:
                continue
            told = '; '.join(dict.fromkeys(str(error) for error in one.refused.values()))
            where = '' if not one.networks else f' on {", ".join(one.refused)}'
            self.left_out[f'{task.name}.{name}'] = f'cannot be used{where}: {told}'
            _log.warning('%s: the variant %s cannot be used%s: %s', task.name, name, where, told)

    def _kinds(self, names: dict[str, Preprocessor]) -> tuple[str, ...]:
        kinds = [local.unit.kind for local in self._machine.units if local.unit.name in names]
        return tuple(dict.fromkeys(kinds))


@contextmanager
def _of_options(task: TaskConfig) -> Iterator[None]:
    """Make the error of a task's option name the task, not its network's file."""
    try:
        yield
    except ConfigError as error:
        name = error.where.rpartition('decoder_options.')[2]
        said = {name, *error.problem.split()}
        # a tracker names only its option, and is named by the key alone
        of_other = name == error.where and not name.isidentifier()
        if name != 'tracker' and (of_other or said.isdisjoint(task.options)):
            raise
        raise ConfigError(f'{task.name}.{name}', error.problem) from error


def _on_one_core(units: UnitsOf) -> bool:
    """Whether all stages of a task have the same CPU core, and no other unit."""
    places = {local.unit.name: local.unit.kind for on in units.values() for local in on}
    return list(places.values()) == ['cpu']


def _kinds_of_engines(engines: dict[str, Engine]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(kind for engine in engines.values() for kind in engine.kinds))


def _units_of_stages(units: UnitsOf, networks: NetworksOf) -> UnitsOf:
    """Return the units of each stage of a variant, in order."""
    parts = {stage: _loaded_on(units[INFER], by_unit) for stage, by_unit in networks.items()}
    return {PREPROCESS: units[PREPROCESS], **parts, POSTPROCESS: units[POSTPROCESS]}


def _tell_segments(
    task: TaskConfig,
    loaded: Mapping[str, network_loading.Loaded],
    variants: Mapping[str, UnitsOf],
) -> None:
    """Log the segments that cannot run on a unit that runs other segments of their network."""
    for variant, one in loaded.items():
        for (stage, unit), error in one.partly.items():
            others = ', '.join(local.unit.name for local in variants[variant][stage])
            _log.warning(
                '%s: %s/%s does not run on %s: %s; it goes to %s',
                task.name,
                variant,
                stage,
                unit,
                error,
                others,
            )


def _loaded_on(units: tuple[LocalUnit, ...], names: Collection[str]) -> tuple[LocalUnit, ...]:
    return tuple(local for local in units if local.unit.name in names)


def _without(
    units: tuple[LocalUnit, ...], refused: network_loading.Refusals
) -> tuple[LocalUnit, ...]:
    return tuple(local for local in units if local.unit.name not in refused)
