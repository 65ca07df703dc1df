# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched compare``: policies side by side over a suite of scenarios."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click
from rich.console import Console

from edge_sched_ros.cli.interrupts import terminable
from edge_sched_ros.cli.options import names_in
from edge_sched_ros.cli.output import printing
from edge_sched_ros.cli.progress import progress_bar
from edge_sched_ros.cli.ranges import FiniteRange
from edge_sched_ros.cli.reports import check_report
from edge_sched_ros.cli.reports import MOST_RUNS
from edge_sched_ros.cli.reports import REPORT
from edge_sched_ros.cli.reports import tell_report
from edge_sched_ros.cli.reports import traces_for
from edge_sched_ros.core.errors import ConfigError

_POLICIES = (
    'fcfs,edf,edf+drop,least_slack+drop,heft+drop,mael+drop,slo_mael+drop,'
    'shortest_expected_latency+drop,prema+drop,static+drop,dream,dream+drop,horizon'
)

_BASELINES = ('edf+drop', 'whole_network')


@click.command('compare')
@click.option(
    '--suite',
    default='robot',
    show_default=True,
    help='Suite to run: dream, xrbench, robot, random, fleet (several devices) or a file.',
)
@click.option(
    '--policies',
    default=None,
    show_default=f'{_POLICIES}; for several devices all high-level policies',
    help='Policies to compare, separated by commas.',
)
@click.option(
    '--seeds',
    type=click.IntRange(1, 1000),
    default=3,
    show_default=True,
    help='Number of runs of each scenario and policy; of random: number of scenarios.',
)
@click.option(
    '--first-seed',
    type=click.IntRange(0, 2**31),
    default=0,
    show_default=True,
    help='Seed of the first run; the others follow. The suite random draws a system for each.',
)
@click.option(
    '--seconds',
    type=FiniteRange(0, min_open=True, max=1e6),
    default=10.0,
    show_default=True,
    help='Virtual time of each run.',
)
@click.option('--only', default='', help='Run only the scenarios whose name contains this text.')
@click.option(
    '--baseline',
    default=None,
    show_default=f'{" or ".join(_BASELINES)}, or the first policy',
    help='Policy that the ratios refer to; one of --policies.',
)
@click.option(
    '--bound', is_flag=True, help='Also compute the optimum of short windows (needs ortools).'
)
@click.option(
    '--jobs',
    type=click.IntRange(1),
    default=None,
    show_default='all cores',
    help='Number of processes at the same time.',
)
@REPORT
@click.option('--json', 'as_json', is_flag=True, help='Print all results as JSON.')
def compare(
    suite: str,
    policies: str | None,
    seeds: int,
    first_seed: int,
    seconds: float,
    only: str,
    baseline: str | None,
    bound: bool,
    jobs: int | None,
    report_file: Path | None,
    as_json: bool,
) -> None:
    """Run several policies on every scenario of a suite, with the same frames for each."""
    from edge_sched_ros.plugins.high_level_policies import HIGH_LEVEL_POLICIES
    from edge_sched_ros.plugins.high_level_policies import make_high_level_policy
    from edge_sched_ros.plugins.policies import make_policy
    from edge_sched_ros.reporting.comparison_tables import show_comparison
    from edge_sched_ros.reporting.layout import output_console
    from edge_sched_ros.simulation.bound.clairvoyant import solver_module
    from edge_sched_ros.simulation.bound.suite import BoundedSuite
    from edge_sched_ros.simulation.bound.suite import excesses
    from edge_sched_ros.simulation.comparison import summarise
    from edge_sched_ros.simulation.recorded_case import record_case
    from edge_sched_ros.simulation.suite import cases_of
    from edge_sched_ros.simulation.suite import run_cases
    from edge_sched_ros.simulation.suite import runs_of
    from edge_sched_ros.simulation.suite import scenarios
    from edge_sched_ros.simulation.suite_file import load_suite

    loaded = load_suite(suite)
    fleets = loaded.has_fleets
    if fleets and bound:
        raise click.UsageError('--bound works on one device; the systems of this suite have more.')
    every = ','.join(HIGH_LEVEL_POLICIES.built_in()) if fleets else _POLICIES
    names = list(names_in(every if policies is None else policies, '--policies', 'policy'))
    baseline = _baseline(baseline, names)
    for name in names:
        (make_high_level_policy if fleets else make_policy)(name, {})
    all_seeds = range(first_seed, first_seed + seeds)
    chosen = [scenario for scenario in scenarios(loaded, all_seeds) if only in scenario.name]
    if not chosen:
        raise ConfigError('--only', f"no scenario of {suite} contains '{only}'")
    for scenario in chosen:
        scenario.check(seconds)
    if bound:
        solver_module()
    _check_report(report_file, names, fleets)
    cases = cases_of(chosen, names, all_seeds, seconds)
    workers = jobs or len(os.sched_getaffinity(0))
    aside = Console(stderr=True)
    with terminable(), progress_bar(aside, f'{len(cases)} runs', 1.0) as progress:
        runs = run_cases(cases, jobs=workers, progress=progress)
    bounds = BoundedSuite()
    if bound:
        windows = sum(len(own) for _, own in runs_of(chosen, all_seeds))
        text = f'{windows} windows to solve'
        with terminable(), progress_bar(aside, text, 1.0) as progress:
            bounds = excesses(chosen, names, seeds=all_seeds, jobs=workers, progress=progress)
    found = summarise(suite, runs, bounds.excess, bounds.windows)
    with printing():
        if as_json:
            click.echo(json.dumps(found))
        else:
            show_comparison(found, baseline, output_console())
    with traces_for(report_file) as folder, terminable():
        if folder is not None:
            # one scenario is enough to see how policies differ
            paths = {name: folder / f'{name}.trace' for name in names}
            for case in cases_of(chosen[:1], names, all_seeds[:1], seconds):
                record_case(case, paths[case.policy])
            tell_report(list(paths.values()), report_file, as_json=as_json)


def _check_report(report_file: Path | None, names: list[str], fleets: bool) -> None:
    if report_file is None:
        return
    if fleets:
        raise click.UsageError(
            '--report works on one device; the systems of this suite have more.'
        )
    if len(names) > MOST_RUNS:
        problem = f'shows {MOST_RUNS} policies at most, not {len(names)}: see --policies'
        raise ConfigError('--report', problem)
    check_report(report_file)


def _baseline(asked: str | None, names: list[str]) -> str:
    if asked is None:
        return next((name for name in _BASELINES if name in names), names[0])
    if asked not in names:
        known = ', '.join(names)
        raise ConfigError('--baseline', f"'{asked}' is not among --policies ({known})")
    return asked


COMMAND = compare
