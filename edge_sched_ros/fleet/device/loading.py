# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From a device's settings to the networks it serves and what runs them."""

from __future__ import annotations

import time
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.registry import Machine
from edge_sched_ros.execution.registry import rediscover
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.fleet.device.measuring import measure_missing
from edge_sched_ros.fleet.device.networks import Served
from edge_sched_ros.fleet.device.networks import served
from edge_sched_ros.fleet.device.partitions import name_for_task
from edge_sched_ros.fleet.device.runner import RuntimeRunner
from edge_sched_ros.fleet.device.served_program import ServedProgram
from edge_sched_ros.fleet.device.served_tracker import ServedTracker
from edge_sched_ros.fleet.graphs import program_form
from edge_sched_ros.perception.programs.bounded import BoundedProgram
from edge_sched_ros.perception.programs.frame import FrameProgram
from edge_sched_ros.perception.programs.observed import own_program
from edge_sched_ros.perception.programs.track import TrackProgram
from edge_sched_ros.pipeline.assemble import assemble
from edge_sched_ros.pipeline.assemble import Assembly
from edge_sched_ros.pipeline.costs.known_costs import known_costs
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.settings.pipeline_config import TaskConfig
from edge_sched_ros.policies.registry import without_drop

#: variants of what a task runs, with what runs them here
Variants = tuple[tuple[VariantSpec, Served], ...]


@dataclass(frozen=True, slots=True)
class LoadedDevice:
    """
    All that a device server needs.

    :param networks: by the name they are served by
    :param of_task: task -> its variants, the best first, with what runs them
    :param problems: why costs could not be measured, a line each
    """

    networks: Mapping[str, Served]
    runner: RuntimeRunner
    assembly: Assembly
    of_task: Mapping[str, Variants]
    problems: tuple[str, ...] = ()

    def close(self) -> None:
        """Free all engines; the runner has stopped."""
        self.assembly.close(self.runner.abandoned)


def load_device(
    config: PipelineConfig,
    *,
    at_home: bool = False,
    machine: Machine | None = None,
    clock_ns: Callable[[], int] = time.monotonic_ns,
    root: Path = Path('/'),
) -> LoadedDevice:
    """
    Load the networks of a configuration's tasks, in every variant.

    :param at_home: whether it is the device of a coordinator, which has these tasks: it runs
        programs, keeps tracks and applies the options of tasks; else only networks matter
    :param machine: what to run it on; looked up when not given
    :raises ConfigError: naming the file or key that cannot be used
    """
    for task in config.tasks:
        _check(task)
    assembly = assemble(
        config, machine or rediscover(), fused=False, tolerant=at_home, linked=at_home
    )
    policy, policy_parameters = without_drop(config.policy, config.policy_parameters)
    try:
        networks, of_task = _networks(config, assembly, at_home, root, clock_ns)
        runner = RuntimeRunner(
            networks,
            assembly.units,
            policy=policy,
            policy_parameters=policy_parameters,
            watchdog=config.watchdog,
            clock_ns=clock_ns,
        )
        problems = measure_missing(networks, runner)
    except BaseException:
        assembly.close()
        raise
    return LoadedDevice(networks, runner, assembly, of_task, problems)


def _check(task: TaskConfig) -> None:
    if task.min_rate_hz:
        raise ConfigError(
            f'{task.name}.min_rate_hz',
            'a coordinator of devices keeps no minimum rates (run this task in a scheduler_node)',
        )
    if task.second_topic:
        raise ConfigError(
            f'{task.name}.second_topic',
            'a coordinator of devices pairs no images (run this task in a scheduler_node)',
        )


def _networks(
    config: PipelineConfig,
    assembly: Assembly,
    at_home: bool,
    root: Path,
    clock_ns: Callable[[], int],
) -> tuple[dict[str, Served], dict[str, Variants]]:
    """Return what is served by name, and what each task runs."""
    profiles, _ = known_costs(config, assembly, root=root, clock_ns=clock_ns)
    by_name = {task.name: task for task in config.tasks}
    # answers by a task's own options are made where these are known
    with_options = {assembly.networks[name] for name, task in by_name.items() if task.options}
    found: dict[str, Served] = {}
    of_task: dict[str, Variants] = {}
    for spec in assembly.tasks:
        task, program = by_name[spec.name], own_program(assembly.programs[spec.name])
        network = program.program if isinstance(program, BoundedProgram) else program
        if isinstance(network, (FrameProgram, TrackProgram)):
            home_only = at_home and assembly.networks[spec.name] in with_options
            every = _variants(task, spec, network, home_only=home_only)
        else:
            every = ((spec.variants[0], _program(task, spec.variants[0], program)),)
        for variant, one in every:
            costs = _costs(spec, variant, profiles, assembly.units)
            if isinstance(one, ServedProgram):
                one.guess_costs(costs)
            else:
                one.costs_ns = costs
            name = one.form.graph.name
            if at_home and (task.options or isinstance(one, ServedTracker)):
                found[name_for_task(task.name, name)] = one
            found.setdefault(name, one)
            if found[name].form.graph.digest != one.form.graph.digest:
                raise ConfigError(
                    f'{task.name}.network', f"another network is named '{name}', too"
                )
        of_task[spec.name] = every
    return found, of_task


def _variants(
    task: TaskConfig, spec: TaskSpec, program: FrameProgram | TrackProgram, *, home_only: bool
) -> Variants:
    network = load_network(task.network)
    if network.inputs:
        raise ConfigError(
            network.where('inputs'),
            f"a coordinator's devices run networks on one picture: {task.name} needs a "
            'scheduler_node',
        )
    return tuple(
        (one, served(network, program, _units_of(one), variant=one.name, home_only=home_only))
        for one in spec.all_variants or spec.variants
    )


def _program(task: TaskConfig, variant: VariantSpec, program: Program) -> ServedProgram:
    stages = [stage.name for stage in variant.stages]
    form = program_form(f'task:{task.name}', stages, cascade=bool(task.after))
    return ServedProgram(form, program, _units_of(variant), task.name, variant.name)


def _units_of(variant: VariantSpec) -> dict[str, tuple[str, ...]]:
    return {stage.name: stage.units for stage in variant.stages}


def _costs(
    spec: TaskSpec, variant: VariantSpec, profiles: Profiles, units: tuple[LocalUnit, ...]
) -> dict[str, dict[str, int]]:
    """Return segment -> unit -> time; a unit that is not known counts as one of its kind."""
    kinds = {local.unit.name: local.unit.kind for local in units}
    found: dict[str, dict[str, int]] = {}
    for stage in variant.stages:
        known = {
            unit: cost.expected_ns(1)
            for unit, cost in profiles.on_units(spec.name, variant.name, stage.name).items()
        }
        by_kind = {kinds[unit]: cost_ns for unit, cost_ns in known.items() if unit in kinds}
        costs = {
            unit: known.get(unit, by_kind.get(kinds[unit]))
            for unit in stage.units
            if unit in known or kinds[unit] in by_kind
        }
        found[stage.name] = {unit: ns for unit, ns in costs.items() if ns is not None}
    return found
