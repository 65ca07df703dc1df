# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched simulate``: tasks on a device in virtual time."""

from __future__ import annotations

import json
from collections.abc import Iterable
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from edge_sched_ros.cli.interrupts import terminable
from edge_sched_ros.cli.listing import show_list
from edge_sched_ros.cli.options import NamedPath
from edge_sched_ros.cli.options import refuse_idle
from edge_sched_ros.cli.output import printing
from edge_sched_ros.cli.ranges import FiniteRange
from edge_sched_ros.cli.reports import REPORT
from edge_sched_ros.cli.reports import tell_report
from edge_sched_ros.cli.reports import traces_for
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.output_file import check_output

if TYPE_CHECKING:
    from edge_sched_ros.simulation.simulator import Simulator
    from edge_sched_ros.simulation.trace import Replayed

#: parameter -> option
_FLEET_ONLY = {
    'high_level_policy': '--high-level-policy',
    'high_level_settings': '--high-level-set',
}
_NOT_WITH_REPLAY = {
    'trace': '--trace',
    'report_file': '--report',
    'policy': '--policy',
    'settings': '--set',
    'seconds': '--seconds',
    'seed': '--seed',
    'plan': '--plan',
    'replan_s': '--replan-s',
    'floor_periods': '--floor-periods',
    **_FLEET_ONLY,
}
_NOT_WITH_FLEET = {
    'report_file': '--report',
    'trace_scores': '--no-trace-scores',
    'load': '--load',
    'plan': '--plan',
    'replan_s': '--replan-s',
    'floor_periods': '--floor-periods',
}


@click.command('simulate')
@click.argument('files', nargs=-1)
@click.option('--workload', help='Tasks: a built-in name or a YAML file.')
@click.option('--platform', help='A device: a built-in name or a YAML file.')
@click.option('--policy', default='edf+drop', show_default=True, help='Scheduling policy.')
@click.option(
    '--set',
    'settings',
    multiple=True,
    metavar='NAME=VALUE',
    help='Set a parameter of the policy; can be repeated.',
)
@click.option(
    '--high-level-policy',
    default='look_ahead',
    show_default=True,
    help='What divides networks over several devices; --policy is then that of each device.'
    ' With this option also a single device is run by a coordinator.',
)
@click.option(
    '--high-level-set',
    'high_level_settings',
    multiple=True,
    metavar='NAME=VALUE',
    help='Set a parameter of the high-level policy; can be repeated.',
)
@click.option(
    '--seconds',
    type=FiniteRange(0, min_open=True, max=1e6),
    default=10.0,
    show_default=True,
    help='Virtual time during which frames arrive.',
)
@click.option(
    '--seed',
    type=int,
    default=0,
    show_default=True,
    help='Seed of the random numbers; the same seed gives the same run.',
)
@click.option(
    '--load',
    type=FiniteRange(0, 100, min_open=True),
    default=None,
    help='Scale all run times, and raise the rates if that is not enough, until the '
    'busiest unit has this utilisation with the best division of the work.',
)
@click.option(
    '--plan',
    type=NamedPath(path_type=Path, dir_okay=False),
    default=None,
    help='Plan for plan_follower: a file with the output of edge-sched plan --json. Its '
    'networks are tasks or networks of the workload; its groups are their stages.',
)
@click.option(
    '--replan-s',
    type=FiniteRange(0, max=1e6),
    default=None,
    help='Make a new plan for plan_follower when tasks, units or costs change; planning '
    'takes this much virtual time (needs ortools).',
)
@click.option(
    '--floor-periods',
    type=FiniteRange(0, max=1e6),
    default=0.0,
    show_default=True,
    help='Longest time of a task without an answer under overload, in its periods; 0 for no '
    'limit. The node has 3 by default.',
)
@click.option(
    '--trace',
    type=NamedPath(path_type=Path, dir_okay=False),
    default=None,
    help='Write events and decisions to this file, one JSON line each.',
)
@click.option(
    '--trace-scores/--no-trace-scores',
    default=True,
    show_default=True,
    help='Whether the trace has the numbers that the policy compared.',
)
@REPORT
@click.option(
    '--replay',
    'replayed',
    type=NamedPath(path_type=Path, dir_okay=False),
    default=None,
    help='Instead of simulating, feed a trace to a new dispatcher and check that it makes'
    ' the same decisions; policy and seed are those of the trace.',
)
@click.option('--json', 'as_json', is_flag=True, help='Print the result, or the list, as JSON.')
@click.option(
    '--list',
    'listed',
    is_flag=True,
    help='Show the built-in workloads, platforms, suites and policies, then exit.',
)
@click.pass_context
def simulate(
    ctx: click.Context,
    files: tuple[str, ...],
    workload: str | None,
    platform: str | None,
    policy: str,
    settings: tuple[str, ...],
    high_level_policy: str,
    high_level_settings: tuple[str, ...],
    seconds: float,
    seed: int,
    load: float | None,
    plan: Path | None,
    replan_s: float | None,
    floor_periods: float,
    trace: Path | None,
    trace_scores: bool,
    report_file: Path | None,
    replayed: Path | None,
    as_json: bool,
    listed: bool,
) -> None:
    """
    Run the scheduler on tasks and a device, or several devices, in virtual time.

    FILES are system files, or names of files that come with the package. Later files add keys or
    override keys of earlier files. Append @MODE to select a power mode of the device.
    """
    from edge_sched_ros.cli.fleets import simulate_fleet
    from edge_sched_ros.cli.plans import check_follows
    from edge_sched_ros.cli.plans import read_plan
    from edge_sched_ros.cli.plans import replanner
    from edge_sched_ros.cli.settings import parse_settings
    from edge_sched_ros.cli.system_files import paths_of
    from edge_sched_ros.cli.system_files import tasks_and_device
    from edge_sched_ros.plugins.policies import make_policy
    from edge_sched_ros.simulation.fleet.system import FleetSystem
    from edge_sched_ros.simulation.fleet.system import has_several_devices
    from edge_sched_ros.simulation.fleet.trace import is_fleet_trace
    from edge_sched_ros.simulation.fleet.trace import replay_fleet_trace
    from edge_sched_ros.simulation.limits import check_frames
    from edge_sched_ros.simulation.load import at_load
    from edge_sched_ros.simulation.simulator import Simulator
    from edge_sched_ros.simulation.trace import replay_trace
    from edge_sched_ros.simulation.trace import trace_file
    from edge_sched_ros.system.system import System
    from edge_sched_ros.tracing.setup import setup_data

    if listed:
        show_list(as_json=as_json)
        return
    if replayed is not None:
        _refuse(ctx, _NOT_WITH_REPLAY, 'and --replay exclude each other.')
    if trace is None and report_file is None:
        refuse_idle(ctx, {'trace_scores': 'without --trace or --report'})
    values: dict[str, Any] = dict(parse_settings(settings))
    make_policy(policy, values)
    check_follows(policy, plan, replan_s)
    asked, device = tasks_and_device(files, workload, platform)
    if platform is not None:
        _refuse(ctx, _FLEET_ONLY, 'needs the devices among FILES, not as --platform.')
    if trace is not None:
        check_output(trace, inputs=paths_of(*files, workload, platform), streamed=True)
    by_coordinator = replayed is not None and is_fleet_trace(replayed)
    if has_several_devices(device) or _asks(ctx, _FLEET_ONLY) or by_coordinator:
        _refuse(ctx, _NOT_WITH_FLEET, 'works on one device without a coordinator.')
        if replayed is not None:
            _say_replayed(replayed, replay_fleet_trace(replayed, FleetSystem(asked)), as_json)
            return
        simulate_fleet(
            asked,
            policy=high_level_policy,
            parameters=parse_settings(high_level_settings, '--high-level-set'),
            device_policy=policy,
            device_parameters=values,
            seconds=seconds,
            seed=seed,
            trace=trace,
            as_json=as_json,
        )
        return
    system = System(asked, device) if load is None else at_load(asked, device, load)
    if replayed is not None:
        _say_replayed(replayed, replay_trace(replayed, system, load), as_json)
        return
    check_frames(system, seconds)
    if plan is not None:
        values['plan'] = read_plan(plan, system)
    head = {
        'workload': asked.name,
        'platform': device.name,
        'load': load,
        'policy': policy,
        'policy_parameters': values,
        'floor_periods': floor_periods,
        'seed': seed,
        'seconds': seconds,
        'made_by': 'simulate',
        'setup': setup_data(system.tasks, system.units, system.profiles()),
    }
    with traces_for(report_file) as folder, terminable():
        if trace is None and folder is not None:
            trace = folder / f'{asked.name}.trace'
        with nullcontext() if trace is None else trace_file(trace, head) as listener:
            simulator = Simulator(
                system,
                policy=policy,
                policy_parameters=values,
                seed=seed,
                listener=listener,
                planner=None if replan_s is None else replanner(),
                planning_s=replan_s or 0.0,
                floor_periods=floor_periods,
            )
            if listener is not None and trace_scores:
                simulator.dispatcher.tell_scores(listener.scores)
            simulator.run(seconds)
        _show(simulator, load, seconds, as_json)
        if trace is not None:
            tell_report([trace], report_file, as_json=as_json)


def _show(simulator: Simulator, load: float | None, seconds: float, as_json: bool) -> None:
    from edge_sched_ros.reporting.layout import output_console
    from edge_sched_ros.reporting.outcomes import show_outcome
    from edge_sched_ros.simulation.load import least_load
    from edge_sched_ros.simulation.outcome import outcome

    system = simulator.system
    scaled = {
        'wanted': load,
        'latency_factor': system.slowdown,
        'rate_factor': system.speedup,
    }
    found = {
        **outcome(simulator),
        'load': None if load is None else scaled,
        'least_load': least_load(system),
    }
    with printing():
        if as_json:
            click.echo(json.dumps(found, indent=2))
        else:
            show_outcome(found, output_console(), seconds=seconds)


def _refuse(ctx: click.Context, options: Mapping[str, str], why: str) -> None:
    """Refuse options that have no effect here."""
    for name, option in options.items():
        if _asks(ctx, (name,)):
            raise click.UsageError(f'{option} {why}')


def _asks(ctx: click.Context, names: Iterable[str]) -> bool:
    """Whether one of some options is given."""
    sources = map(ctx.get_parameter_source, names)
    return any(source is not ParameterSource.DEFAULT for source in sources)


def _say_replayed(path: Path, found: Replayed, as_json: bool) -> None:
    if found.differs is not None:
        where = f'{path}:{found.differs}'
        raise ConfigError(where, 'makes other decisions now than in this trace')
    same = json.dumps({'same_decisions': True, 'events': found.events})
    with printing():
        click.echo(same if as_json else f'{path}: same decisions on {found.events} events')


COMMAND = simulate
