# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From a device's settings to the networks it serves and what runs them."""

from __future__ import annotations

import time
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.registry import Machine
from edge_sched_ros.execution.registry import rediscover
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.fleet.device.measuring import measure_missing
from edge_sched_ros.fleet.device.networks import served
from edge_sched_ros.fleet.device.networks import ServedNetwork
from edge_sched_ros.fleet.device.runner import RuntimeRunner
from edge_sched_ros.pipeline.assemble import assemble
from edge_sched_ros.pipeline.assemble import Assembly
from edge_sched_ros.pipeline.costs.known_costs import known_costs
from edge_sched_ros.pipeline.settings.config import PipelineConfig
from edge_sched_ros.pipeline.settings.config import TaskConfig
from edge_sched_ros.policies.registry import without_drop


@dataclass(frozen=True, slots=True)
class LoadedDevice:
    """
    All that a device server needs.

    :param networks: by the name they are served by; ``task:NAME`` where a task has options
    """

    networks: Mapping[str, ServedNetwork]
    runner: RuntimeRunner
    assembly: Assembly

    def close(self) -> None:
        """Free all engines; the runner has stopped."""
        self.assembly.close(self.runner.abandoned)


def load_device(
    config: PipelineConfig,
    *,
    by_task: Collection[str] = (),
    machine: Machine | None = None,
    clock_ns: Callable[[], int] = time.monotonic_ns,
    root: Path = Path('/'),
) -> LoadedDevice:
    """
    Load the networks of a configuration's tasks.

    :param by_task: tasks whose network is theirs alone: they have options of their own
    :param machine: what to run it on; looked up when not given
    :raises ConfigError: naming the file or key that cannot be used
    """
    for task in config.tasks:
        _check(task)
    assembly = assemble(config, machine or rediscover(), fused=False)
    policy, policy_parameters = without_drop(config.policy, config.policy_parameters)
    try:
        networks = _networks(config, assembly, by_task, root, clock_ns)
        runner = RuntimeRunner(
            networks,
            assembly.units,
            policy=policy,
            policy_parameters=policy_parameters,
            watchdog=config.watchdog,
            clock_ns=clock_ns,
        )
        measure_missing(networks, runner)
    except BaseException:
        assembly.close()
        raise
    return LoadedDevice(networks, runner, assembly)


def _check(task: TaskConfig) -> None:
    for key in ('program', 'after', 'detections_from', 'trigger_topic'):
        if getattr(task, key):
            raise ConfigError(
                f'{task.name}.{key}',
                'cannot be shared by several devices: only networks that work on every picture '
                'of a topic can (run this task in a scheduler_node)',
            )
    if task.min_rate_hz:
        raise ConfigError(
            f'{task.name}.min_rate_hz',
            'a coordinator of devices keeps no minimum rates (run this task in a scheduler_node)',
        )


def _networks(
    config: PipelineConfig,
    assembly: Assembly,
    by_task: Collection[str],
    root: Path,
    clock_ns: Callable[[], int],
) -> dict[str, ServedNetwork]:
    profiles, _ = known_costs(config, assembly, root=root, clock_ns=clock_ns)
    specs = {spec.name: spec for spec in assembly.tasks}
    found: dict[str, ServedNetwork] = {}
    described = {task.name: load_network(task.network) for task in config.tasks}
    # answers by a task's own options are made where these are known
    at_home = {described[name].name for name in by_task}
    for task in config.tasks:
        network, spec = described[task.name], specs[task.name]
        units = {stage.name: stage.units for stage in spec.variants[0].stages}
        where = f'{task.name}.network'
        one = served(
            network,
            assembly.programs[task.name],
            units,
            where=where,
            home_only=network.name in at_home,
        )
        one.costs_ns = _costs(spec, profiles, assembly.units)
        if task.name in by_task:
            found[f'task:{task.name}'] = one
        found.setdefault(network.name, one)
        if found[network.name].form.graph.digest != one.form.graph.digest:
            raise ConfigError(where, f"another network is named '{network.name}', too")
    return found


def _costs(
    spec: TaskSpec, profiles: Profiles, units: tuple[LocalUnit, ...]
) -> dict[str, dict[str, int]]:
    """Return segment -> unit -> time; a unit that is not known counts as one of its kind."""
    kinds = {local.unit.name: local.unit.kind for local in units}
    variant = spec.variants[0]
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
