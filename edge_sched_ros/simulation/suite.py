# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Suites: scenarios for the comparison of policies."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.simulation.fleet.limits import check_fleet
from edge_sched_ros.simulation.fleet.outcome import fleet_outcome
from edge_sched_ros.simulation.fleet.simulator import FleetSimulator
from edge_sched_ros.simulation.fleet.system import FleetSystem
from edge_sched_ros.simulation.limits import check_frames
from edge_sched_ros.simulation.load import at_load
from edge_sched_ros.simulation.outcome import outcome
from edge_sched_ros.simulation.pool import run_all
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.simulation.suite_file import Suite
from edge_sched_ros.system.loading import load_platform
from edge_sched_ros.system.loading import load_system
from edge_sched_ros.system.loading import load_workload
from edge_sched_ros.system.system import System


@dataclass(frozen=True, slots=True)
class Scenario:
    """
    One workload on one platform at one load (``None``: unchanged).

    Without a platform the workload is a system with several devices.
    """

    workload: str
    platform: str
    load: float | None

    @property
    def name(self) -> str:
        """Return a name for tables, without folders."""
        if not self.platform:
            return Path(self.workload).stem
        load = '' if self.load is None else f' x{self.load:g}'
        return f'{Path(self.workload).stem} on {Path(self.platform).stem}{load}'

    def system(self) -> System:
        """
        Return the system.

        :raises ConfigError: when the files cannot be used
        """
        return _system(self)

    def fleet(self) -> FleetSystem:
        """
        Return the system with several devices.

        :raises ConfigError: when the file cannot be used
        """
        return FleetSystem(load_system(self.workload))

    def check(self, seconds: float) -> None:
        """
        Refuse a run that cannot be, or would take hours.

        :raises ConfigError: naming file and key
        """
        if self.platform:
            check_frames(self.system(), seconds)
        else:
            check_fleet(self.fleet(), seconds)


@lru_cache(maxsize=256)
def _system(scenario: Scenario) -> System:
    workload = load_workload(scenario.workload)
    platform = load_platform(scenario.platform)
    if scenario.load is None:
        return System(workload, platform)
    return at_load(workload, platform, scenario.load)


@dataclass(frozen=True, slots=True)
class Case:
    """One run to make."""

    scenario: Scenario
    policy: str
    seed: int
    seconds: float
    settings: tuple[tuple[str, float], ...] = ()


def scenarios(suite: Suite) -> list[Scenario]:
    """
    Return all scenarios of a suite; their files are read again.

    :raises ConfigError: when two have the same name
    """
    _system.cache_clear()
    found: dict[str, Scenario] = {}
    for index, group in enumerate(suite.scenarios):
        made = [Scenario(system, '', None) for system in group.systems] or [
            Scenario(group.workload, platform, load)
            for platform in group.platforms
            for load in group.loads
        ]
        for scenario in made:
            if scenario.name in found:
                where = f'{suite.where}: scenarios.{index}'
                raise ConfigError(where, f"two scenarios are called '{scenario.name}'")
            found[scenario.name] = scenario
    return list(found.values())


def run_case(case: Case) -> dict[str, Any]:
    """
    Make a run and return its outcome, with ``scenario`` and ``seed``.

    With several devices the policy is a high-level one.
    """
    if not case.scenario.platform:
        return _run_fleet(case)
    simulator = Simulator(
        case.scenario.system(),
        policy=case.policy,
        policy_parameters=dict(case.settings),
        seed=case.seed,
    )
    simulator.run(case.seconds)
    simulator.dispatcher.validate()
    # a workload may change the policy: the initial one is compared
    return {'scenario': case.scenario.name, **outcome(simulator), 'policy': case.policy}


def _run_fleet(case: Case) -> dict[str, Any]:
    fleet = FleetSimulator(
        case.scenario.fleet(),
        policy=case.policy,
        policy_parameters=dict(case.settings),
        seed=case.seed,
    )
    fleet.run(case.seconds)
    fleet.validate()
    return {'scenario': case.scenario.name, **fleet_outcome(fleet), 'policy': case.policy}


def run_cases(
    cases: Iterable[Case], *, jobs: int, progress: Callable[[float], None] = lambda _share: None
) -> list[dict[str, Any]]:
    """
    Make all runs, several at a time, and return their outcomes in order.

    :param jobs: number of processes
    :param progress: called with the share done
    :raises ConfigError: when a run meets something impossible (such as a change)
    """
    return run_all(run_case, cases, jobs=jobs, progress=progress)
