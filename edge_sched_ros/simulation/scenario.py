# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Scenarios of a suite: a workload on a platform at a load, a drawn system, or a fleet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from edge_sched_ros.simulation.fleet.limits import check_fleet
from edge_sched_ros.simulation.fleet.system import FleetSystem
from edge_sched_ros.simulation.limits import check_frames
from edge_sched_ros.simulation.load import at_load
from edge_sched_ros.simulation.random_systems.system import random_system
from edge_sched_ros.system.loading import load_platform
from edge_sched_ros.system.loading import load_system
from edge_sched_ros.system.loading import load_workload
from edge_sched_ros.system.system import System


@dataclass(frozen=True, slots=True)
class Scenario:
    """
    One workload on one platform at one load (``None``: unchanged).

    Without a platform the workload is a system with several devices.

    :param drawn: seed of a system drawn at random, which runs with this seed only; without files
    """

    workload: str
    platform: str
    load: float | None
    drawn: int | None = None

    @property
    def name(self) -> str:
        """Return a name for tables, without folders."""
        if self.drawn is not None:
            return f'random-{self.drawn}'
        if not self.platform:
            return Path(self.workload).stem
        load = '' if self.load is None else f' x{self.load:g}'
        return f'{Path(self.workload).stem} on {Path(self.platform).stem}{load}'

    @property
    def has_one_device(self) -> bool:
        """Whether low-level policies run it; otherwise high-level ones do."""
        return bool(self.platform) or self.drawn is not None

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
        if self.has_one_device:
            check_frames(self.system(), seconds)
        else:
            check_fleet(self.fleet(), seconds)


@lru_cache(maxsize=256)
def _system(scenario: Scenario) -> System:
    if scenario.drawn is not None:
        return System(random_system(scenario.drawn))
    workload = load_workload(scenario.workload)
    platform = load_platform(scenario.platform)
    if scenario.load is None:
        return System(workload, platform)
    return at_load(workload, platform, scenario.load)


def forget_systems() -> None:
    """Read the files of scenarios again when they are next used."""
    _system.cache_clear()
