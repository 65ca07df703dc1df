# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched simulate`` with several devices."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
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
    trace: Path | None,
    as_json: bool,
) -> None:
    """
    Run a coordinator over the devices of a system, and print what came of it.

    :param trace: file for what the coordinator hears and decides
    :raises ConfigError: when it cannot be run; names file and key
    """
    from rich.console import Console

    from edge_sched_ros.cli.interrupts import terminable
    from edge_sched_ros.cli.output import printing
    from edge_sched_ros.cli.progress import progress_bar
    from edge_sched_ros.reporting.fleet_outcomes import show_fleet
    from edge_sched_ros.reporting.layout import output_console
    from edge_sched_ros.simulation.fleet.limits import check_fleet
    from edge_sched_ros.simulation.fleet.outcome import fleet_outcome
    from edge_sched_ros.simulation.fleet.simulator import FleetSimulator
    from edge_sched_ros.simulation.fleet.system import FleetSystem
    from edge_sched_ros.simulation.fleet.trace import fleet_trace_file

    fleet = FleetSystem(file)
    check_fleet(fleet, seconds)
    head = {
        'policy': policy,
        'policy_parameters': parameters,
        'device_policy': device_policy,
        'device_parameters': device_parameters,
        'seed': seed,
        'seconds': seconds,
    }
    text = f'{len(fleet.devices)} devices, {len(fleet.tasks)} tasks'
    written = nullcontext() if trace is None else fleet_trace_file(trace, fleet, **head)
    bar = progress_bar(Console(stderr=True), text, 1.0)
    with written as listener, terminable(), bar as progress:
        simulator = FleetSimulator(
            fleet,
            policy=policy,
            policy_parameters=parameters,
            device_policy=device_policy,
            device_parameters=device_parameters,
            seed=seed,
            listener=listener,
        )
        simulator.run(seconds, progress)
    found = fleet_outcome(simulator)
    with printing():
        if as_json:
            click.echo(json.dumps(found, indent=2))
        else:
            show_fleet(found, output_console())
