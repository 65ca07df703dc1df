# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""From a configuration to a coordinator with its local device."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from edge_sched_ros.core.high_level.dispatcher import HighLevelDispatcher
from edge_sched_ros.core.high_level.links import Link
from edge_sched_ros.core.high_level.policy import HighLevelPolicyFactory
from edge_sched_ros.core.high_level.signs_of_life import LOST_AFTER_NS
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.execution.registry import Machine
from edge_sched_ros.fleet.coordinator.coordinator import Coordinator
from edge_sched_ros.fleet.coordinator.fleet_tasks import fleet_tasks
from edge_sched_ros.fleet.coordinator.home_programs import HomePrograms
from edge_sched_ros.fleet.coordinator.home_programs import observed_ends
from edge_sched_ros.fleet.device.loading import load_device
from edge_sched_ros.fleet.device.loading import LoadedDevice
from edge_sched_ros.fleet.device.server import DeviceServer
from edge_sched_ros.fleet.local_bus import LocalBus
from edge_sched_ros.fleet.local_bus import OutsidePort
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.plugins.high_level_policies import make_lasting_high_level_policy

#: the local device lives and dies with the coordinator, however long both stand still
_FOR_EVER_NS = 1 << 62


@dataclass(frozen=True, slots=True)
class FleetSettings:
    """
    What a coordinator needs beside the settings of its tasks and of its local device.

    :param name: of the coordinator, unique among those that devices hear
    :param home: name of the local device
    :param home_runs: whether the local device runs networks, too, beside what must stay with it
    :param wanted: names of the devices to claim; empty for whoever offers
    :param links: what is known of links before anything was measured
    """

    name: str = 'coordinator'
    home: str = 'home'
    home_runs: bool = True
    wanted: tuple[str, ...] = ()
    policy: str = 'whole_network'
    policy_parameters: Mapping[str, Any] = field(default_factory=dict)
    lost_after_ns: int = LOST_AFTER_NS
    links: Mapping[tuple[str, str], Link] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CoordinatorParts:
    """
    A coordinator and what it needs in its own process.

    :param programs: of its tasks
    """

    coordinator: Coordinator
    home: DeviceServer
    bus: LocalBus
    loaded: LoadedDevice
    programs: HomePrograms

    def start(self) -> None:
        """Welcome frames."""
        self.programs.reset()
        self.bus.start()
        self.home.start()
        self.coordinator.start()

    def tick(self) -> None:
        """Say that coordinator and local device are alive, ten times a second."""
        self.home.tick()
        self.coordinator.tick()

    def stop(self) -> None:
        """End every job, let go of all devices, and free all engines."""
        self.coordinator.stop()
        self.home.stop()
        self.bus.stop()
        self.loaded.close()


def make_coordinator(
    config: PipelineConfig,
    settings: FleetSettings,
    *,
    on_end: Callable[[JobEnd], None],
    outside: OutsidePort | None = None,
    machine: Machine | None = None,
    make_policy: HighLevelPolicyFactory = make_lasting_high_level_policy,
    clock_ns: Callable[[], int] = time.monotonic_ns,
) -> CoordinatorParts:
    """
    Load every network and make a coordinator for the tasks.

    :param on_end: called with every ended job, one at a time and in order, from any thread
    :param outside: carries records to devices of other processes; ``None`` for a single device
    :param machine: of the local device; looked up when not given
    :raises ConfigError: naming the file or key that cannot be used
    """
    loaded = load_device(config, at_home=True, machine=machine, clock_ns=clock_ns)
    try:
        dispatcher = HighLevelDispatcher(
            tasks=fleet_tasks(config, loaded, settings.home),
            policy=settings.policy,
            make_policy=make_policy,
            policy_parameters=settings.policy_parameters,
            links=settings.links,
        )
    except BaseException:
        loaded.close()
        raise
    bus = LocalBus(outside)
    home = DeviceServer(
        settings.home,
        networks=loaded.networks,
        runner=loaded.runner,
        port=bus,
        instance=secrets.randbits(63),
        offers=settings.home_runs,
        lease_ns=_FOR_EVER_NS,
        max_pixels=config.max_image_pixels,
        problems=loaded.problems,
        clock_ns=clock_ns,
    )
    coordinator = Coordinator(
        settings.name,
        home=home,
        dispatcher=dispatcher,
        forms={one.form.graph.name: one.form for one in loaded.networks.values()},
        port=bus,
        session=secrets.randbits(63),
        on_end=observed_ends(loaded.assembly.programs, on_end),
        wanted=settings.wanted,
        lost_after_ns=settings.lost_after_ns,
        clock_ns=clock_ns,
    )
    bus.join_device(home)
    bus.join_coordinator(coordinator)
    programs = HomePrograms(config, loaded.assembly, coordinator)
    return CoordinatorParts(coordinator, home, bus, loaded, programs)
