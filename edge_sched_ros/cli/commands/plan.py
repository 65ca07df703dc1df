# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched plan``: choose the unit of every layer group of several networks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import groupby
from typing import Any

import click
from rich.console import Console

from edge_sched_ros.cli.output import printing
from edge_sched_ros.cli.progress import time_bar
from edge_sched_ros.cli.ranges import FiniteRange
from edge_sched_ros.core.errors import ConfigError

_UNITS = {
    'max-throughput': 'answers a second',
    'min-makespan': 'ms for a round',
    'min-energy': 'mJ for a round',
}


@click.command('plan')
@click.argument('files', nargs=-1, required=True)
@click.option(
    '--objective',
    type=click.Choice(list(_UNITS)),
    default='min-makespan',
    show_default=True,
    help='What to optimise; docs/planning.md defines each objective.',
)
@click.option(
    '--latency-bound-ms',
    type=FiniteRange(0, min_open=True),
    default=None,
    help='Maximum latency of each network in a round.',
)
@click.option(
    '--max-switches',
    type=click.IntRange(0, 1000),
    default=1,
    show_default=True,
    help='How often a network may change its unit, if the files do not give its max_switches.',
)
@click.option(
    '--time-limit-s',
    type=FiniteRange(0, min_open=True),
    default=10.0,
    show_default=True,
    help='Time limit of the search; the command then prints the best plan found, proven '
    'or not. Baselines and building the model take additional time.',
)
@click.option(
    '--explain',
    'explained',
    is_flag=True,
    help='Also say what limits the result, and what would change it.',
)
@click.option('--json', 'as_json', is_flag=True, help='Print the plan as JSON.')
def plan(
    files: tuple[str, ...],
    objective: str,
    latency_bound_ms: float | None,
    max_switches: int,
    time_limit_s: float,
    explained: bool,
    as_json: bool,
) -> None:
    """
    Assign the stages of several networks to units, and compare with baselines.

    FILES are system files, or names of files that come with the package. Later files add keys or
    override keys of earlier files. Append @MODE to select a power mode of the device. The command
    plans the networks of the tasks; without tasks it plans all networks.
    """
    from edge_sched_ros.installation.missing import MissingLibraryError
    from edge_sched_ros.planning.explain import explain
    from edge_sched_ros.planning.from_file import problem_of
    from edge_sched_ros.planning.objective import Objective
    from edge_sched_ros.planning.planner import make_plan
    from edge_sched_ros.system.loading import load_system

    system = load_system(*files)
    problem = problem_of(system, max_switches)
    try:
        with time_bar(Console(stderr=True), 'planning', time_limit_s):
            made = make_plan(
                problem, Objective(objective, latency_bound_ms), time_limit_s=time_limit_s
            )
            found = made.to_dict()
            if explained:
                found['explanation'] = explain(
                    system, made, max_switches=max_switches, time_limit_s=time_limit_s
                )
    except ConfigError as error:
        # the name of an option or library is enough; a key needs its file
        if error.where.startswith('--') or isinstance(error, MissingLibraryError):
            raise
        raise ConfigError(f'{system.where}: {error.where}', error.problem) from None
    with printing():
        if as_json:
            click.echo(json.dumps(found, indent=2))
        else:
            _show(found)


def _show(found: Mapping[str, Any]) -> None:
    from edge_sched_ros.reporting.explanation import show_explanation
    from edge_sched_ros.reporting.layout import output_console
    from edge_sched_ros.reporting.layout import show_line
    from edge_sched_ros.reporting.layout import show_table

    console = output_console()
    proven = 'optimal' if found['optimal'] else 'not proven optimal'
    unit = _UNITS[found['objective']]
    show_line(
        f'{found["objective"]}: {found["value"]:.4g} {unit}, {proven}, {found["solve_s"]:.2f} s',
        console,
    )
    networks = [
        (
            name,
            _runs(mapped),
            str(found['switches'][name]),
            f'{found["latency_ms"][name]:.4g}',
        )
        for name, mapped in found['mapping'].items()
    ]
    show_table(('network', 'groups on', 'switches', 'latency ms'), networks, console, left=2)
    if found['branches']:
        many = ', '.join(found['branches'])
        show_line(f'Branches of {many} run at once under a coordinator only.', console)
    baselines = [
        (name, 'breaks the bound' if value is None else f'{value:.4g}')
        for name, value in found['baselines'].items()
    ]
    show_table(('baseline', unit), baselines, console)
    if 'explanation' in found:
        show_explanation(found['explanation'], console)


def _runs(mapped: list[str]) -> str:
    """Return ``gpu 0-6, dla 7-9``."""
    parts, begin = [], 0
    for unit, run in groupby(mapped):
        end = begin + len(list(run)) - 1
        parts.append(f'{unit} {begin}' if begin == end else f'{unit} {begin}-{end}')
        begin = end + 1
    return ', '.join(parts)


COMMAND = plan
