# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Suites: scenarios for the comparison of policies."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.simulation.fleet.outcome import fleet_outcome
from edge_sched_ros.simulation.fleet.simulator import FleetSimulator
from edge_sched_ros.simulation.outcome import outcome
from edge_sched_ros.simulation.pool import run_all
from edge_sched_ros.simulation.scenario import forget_systems
from edge_sched_ros.simulation.scenario import Scenario
from edge_sched_ros.simulation.simulator import Simulator
from edge_sched_ros.simulation.suite_file import Suite


@dataclass(frozen=True, slots=True)
class Case:
    """One run to make."""

    scenario: Scenario
    policy: str
    seed: int
    seconds: float
    settings: tuple[tuple[str, float], ...] = ()


def scenarios(suite: Suite, seeds: Iterable[int] = ()) -> list[Scenario]:
    """
    Return all scenarios of a suite; their files are read again.

    :param seeds: of the systems to draw, for a suite of such
    :raises ConfigError: when two have the same name
    """
    forget_systems()
    if suite.random:
        return [Scenario('', '', None, seed) for seed in seeds]
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


def runs_of(
    chosen: Sequence[Scenario], seeds: Sequence[int]
) -> list[tuple[Scenario, tuple[int, ...]]]:
    """Return scenarios with the seeds of their runs: a drawn system has its own."""
    return [
        (scenario, tuple(seeds) if scenario.drawn is None else (scenario.drawn,))
        for scenario in chosen
    ]


def cases_of(
    chosen: Sequence[Scenario], policies: Iterable[str], seeds: Sequence[int], seconds: float
) -> list[Case]:
    """Return the runs of every policy on scenarios."""
    names = list(policies)
    return [
        Case(scenario, name, seed, seconds)
        for scenario, own in runs_of(chosen, seeds)
        for name in names
        for seed in own
    ]


def run_case(case: Case) -> dict[str, Any]:
    """
    Make a run and return its outcome, with ``scenario`` and ``seed``.

    With several devices the policy is a high-level one.
    """
    if not case.scenario.has_one_device:
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
