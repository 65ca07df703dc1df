# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched report``: one HTML page about recorded runs."""

from __future__ import annotations

import json
from pathlib import Path

import click

from edge_sched_ros.cli.interrupts import terminable
from edge_sched_ros.cli.options import NamedPath
from edge_sched_ros.cli.output import printing


@click.command('report')
@click.argument('runs', type=NamedPath(path_type=Path, dir_okay=False), nargs=-1, required=True)
@click.option(
    '-o',
    '--output',
    type=NamedPath(path_type=Path, dir_okay=False),
    default=Path('report.html'),
    show_default=True,
    help='Page to write; it needs no network and no other file.',
)
@click.option('--json', 'as_json', is_flag=True, help='Print what was written as JSON.')
def report(runs: tuple[Path, ...], output: Path, as_json: bool) -> None:
    """
    Write a page about recorded runs, several side by side.

    RUNS are traces of edge-sched simulate --trace, or of nodes (parameter trace_file).
    """
    from edge_sched_ros.cli.reports import check_report
    from edge_sched_ros.cli.reports import said_of
    from edge_sched_ros.cli.reports import write_report

    check_report(output, inputs=runs)
    with terminable():
        jobs = write_report(runs, output)
    with printing():
        if as_json:
            click.echo(json.dumps({'report': str(output), 'jobs': jobs}))
        else:
            click.echo(said_of(output, jobs))


COMMAND = report
