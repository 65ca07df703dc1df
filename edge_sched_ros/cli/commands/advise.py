# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched advise``: which module is enough for the tasks of a robot."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from edge_sched_ros.cli.interrupts import terminable
from edge_sched_ros.cli.options import names_in
from edge_sched_ros.cli.options import refuse_twice
from edge_sched_ros.cli.output import printing
from edge_sched_ros.cli.progress import progress_bar
from edge_sched_ros.cli.ranges import FiniteRange
from edge_sched_ros.core.errors import ConfigError


@click.command('advise')
@click.argument('files', nargs=-1, required=True)
@click.option(
    '--module',
    'modules',
    multiple=True,
    metavar='FILE[@MODE]',
    help='A device to try, from the smallest to the largest; may be repeated. Default: every '
    'Jetson module in config/platforms, in every power mode.',
)
@click.option(
    '--policies',
    default='edf+drop,horizon',
    show_default=True,
    help='Policies to try on each device, separated by commas; the first that is enough counts.',
)
@click.option(
    '--seconds',
    type=FiniteRange(0, min_open=True, max=1e5),
    default=5.0,
    show_default=True,
    help='Virtual time of each run.',
)
@click.option(
    '--seeds', type=click.IntRange(1, 1000), default=2, show_default=True, help='Number of runs.'
)
@click.option(
    '--missed',
    type=FiniteRange(0, 1, max_open=True),
    default=0.01,
    show_default=True,
    help='Share of its deadlines that a task may miss.',
)
@click.option(
    '--jobs',
    type=click.IntRange(1),
    default=None,
    show_default='all cores',
    help='Number of processes at the same time.',
)
@click.option('--json', 'as_json', is_flag=True, help='Print the results as JSON.')
def advise(
    files: tuple[str, ...],
    modules: tuple[str, ...],
    policies: str,
    seconds: float,
    seeds: int,
    missed: float,
    jobs: int | None,
    as_json: bool,
) -> None:
    """
    Find the smallest module on which the tasks of a robot meet their deadlines.

    FILES are system files with tasks, or names of workloads that come with the package. The tasks
    are simulated on every module, in every power mode, and on the units of FILES if there are any.
    Times of networks that the package does not
    know must be in FILES or in the files of the modules.
    """
    from edge_sched_ros.plugins.policies import make_policy
    from edge_sched_ros.reporting.advice_table import show_advice
    from edge_sched_ros.reporting.layout import output_console
    from edge_sched_ros.simulation.advice import Advice
    from edge_sched_ros.simulation.advice import advise as on_module
    from edge_sched_ros.simulation.advice import by_load
    from edge_sched_ros.simulation.advice import Case
    from edge_sched_ros.simulation.advice import check_networks
    from edge_sched_ros.simulation.advice import OWN
    from edge_sched_ros.simulation.advice import smallest
    from edge_sched_ros.simulation.modules import described_modules
    from edge_sched_ros.simulation.pool import run_all
    from edge_sched_ros.system.loading import load_platform
    from edge_sched_ros.system.loading import load_system

    tasks = load_system(*files)
    if not tasks.tasks:
        raise ConfigError(f'{tasks.where}: tasks', 'is missing')
    names = names_in(policies, '--policies', 'policy')
    for name in names:
        make_policy(name, {})
    refuse_twice(modules, '--module')
    for module in modules:
        load_platform(module)

    def _shown(one: Advice) -> dict[str, object]:
        # a described module by its name, without the folder of this installation
        name = one.module if modules else Path(one.module).name.replace('.yaml', '')
        return {**one.to_dict(), 'module': name}

    own = (OWN,) if tasks.units else ()
    described = modules or described_modules(_folder())
    tried = (*own, *described)
    cases = [Case(files, module, names, seconds, seeds, missed) for module in tried]
    workers = jobs or len(os.sched_getaffinity(0))
    aside = Console(stderr=True)
    with terminable(), progress_bar(aside, f'{len(cases)} modules', 1.0) as progress:
        advice = run_all(on_module, cases, jobs=workers, progress=progress)
    if not modules:
        advice = by_load(advice)
    best = smallest(advice)
    if all(one.least_load is None for one in advice):
        check_networks(tasks, described)
        # what no module can run is a mistake of the files
        raise ConfigError('', next(one.reason for one in advice))
    found: dict[str, Any] = {
        'enough': None if best is None else _shown(best),
        'modules': [_shown(one) for one in advice],
        'missed_limit': missed,
        'seconds': seconds,
        'seeds': seeds,
    }
    with printing():
        if as_json:
            click.echo(json.dumps(found, indent=2))
        else:
            show_advice(found, output_console())


def _folder() -> str:
    from edge_sched_ros.pipeline.settings.resources import share_of

    share = share_of()
    if share is None:
        raise ConfigError('--module', "is needed: the package's config/platforms is not installed")
    return str(share / 'config' / 'platforms')


COMMAND = advise
