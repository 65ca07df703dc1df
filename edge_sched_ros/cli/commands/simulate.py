# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched simulate``: a workload on a platform in virtual time."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from edge_sched_ros.cli.ranges import FiniteRange
from edge_sched_ros.core.errors import ConfigError

if TYPE_CHECKING:
    from edge_sched_ros.simulation.system import System


@click.command('simulate')
@click.option('--workload', required=True, help='A built-in name or a YAML file.')
@click.option('--platform', required=True, help='A built-in name or a YAML file.')
@click.option('--policy', default='edf+drop', show_default=True, help='Scheduling policy.')
@click.option(
    '--set',
    'settings',
    multiple=True,
    metavar='NAME=NUMBER',
    help='A parameter of the policy; may be given again.',
)
@click.option(
    '--seconds',
    type=FiniteRange(0, min_open=True, max=1e6),
    default=10.0,
    show_default=True,
    help='How long frames come, in virtual time.',
)
@click.option('--seed', type=int, default=0, show_default=True, help='Same seed, same run.')
@click.option(
    '--load',
    type=FiniteRange(0, 100, min_open=True),
    default=None,
    help='Scale all times so that the best division of the work keeps the busiest unit busy to '
    'this share.',
)
@click.option(
    '--trace',
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help='Write events and decisions there, one JSON line each.',
)
@click.option(
    '--replay',
    'replayed',
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help='Feed a trace to a new dispatcher instead and see whether it decides the same.',
)
@click.option('--json', 'as_json', is_flag=True, help='Print the outcome as JSON.')
def simulate(
    workload: str,
    platform: str,
    policy: str,
    settings: tuple[str, ...],
    seconds: float,
    seed: int,
    load: float | None,
    trace: Path | None,
    replayed: Path | None,
    as_json: bool,
) -> None:
    """Run the scheduler on a workload and a platform in virtual time."""
    from edge_sched_ros.cli.settings import parse_settings
    from edge_sched_ros.policies.registry import make_policy
    from edge_sched_ros.reporting.outcomes import show_outcome
    from edge_sched_ros.simulation.load import at_load
    from edge_sched_ros.simulation.loading import load_platform
    from edge_sched_ros.simulation.loading import load_workload
    from edge_sched_ros.simulation.outcome import outcome
    from edge_sched_ros.simulation.simulator import Simulator
    from edge_sched_ros.simulation.system import System
    from edge_sched_ros.simulation.trace import trace_file

    if trace is not None and replayed is not None:
        raise click.UsageError('--trace and --replay exclude each other.')
    values = parse_settings(settings)
    make_policy(policy, values)
    asked, device = load_workload(workload), load_platform(platform)
    system = System(asked, device) if load is None else at_load(asked, device, load)
    if replayed is not None:
        _replay(replayed, system)
        same = json.dumps({'same_decisions': True})
        click.echo(same if as_json else f'{replayed}: same decisions')
        return
    head = {'policy': policy, 'policy_parameters': values, 'seed': seed}
    with nullcontext() if trace is None else trace_file(trace, **head) as listener:
        simulator = Simulator(
            system, policy=policy, policy_parameters=values, seed=seed, listener=listener
        )
        simulator.run(seconds)
    found = outcome(simulator)
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        show_outcome(found, Console())


def _replay(path: Path, system: System) -> None:
    from edge_sched_ros.simulation.trace import first_difference

    line = first_difference(path, system)
    if line is not None:
        raise ConfigError(f'{path}:{line}', 'decides otherwise today than this trace says')


COMMAND = simulate
