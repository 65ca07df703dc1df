# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs in virtual time, for programs and notebooks."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edge_sched_ros.api.arguments import check_number
from edge_sched_ros.api.arguments import check_parameters
from edge_sched_ros.api.arguments import check_policies
from edge_sched_ros.api.arguments import check_system
from edge_sched_ros.api.arguments import check_systems
from edge_sched_ros.api.arguments import check_text
from edge_sched_ros.api.arguments import check_whole
from edge_sched_ros.api.arguments import MOST_LOAD
from edge_sched_ros.api.arguments import MOST_SECONDS
from edge_sched_ros.api.arguments import MOST_SEEDS
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.simulation.comparison import summarise
from edge_sched_ros.simulation.fleet.limits import check_fleet
from edge_sched_ros.simulation.fleet.outcome import fleet_outcome
from edge_sched_ros.simulation.fleet.simulator import FleetSimulator
from edge_sched_ros.simulation.fleet.system import FleetSystem
from edge_sched_ros.simulation.fleet.system import has_several_devices
from edge_sched_ros.simulation.limits import check_frames
from edge_sched_ros.simulation.load import at_load
from edge_sched_ros.simulation.outcome import outcome
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.simulation.suite import cases_of
from edge_sched_ros.simulation.suite import run_cases
from edge_sched_ros.simulation.suite import scenarios
from edge_sched_ros.simulation.suite_file import load_suite
from edge_sched_ros.system.system import System
from edge_sched_ros.system.system_file import SystemFile


def simulate(
    system: SystemFile,
    *,
    policy: str = 'edf+drop',
    parameters: Mapping[str, Any] | None = None,
    seconds: float = 10.0,
    seed: int = 0,
    load: float | None = None,
    high_level_policy: str | None = None,
    high_level_parameters: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """
    Run the scheduler on the tasks and the device, or the devices, of a system in virtual time.

    :param policy: a name, or ``package.module:Class`` of your own; ``+drop`` may follow
    :param parameters: of the policy, by name
    :param seconds: virtual time during which frames arrive
    :param seed: same seed: same frames, run times and findings, whatever the policy decides
    :param load: scale the costs so that the busiest unit is busy to this share at best; ``None``:
        costs as they are; only with one device
    :param high_level_policy: what divides networks over several devices; ``policy`` is then that
        of each device. ``None``: ``look_ahead``, and no coordinator for a single device
    :param high_level_parameters: of that policy, by name
    :return: what ``edge-sched simulate --json`` prints, but for the load: per task ``released``,
        ``on_time``, ``late``, ``dropped`` by reason, response times in ms, energy in mJ; per unit
        ``utilisation``; ``uxcost``, ``miss_ratio``, ...
    :raises ConfigError: for a system that has no tasks or no device, or a policy that is not
        known; names the key
    """
    check_system(system)
    check_text('policy', policy)
    check_parameters(parameters)
    if high_level_policy is not None:
        check_text('high_level_policy', high_level_policy)
    check_parameters(high_level_parameters)
    check_number('seconds', seconds, MOST_SECONDS)
    check_whole('seed', seed)
    if load is not None:
        check_number('load', load, MOST_LOAD)
    if not system.tasks:
        raise ConfigError(system.at('tasks'), 'is missing')
    if has_several_devices(system) or high_level_policy is not None:
        if load is not None:
            raise ConfigError('load', 'works on one device without a coordinator')
        fleet = FleetSystem(system)
        check_fleet(fleet, seconds)
        run = FleetSimulator(
            fleet,
            policy=high_level_policy or 'look_ahead',
            policy_parameters=high_level_parameters,
            device_policy=policy,
            device_parameters=parameters,
            seed=seed,
        )
        run.run(seconds)
        return fleet_outcome(run)
    made = System(system) if load is None else at_load(system, system, load)
    check_frames(made, seconds)
    simulator = Simulator(made, policy=policy, policy_parameters=parameters, seed=seed)
    simulator.run(seconds)
    return outcome(simulator)


def compare(
    systems: str | Path | Mapping[str, SystemFile],
    policies: Sequence[str],
    *,
    seeds: int = 3,
    first_seed: int = 0,
    seconds: float = 10.0,
    jobs: int = 1,
) -> dict[str, Any]:
    """
    Run several policies on several systems; the same frames for all.

    :param systems: by a name for each, or the name or path of a suite
    :param policies: as for :func:`simulate`
    :param seeds: runs of each system and policy, with seeds from ``first_seed`` on
    :param first_seed: seed of the first run; of the suite ``random`` also that of the system
    :param seconds: virtual time of each run
    :param jobs: processes, for a suite
    :return: what ``edge-sched compare --json`` prints: ``runs`` and paired ``ratios``
    :raises ConfigError: as :func:`simulate`
    """
    check_policies(policies)
    check_whole('seeds', seeds, 1, MOST_SEEDS)
    check_whole('first_seed', first_seed)
    check_number('seconds', seconds, MOST_SECONDS)
    check_whole('jobs', jobs, 1)
    if isinstance(systems, (str, Path)):
        systems = str(systems)
        chosen = range(first_seed, first_seed + seeds)
        cases = cases_of(scenarios(load_suite(systems), chosen), policies, chosen, seconds)
        return summarise(systems, run_cases(cases, jobs=jobs), {}, {})
    check_systems(systems)
    runs = [
        {
            'scenario': name,
            **simulate(system, policy=policy, seconds=seconds, seed=seed),
            'policy': policy,
        }
        for name, system in systems.items()
        for policy in policies
        for seed in range(first_seed, first_seed + seeds)
    ]
    return summarise('', runs, {}, {})
