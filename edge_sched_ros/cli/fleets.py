# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched simulate`` with several devices."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from edge_sched_ros.system.system_file import SystemFile


def simulate_fleet(
    file: SystemFile,
    *,
    policy: str,
    parameters: Mapping[str, Any],
    device_policy: str,
    device_parameters: Mapping[str, Any],
    seconds: float,
    seed: int,
    as_json: bool,
) -> None:
    """
    Run a system with several devices, and print what came of it.

    :raises ConfigError: when it cannot be run; names file and key
    """
    from edge_sched_ros.cli.interrupts import terminable
    from edge_sched_ros.cli.output import printing
    from edge_sched_ros.reporting.fleet_outcomes import show_fleet
    from edge_sched_ros.reporting.layout import output_console
    from edge_sched_ros.simulation.fleet.limits import check_fleet
    from edge_sched_ros.simulation.fleet.outcome import fleet_outcome
    from edge_sched_ros.simulation.fleet.simulator import FleetSimulator
    from edge_sched_ros.simulation.fleet.system import FleetSystem

    fleet = FleetSystem(file)
    check_fleet(fleet, seconds)
    with terminable():
        simulator = FleetSimulator(
            fleet,
            policy=policy,
            policy_parameters=parameters,
            device_policy=device_policy,
            device_parameters=device_parameters,
            seed=seed,
        )
        simulator.run(seconds)
    found = fleet_outcome(simulator)
    with printing():
        if as_json:
            click.echo(json.dumps(found, indent=2))
        else:
            show_fleet(found, output_console())
